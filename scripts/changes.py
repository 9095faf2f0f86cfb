"""What engine runs did or would do: live while they go, then one table a stack."""

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scripts.terminal import emit, emit_json, next_step, say

if TYPE_CHECKING:
    from operations.stacks.changes import Changes
    from operations.stacks.engine import Engine
    from operations.stacks.side_by_side import Action
    from policies.gate.result import Result

PIPE_WIDTH = 240
"""Columns where nobody looks at a terminal: names and properties stay on one line."""


def run(engine: "Engine", action: "Action", stacks: Sequence[str]) -> list["Changes"]:
    """One action on all stacks side by side, with live progress. Raises the first EngineError after all have ended."""
    from operations.stacks.engine import EngineError
    from operations.stacks.side_by_side import side_by_side

    began = time.monotonic()
    with _Progress(action, stacks) as progress:
        results = side_by_side(engine, action, stacks, progress.see)
    done, failed = [], []
    for result in results:
        if isinstance(result, EngineError):
            failed.append(result)
            _said(result.changes)
        else:
            done.append(result)
            say(f"{result.stack}: {summary(result)}")
            _said(result)
    say(f"{action} of {', '.join(stacks)}: {time.monotonic() - began:.1f} s")
    if failed:
        for changes in done:
            show(changes)
        for error in failed[1:]:
            say(f"{error.stack}: {error}")
        raise failed[0]
    return done


def report(results: Sequence["Changes"], output: str, then: str, judged: "Result | None" = None) -> None:
    """All of it to stdout, and the next command to stderr. `judged`: what the plan rules say of a preview."""
    if output == "json":
        document: dict[str, Any] = {"stacks": [changes.document() for changes in results]}
        if judged is not None:
            document["findings"] = [item.document() for item in judged.shown]
            document["blocking"] = len(judged.blocking)
            document["faulty_waivers"] = [str(fault) for fault in judged.faults]
        emit_json(document)
        return
    for changes in results:
        show(changes)
    if judged is not None:
        from policies.outputs.text import findings

        for line in findings(judged):
            emit(line)
    next_step(then)


def summary(changes: "Changes") -> str:
    return ", ".join(f"{count} {kind}" for kind, count in changes.counts.items() if count) or "nothing"


def show(changes: "Changes") -> None:
    """One stack's table: the gravest first, what stays the same only counted."""
    if changes.empty:
        emit(f"{changes.stack}: no change")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{changes.stack}: {summary(changes)}", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("what", no_wrap=True)
    table.add_column("type", overflow="fold")
    table.add_column("name", overflow="fold")
    table.add_column("properties", overflow="fold")
    for item in changes.listed():
        grave = item.stateful and item.kind in {"replace", "delete"}
        what = f"{item.kind}, stateful" if grave else item.kind
        style = "bold red" if grave else {"replace": "red", "delete": "red", "update": "yellow"}.get(item.kind)
        table.add_row(what, item.type, item.name, ", ".join(item.properties), style=style)
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    with console.capture() as drawn:
        console.print(table)
    emit("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def _said(changes: "Changes") -> None:
    for severity, text in changes.messages:
        if severity != "error":
            say(f"{changes.stack}: {severity}: {text}")


class _Progress:
    """One moving line a stack on a terminal; nothing elsewhere."""

    def __init__(self, action: str, stacks: Sequence[str]) -> None:
        self._tasks: dict[str, Any] = {}
        self._progress: Any = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[seen]}"))
            self._progress = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
            self._tasks = {
                stack: self._progress.add_task(f"{action} {stack}", total=None, seen="starting") for stack in stacks
            }

    def __enter__(self) -> "_Progress":
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def see(self, changes: "Changes") -> None:
        """Called from the threads of the runs."""
        if self._progress is not None:
            self._progress.update(self._tasks[changes.stack], seen=f"{len(changes.changes)} resources seen")
