"""Settings on their way from the engine into the program."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from infra.lookup import ProgramError
from infra.program import engine_settings
from tests.infra.declared import ROOT, STACKS, run, shipped


def handed_over(scope: str, **changes: str) -> dict[str, str]:
    """The configuration as the engine gives it to a program: text, structures as JSON."""
    values: dict[str, Any] = {}
    for file in ("Pulumi.yaml", f"Pulumi.{STACKS[scope]}.yaml"):
        for key, value in yaml.safe_load((ROOT / file).read_text())["config"].items():
            values[key] = value["value"] if isinstance(value, dict) and "value" in value else value
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    return texts | {f"lifeline:{key}": value for key, value in changes.items()}


def read(scope: str, given: dict[str, str]) -> Any:
    found: list[Any] = []
    pulumi.runtime.set_all_config(given)
    try:
        run(shipped(scope), program=lambda: found.append(engine_settings()))
    finally:
        pulumi.runtime.set_all_config({})
    return found[0]


@pytest.mark.parametrize("scope", ["global", "east", "west"])
def test_the_engine_and_the_files_say_the_same(scope: str) -> None:
    assert read(scope, handed_over(scope)) == shipped(scope)


def test_the_engine_s_own_values_win() -> None:
    assert read("east", handed_over("east", lease_seconds="30")).lease_seconds == 30


def test_wrong_settings_are_all_named_and_nothing_is_touched() -> None:
    with pytest.raises(ProgramError) as caught:
        read("east", handed_over("east", account_id="12", surprise="1"))
    text = str(caught.value)
    assert "nothing was touched" in text
    assert "account_id" in text
    assert "surprise" in text


def test_an_overlay_counts_in_a_sandbox_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("lease_seconds: 5\n")
    monkeypatch.setenv("LIFELINE_OVERLAY", str(overlay))
    monkeypatch.delenv("PULUMI_DEBUG_PROVIDERS", raising=False)
    with pytest.raises(ProgramError, match="set without a sandbox"):
        read("east", handed_over("east"))
    monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", "aws:1")
    assert read("east", handed_over("east")).lease_seconds == 5
