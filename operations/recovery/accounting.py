"""The account of one promotion: measured while it runs, written down when it ends."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from operations.recovery import reports
from operations.recovery.downtime import continued
from operations.recovery.loss import Mode
from operations.recovery.measure import Measuring
from operations.recovery.move import World
from operations.recovery.outcome import Ended
from operations.recovery.report import UNKNOWN, Report, build
from operations.steps.journal import Entry
from operations.steps.outcome import RunOutcome, StepOutcome
from operations.steps.past import Past, past
from operations.topology import Topology


class Accounting:
    """`start` before the first step, `finish` after the last; `stop` where there was none."""

    def __init__(self, topology: Topology, target: str, by: str, world: World) -> None:
        self._measuring = Measuring(
            topology, target, by, world.aws, world.users, world.clock, answer_seconds=world.answer_seconds
        )

    def start(self) -> "Accounting":
        self._measuring.start()
        return self

    def stop(self) -> None:
        """Look no more: nothing was begun that could be accounted for."""
        self._measuring.prober.stop()

    def finish(self, ended: Ended, root: Path, ids: Sequence[str] | None = None) -> Report:
        """Measure, make the report and keep it beside the journal. `ids`: of acknowledged orders, where given."""
        story = past(ended.journal)
        mode: Mode = "switchover" if ended.mode == "switchover" else "failover"
        measured = self._measuring.finish(mode, _declared(story), ids)
        if story.resumes:
            seen = reports.of(root, ended.promotion)
            earlier = seen.downtime_seconds if seen is not None else UNKNOWN
            down = continued(earlier if isinstance(earlier, float) else None, measured.downtime)
            measured = replace(measured, downtime=down)
        report = build(ended.promotion, ended.outcome, story, ended.run, measured, ended.problem)
        reports.keep(root, report, measured.orders)
        return report


def aborted(promotion: str, entries: Iterable[Entry], root: Path) -> Report:
    """The report of one that was given up, kept: from its journal alone, nothing was measured."""
    story = past(entries)
    steps = tuple(
        StepOutcome(name, name, step.state, step.seconds, 0.0, step.note, step.began, step.ended, step.attempts)
        for name, step in story.steps.items()
    )
    report = build(promotion, "aborted", story, RunOutcome(steps, sum(step.seconds for step in steps)), None)
    reports.keep(root, report, None)
    return report


@contextmanager
def accounted(account: Accounting) -> Iterator[Accounting]:
    """The account from here on; whatever happens, nothing goes on looking afterwards."""
    account.start()
    try:
        yield account
    finally:
        account.stop()


def _declared(story: Past) -> datetime | None:
    """When the incident began, if somebody said so."""
    if story.header.get("declared") is not True:
        return None
    try:
        return datetime.fromisoformat(str(story.header.get("incident_start")))
    except ValueError:
        return None
