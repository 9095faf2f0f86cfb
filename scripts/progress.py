"""A promotion's progress: a live table on a terminal, one line per transition without, JSON lines when asked."""

import json
import sys
from contextlib import AbstractContextManager
from dataclasses import asdict
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from scripts.terminal import emit, say

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from operations.recovery.plan import Plan
    from operations.steps.executor import Event
    from operations.steps.past import Past

SIGNS = {"done": "✓", "nothing": "–", "skipped": "»", "degraded": "!", "failed": "✗", "stopped": "■"}


class Progress(AbstractContextManager["Progress", None], Protocol):
    """Told of every transition."""

    def __call__(self, event: "Event") -> None: ...


def progress(plan: "Plan", output: str, before: "Past | None" = None) -> Progress:
    """The one that fits where the output goes. `before`: what an earlier run of the same promotion did."""
    if output == "json":
        return JsonLines()
    if sys.stderr.isatty():
        return LiveTable(plan, before)
    return Lines()


class Lines:
    """For logs."""

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __call__(self, event: "Event") -> None:
        note = f": {event.note}" if event.note else ""
        say(f"[{event.elapsed:6.1f} s] {event.step}: {event.state}{note}")


class JsonLines:
    """One object a line on stdout; the report is the last."""

    def __enter__(self) -> "JsonLines":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __call__(self, event: "Event") -> None:
        emit(json.dumps({"event": "step", **asdict(event)}))


class LiveTable:
    """Each step with its state, elapsed against expected seconds; the critical path is marked."""

    def __init__(self, plan: "Plan", before: "Past | None") -> None:
        self._plan = plan
        self._critical = set(plan.graph.critical()[1])
        self._seen: dict[str, Event] = {}
        self._began: dict[str, float] = {}
        self._before = before
        self._live: Live | None = None
        self._start = 0.0

    def __enter__(self) -> "LiveTable":
        import time

        from rich.console import Console
        from rich.live import Live

        self._start = time.monotonic()
        self._live = Live(get_renderable=self._table, console=Console(stderr=True), refresh_per_second=4)
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.__exit__(kind, value, trace)

    def __call__(self, event: "Event") -> None:
        self._began.setdefault(event.step, event.elapsed)
        self._seen[event.step] = event

    def _table(self) -> "Table":
        import time

        from rich.table import Table

        now = time.monotonic() - self._start
        table = Table(box=None, pad_edge=False)
        for title in ("", "step", "state", "s", "of", ""):
            table.add_column(title)
        for step in self._plan.graph:
            event = self._seen.get(step.id)
            state, note, took = self._row(step.id, event, now)
            mark = SIGNS.get(state, "→" if event else " ")
            name = f"[bold]{step.id}[/bold]" if step.id in self._critical else step.id
            table.add_row(mark, name, state, took, f"{step.expected:.0f}", note[:70])
        return table

    def _row(self, step: str, event: "Event | None", now: float) -> tuple[str, str, str]:
        if event is None:
            known = self._before.steps.get(step) if self._before else None
            return (known.state, "before", f"{known.seconds:.1f}") if known and known.over else ("waiting", "", "")
        end = event.elapsed if event.state in SIGNS else now
        return event.state, event.note, f"{max(0.0, end - self._began[step]):.1f}"


def last_line(document: dict[str, Any]) -> None:
    """The report, as the last line of the JSON stream."""
    emit(json.dumps({"event": "report", **document}, default=str))
