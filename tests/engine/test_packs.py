"""Both packs in the real engine, on the stack `prod` as it stands before its first apply."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from model import from_preview, from_program
from policies.discovery import rules
from policies.evaluate import evaluate
from tests.engine.estate import PACKS, ROOT, Estate, estate


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("packs")) as made:
        initialised = made.pulumi("stack", "init", "prod")
        assert initialised.returncode == 0, initialised.stderr
        yield made


def test_what_breaks_a_mandatory_rule_stops_with_its_name_and_all_else_passes(it: Estate, tmp_path: Path) -> None:
    """One run: nothing is mandatory but what the changed setting asks for."""
    ours = json.loads((ROOT / "policies" / "config.json").read_text())
    configs = configured(tmp_path, {**ours, "cost-nat-max": {"enforcementLevel": "mandatory", "max_production": 0}})
    stopped = it.pulumi("preview", "-s", "prod", *PACKS, *configs)
    assert stopped.returncode != 0
    assert "lifeline-hipaa" in stopped.stdout and "lifeline-cost" in stopped.stdout
    said = re.sub(r"\s+", " ", stopped.stdout + stopped.stderr)
    assert "[mandatory] [severity: high] cost-nat-max" in said
    assert said.count("[mandatory]") == said.count("[mandatory] [severity: high] cost-nat-max")
    assert "NAT gateways; at most 0" in said
    assert "Let the private subnets share one NAT gateway" in said


def configured(folder: Path, settings: object) -> list[str]:
    """One file for both packs, as the gate reads it."""
    path = folder / "config.json"
    path.write_text(json.dumps(settings))
    return ["--policy-pack-config", str(path), "--policy-pack-config", str(path)]


def test_a_preview_s_document_gives_the_program_s_verdicts(it: Estate, tmp_path: Path) -> None:
    shown = it.pulumi("preview", "-s", "prod", "--json", "--show-sames")
    assert shown.returncode == 0, shown.stderr
    path = tmp_path / "preview.json"
    path.write_text(shown.stdout)
    planned = {(item.rule.id, item.resource.name): item.outcome for item in evaluate(from_preview.read(path), rules())}
    (view,) = from_program.views(it.root, ["prod"])
    for finding in evaluate(view, rules()):
        seen = planned[finding.rule.id, finding.resource.name]
        assert seen in (finding.outcome, "unknown"), (finding.rule.id, finding.resource.name, finding.outcome, seen)
