"""A view from what a preview said: what the engine intends with each resource, and the resources as they will be.

Two forms are read: the one document of `pulumi preview --json --show-sames`, which also tells property dependencies,
and engine events, one a line (`--event-log FILE`, an option that the CLI has only under `PULUMI_DEBUG_COMMANDS=true`)
or as a list, which do not: links through unknown ids stay unknown.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from model.files import parsed, text_of
from model.problems import InputError
from model.recorded import check_parents, resource, stack_of
from model.resource import Change, ChangeKind, Resource
from model.values import UNKNOWN
from model.view import View

HOW: Final = "write it with `pulumi preview --json --show-sames > FILE`"

OPERATIONS: Final[Mapping[str, ChangeKind]] = {
    "create": "create",
    "import": "create",
    "update": "update",
    "same": "same",
    "read": "same",
    "refresh": "same",
    "delete": "delete",
    "discard": "delete",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import-replacement": "replace",
    "read-replacement": "replace",
    "discard-replaced": "replace",
}
"""The engine's operations. What is not here (`remove-pending-replace`, …) changes no resource of its own."""


class Steps:
    """The steps of a preview, taken in one by one."""

    def __init__(self, where: str, *, told: bool) -> None:
        """`told`: whether the source tells property dependencies at all."""
        self._where, self._told = where, told
        self._kinds: dict[str, ChangeKind] = {}
        self._before: dict[str, Resource] = {}
        self._after: dict[str, Resource] = {}
        self._properties: dict[str, set[str]] = {}

    def add(self, operation: str, before: Any, after: Any, properties: Iterable[str]) -> None:
        """One step: what is recorded before and after it, None where there is nothing. Raises InputError."""
        kind = OPERATIONS.get(operation)
        if kind is None:
            return
        for raw, known in ((before, self._before), (after, self._after)):
            if raw is None or (known is self._after and kind == "delete"):
                continue
            found = resource(raw, self._where, told=self._told)
            if not (known is self._before and found.urn in known):
                known[found.urn] = found
            # One replacement is three steps.
            if self._kinds.get(found.urn) != "replace":
                self._kinds[found.urn] = kind
            self._properties.setdefault(found.urn, set()).update(properties)

    def view(self) -> View:
        """All of them. Raises InputError."""
        after = {urn: self._as_known(urn, kind) for urn, kind in self._kinds.items()}
        changes = [
            Change(kind, self._before.get(urn), after[urn], tuple(sorted(self._properties[urn])))
            for urn, kind in self._kinds.items()
        ]
        resources = [found for found in after.values() if found is not None]
        check_parents(resources, self._where)
        return View(next((stack_of(urn) for urn in self._kinds), ""), "preview", resources, changes)

    def _as_known(self, urn: str, kind: ChangeKind) -> Resource | None:
        """As it will be. What stays keeps what others refer to it by, which events tell of the state before alone."""
        before, after = self._before.get(urn), self._after.get(urn)
        if kind == "delete":
            return None
        if after is None or before is None or kind not in ("same", "update"):
            return after
        known = before.id if after.id is UNKNOWN else after.id
        return replace(after, id=known, outputs={**before.outputs, **after.outputs})


def read(path: Path) -> View:
    """What a file of a preview tells. Raises InputError."""
    text = text_of(path, HOW)
    events = _events(text, str(path))
    return _from_events(events, str(path)) if events is not None else _digest(parsed(text, str(path), HOW), str(path))


def _events(text: str, where: str) -> list[Any] | None:
    """The events of a file that holds such, None for the one document."""
    start = text.lstrip()
    if start.startswith("["):
        listed = parsed(text, where, HOW)
        return listed if isinstance(listed, list) else None
    try:
        first = json.loads(start.split("\n", 1)[0])
    except (ValueError, RecursionError):
        return None
    if not isinstance(first, Mapping) or "steps" in first:
        return None
    lines = enumerate(text.splitlines(), 1)
    return [parsed(line, f"{where}, line {number}", HOW) for number, line in lines if line.strip()]


def _from_events(events: list[Any], where: str) -> View:
    steps, finished = Steps(where, told=False), False
    for number, event in enumerate(events, 1):
        if not isinstance(event, Mapping):
            raise InputError(f"{where} cannot be judged: event {number} is no object; {HOW}")
        finished = finished or "summaryEvent" in event
        _check_said(event.get("diagnosticEvent"), where)
        metadata = _object(event.get("resourcePreEvent"), where).get("metadata")
        if metadata is not None:
            metadata = _object(metadata, where)
            steps.add(
                str(metadata.get("op")),
                metadata.get("old"),
                metadata.get("new"),
                _properties(metadata.get("diffs"), metadata.get("keys"), metadata.get("detailedDiff")),
            )
    if not finished:
        raise InputError(f"{where} cannot be judged: the preview did not come to its end; run it again and {HOW}")
    return steps.view()


def _digest(document: Any, where: str) -> View:
    if not isinstance(document, Mapping) or not ("steps" in document or "changeSummary" in document):
        raise InputError(f"{where} is no preview: it has no steps; {HOW}")
    for said in _list(document.get("diagnostics"), where):
        _check_said(said, where)
    steps, same = Steps(where, told=True), 0
    for raw in _list(document.get("steps"), where):
        step = _object(raw, where)
        operation = str(step.get("op"))
        same += operation == "same"
        if step.get("newState") is None and OPERATIONS.get(operation) in ("create", "update", "replace", "same"):
            raise InputError(f"{where} cannot be judged: it does not show {step.get('urn')} as it will be; {HOW}")
        steps.add(
            operation,
            step.get("oldState"),
            step.get("newState"),
            _properties(step.get("diffReasons"), step.get("replaceReasons"), step.get("detailedDiff")),
        )
    summary = document.get("changeSummary")
    if not isinstance(summary, Mapping):
        raise InputError(f"{where} cannot be judged: the preview did not come to its end; run it again and {HOW}")
    expected = summary.get("same", 0)
    if isinstance(expected, int) and same < expected:
        raise InputError(
            f"{where} cannot be judged: it leaves out {expected - same} resources that stay the same; {HOW}"
        )
    return steps.view()


def _check_said(said: Any, where: str) -> None:
    if isinstance(said, Mapping) and said.get("severity") == "error" and not said.get("ephemeral"):
        text = " ".join(str(said.get("message", "")).split())[:300]
        raise InputError(f"{where} cannot be judged: the preview failed ({text}); mend that, run it again and {HOW}")


def _properties(*listed: Any) -> Iterator[str]:
    for names in listed:
        yield from (str(name) for name in names or ())


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(f"{where} is no preview: an object is expected in it; {HOW}")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f"{where} is no preview: a list is expected in it; {HOW}")
    return value
