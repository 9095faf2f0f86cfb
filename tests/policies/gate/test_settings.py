"""The policy settings: Pulumi's own form, checked against the rules' parameters."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.settings.problems import SettingsError
from policies.rule import Parameter, Rule
from policies.settings import load
from tests.policies.gate.runs import rule

RULES: list[Rule] = [
    rule(
        parameters=(
            Parameter("days", 7, "How many days.", "integer", minimum=1, maximum=35),
            Parameter("names", [], "Which names.", "array"),
            Parameter("mode", "a", "How.", "string", one_of=("a", "b")),
            Parameter("strict", True, "Whether.", "boolean"),
        )
    )
]


def write(path: Path, content: Any) -> Path:
    path = path / "config.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_levels_and_parameters_are_read(tmp_path: Path) -> None:
    given = {"all": "advisory", "closed": {"enforcementLevel": "mandatory", "days": 14, "names": ["x"], "mode": "b"}}
    found = load(write(tmp_path, given), RULES)
    assert found.enforcement == {"all": "advisory", "closed": "mandatory"}
    assert found.values == {"closed": {"days": 14, "names": ["x"], "mode": "b"}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"closd": "advisory"}, "did you mean closed?"),
        ({"closed": "sometimes"}, "one of mandatory, advisory, disabled"),
        ({"closed": {"dayz": 3}}, "one of days, names, mode, strict"),
        ({"closed": {"days": 0}}, "greater than or equal to 1"),
        ({"closed": {"days": 36}}, "less than or equal to 35"),
        ({"closed": {"days": "7"}}, "valid integer"),
        ({"closed": {"days": True}}, "valid integer"),
        ({"closed": {"names": "x"}}, "valid list"),
        ({"closed": {"mode": "c"}}, "'a' or 'b'"),
        ({"closed": {"strict": "false"}}, "valid boolean"),
        ({"closed": 7}, "a level, or an object"),
        ([], "is no object"),
        ("{", "is no JSON"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=r"config\.json") as caught:
        load(write(tmp_path, content), RULES)
    assert says in str(caught.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "config.json", RULES)
