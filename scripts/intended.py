"""What a preview intends, judged by the plan rules: the only place where operations are known before they happen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scripts.gate import Run
from scripts.project import Project

if TYPE_CHECKING:
    from model.view import View
    from operations.stacks.changes import Changes
    from policies.gate.result import Result


def judge(project: Project, environment: str, results: Sequence["Changes"]) -> "Result":
    """The plan rules over these previews, with the project's waivers and policy settings. Raises InputError."""
    from policies.gate.select import select

    rules = [rule for rule in select() if rule.scope == "plan"]
    run = Run(project, rules, None, None, datetime.now(UTC).date(), environment, account=False, recommended=True)
    found = run.judge({changes.stack: view(changes) for changes in results}, complete=False, fail_on=None)
    # A waiver of another rule is the gate's business.
    asked = {rule.id for rule in rules}
    return replace(found, faults=tuple(fault for fault in found.faults if fault.waiver.rule in asked))


def view(changes: "Changes") -> "View":
    """A preview's events as the rules see them. Raises InputError."""
    from model.from_preview import Steps
    from model.view import View

    steps = Steps(f"the preview of {changes.stack}", told=False)
    for metadata in changes.steps:
        properties = [*(metadata.diffs or ()), *(metadata.keys or ()), *(metadata.detailed_diff or ())]
        operation = str(getattr(metadata.op, "value", metadata.op))
        steps.add(operation, _state(metadata.old), _state(metadata.new), properties)
    seen = steps.view()
    return View(changes.stack, seen.source, seen.resources, seen.changes)


def _state(state: Any) -> Mapping[str, Any] | None:
    """The engine's own form again."""
    if state is None:
        return None
    return {
        "urn": state.urn,
        "type": state.type,
        "id": state.id,
        "parent": state.parent,
        "provider": state.provider,
        "custom": state.custom,
        "protect": state.protect,
        "retainOnDelete": state.retain_on_delete,
        "inputs": state.inputs,
        "outputs": state.outputs,
    }
