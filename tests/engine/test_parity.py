"""The real engine beside the program, for the stacks as they are: both packs, its preview in both forms, its state."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from model import from_list, from_preview, from_program, from_state, to_list
from model.view import View
from policies.discovery import rules
from policies.evaluate import Parameters, evaluate
from tests.engine.estate import PACKS, Estate, estate
from tests.policies.parity.verdicts import (
    Verdicts,
    contradictions,
    differences,
    has_reason,
    of_findings,
    of_message,
)

pytestmark = [pytest.mark.rehearsal, pytest.mark.timeout(1800)]
RULES = {rule.id: rule for rule in rules() if rule.scope != "plan"}
STACKS = ("global", "prod")


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("parity")) as made:
        made.environment["PULUMI_DEBUG_COMMANDS"] = "true"  # or there is no --event-log
        yield made


def test_before_and_after_the_first_apply(it: Estate, tmp_path: Path) -> None:
    programs = {view.stack: view for view in from_program.views(it.root, STACKS)}
    for stack in STACKS:
        initialised = it.pulumi("stack", "init", stack)
        assert initialised.returncode == 0, initialised.stderr
        shown = {"program": programs[stack], **previews(it, stack, tmp_path, "planned")}
        path = tmp_path / "list.json"
        path.write_text(json.dumps(to_list.dump(shown["planned/document"])))
        shown["planned/resources"] = from_list.read(path)
        said = judged(shown, tmp_path)
        it.engine.up(stack)
        shown |= {"state": state(it, stack, tmp_path), **previews(it, stack, tmp_path, "applied")}
        said |= judged(shown, tmp_path)
        assert contradictions(said) == [], stack
        # A judge of the engine's own events sees what the one document shows, but for the dependencies.
        lacking = [
            found for found in differences(said)
            if not has_reason(RULES[found.rule], found.urn, shown[found.form.replace("/engine", "/document")])
        ]  # fmt: skip
        assert lacking == [], stack


def previews(it: Estate, stack: str, folder: Path, when: str) -> dict[str, View]:
    """One preview with both packs, whose events are kept, and one as a document."""
    events, levels = folder / f"{stack}-{when}.events", folder / "levels.json"
    levels.write_text('{"all": "advisory"}')  # a preview that a pack stops has no whole set of events
    configs = ["--policy-pack-config", str(levels)] * 2
    told = it.pulumi("preview", "-s", stack, *PACKS, *configs, "--event-log", str(events))
    assert told.returncode == 0, told.stdout + told.stderr
    told = it.pulumi("preview", "-s", stack, "--json", "--show-sames")
    document = folder / f"{stack}-{when}.json"
    document.write_text(told.stdout)
    return {f"{when}/events": from_preview.read(events), f"{when}/document": from_preview.read(document)}


def state(it: Estate, stack: str, folder: Path) -> View:
    path = folder / f"{stack}.state.json"
    exported = it.pulumi("stack", "export", "-s", stack, "--file", str(path))
    assert exported.returncode == 0, exported.stderr
    return from_state.read(path)


def judged(shown: Mapping[str, View], folder: Path) -> dict[str, Verdicts]:
    """What the rules say of each form; of the engine, what its packs said in the same preview."""
    asked = list(RULES.values())
    said = {form: of_findings(evaluate(view, asked, Parameters())) for form, view in shown.items()}
    for form, view in shown.items():
        if form.endswith("/events"):
            when = form.removesuffix("/events")
            said[f"{when}/engine"] = of_policy_events(folder / f"{view.stack}-{when}.events")
    return said


def of_policy_events(path: Path) -> Verdicts:
    found: Verdicts = {}
    listed: list[Mapping[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
    for event in listed:
        said = event.get("policyEvent")
        if said is not None:
            found[said["policyName"], said["resourceUrn"]] = of_message(said["message"])
    assert found, "packs that say nothing of a stack with advice to give were not asked"
    return found
