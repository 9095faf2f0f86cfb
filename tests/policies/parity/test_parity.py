"""One answer in every form: never a pass against a failure, and unknown only where the form's own input is.

`UPDATE_DIFFERENCES=1` with this test writes what a form cannot tell into `differences.yaml`, to be reviewed.
The same through the real engine: `tests/engine/test_parity.py`.
"""

import os
import random
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from model.view import View
from policies.discovery import rules
from policies.evaluate import Parameters, evaluate
from policies.examples import view, whole
from policies.rule import Rule
from tests.policies.parity import stacks
from tests.policies.parity.forms import FORMS
from tests.policies.parity.verdicts import Verdicts, contradictions, differences, has_reason, of_findings

LIST = Path(__file__).with_name("differences.yaml")
HEAD = (
    "# What a form cannot tell of the program's own stacks, and another one can: form, rule, type. `*` is anything.\n"
)
TO_DO = "not reviewed yet"
RULES = {rule.id: rule for rule in rules() if rule.scope != "plan"}
ACCOUNT = Parameters(account=True)
APPLIED, PLANNED = ("resources", "state", "engine"), ("resources", "preview", "events", "engine")
SAMPLE, SEED = 80, 20261124


def in_every_form(
    seen: View, planned: View, asked: Sequence[Rule], parameters: Parameters, folder: Path
) -> tuple[dict[str, View], dict[str, Verdicts]]:
    """Form → what it shows, and what the rules say of that."""
    shown, said = {"applied": seen}, {"applied": of_findings(evaluate(seen, asked, parameters))}
    for when, whole_, names in (("applied", seen, APPLIED), ("planned", planned, PLANNED)):
        for name in names:
            form = f"{when}/{name}"
            shown[form], said[form] = FORMS[name](whole_, asked, parameters, folder)
    return shown, said


def without_reason(shown: Mapping[str, View], said: Mapping[str, Verdicts]) -> list[Any]:
    return [found for found in differences(said) if not has_reason(RULES[found.rule], found.urn, shown[found.form])]


def reviewed() -> list[str]:
    entries: list[dict[str, Any]] = yaml.safe_load(LIST.read_text())
    assert all(len(entry["why"]) > 15 and entry["why"] != TO_DO for entry in entries)
    return [line for entry in entries for line in entry["differs"]]


def test_our_stacks_have_one_answer_and_what_a_form_cannot_tell_is_reviewed(tmp_path: Path) -> None:
    lines: set[str] = set()
    for seen in stacks.ours():
        planned = stacks.at_a_preview(seen)
        shown, said = in_every_form(seen, planned, list(RULES.values()), ACCOUNT, tmp_path)
        assert contradictions(said) == [], seen.stack
        assert without_reason(shown, said) == [], seen.stack
        lines |= {found.line for found in differences(said)}
    if os.environ.get("UPDATE_DIFFERENCES"):
        write(lines)
    listed = reviewed()
    assert sorted(line for line in lines if not any(fnmatchcase(line, item) for item in listed)) == []
    assert [item for item in listed if not any(fnmatchcase(line, item) for line in lines)] == [], "take them off"


def write(lines: set[str]) -> None:
    entries: list[dict[str, Any]] = (yaml.safe_load(LIST.read_text()) if LIST.exists() else None) or []
    listed = [line for entry in entries for line in entry["differs"]]
    new = sorted(line for line in lines if not any(fnmatchcase(line, item) for item in listed))
    entries += [{"why": TO_DO, "differs": new}] if new else []
    LIST.write_text(HEAD + yaml.safe_dump(entries, sort_keys=False, width=200))


@pytest.mark.parametrize("stack", ["prod", "global"])
def test_so_have_variations_of_them(stack: str, tmp_path: Path) -> None:
    (seen,) = [view for view in stacks.ours() if view.stack == stack]
    other = stacks.varied(seen, SEED, share=0.6)
    shown, said = in_every_form(other, stacks.at_a_preview(other), list(RULES.values()), ACCOUNT, tmp_path)
    assert "fail" in said["applied"].values(), "a variation that changes no verdict shows nothing"
    assert contradictions(said) == []
    assert without_reason(shown, said) == []


def test_so_have_the_rules_own_examples(tmp_path: Path) -> None:
    every = [(rule, sample) for rule in RULES.values() for sample in (*rule.passing, *rule.failing)]
    for rule, sample in random.Random(SEED).sample(every, SAMPLE):
        given = whole(sample, rule.types[0])
        parameters = Parameters(given.environment, account=True, values={rule.id: given.parameters})
        seen, planned = view(given, applied=True), view(given, applied=False)
        shown, said = in_every_form(seen, planned, [rule], parameters, tmp_path)
        assert contradictions(said) == [], given
        assert without_reason(shown, said) == [], given
