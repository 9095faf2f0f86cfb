"""The account of one promotion: measured while it runs, written down when it ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from operations.recovery import reports
from operations.recovery.downtime import continued
from operations.recovery.loss import Mode
from operations.recovery.measure import Measuring
from operations.recovery.move import World
from operations.recovery.outcome import Ended
from operations.recovery.report import UNKNOWN, Outcome, Report, build
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
        try:
            measured = self._measuring.finish(mode, _declared(story), ids)
        except Exception as error:  # noqa: BLE001  # whatever it was, a report has to be left
            why = f"it could not be measured: {type(error).__name__}: {error}"
            report = build(ended.promotion, ended.outcome, story, ended.run, None, f"{ended.problem} {why}".strip())
            reports.keep(root, report, None)
            return report
        if story.resumes:
            seen = reports.of(root, ended.promotion)
            earlier = seen.downtime_seconds if seen is not None else UNKNOWN
            down = continued(earlier if isinstance(earlier, float) else None, measured.downtime)
            measured = replace(measured, downtime=down)
        report = build(ended.promotion, ended.outcome, story, ended.run, measured, ended.problem)
        reports.keep(root, report, measured.orders)
        return report


def plain(promotion: str, outcome: Outcome, story: Past, problem: str = "") -> Report:
    """A report from a journal's story alone: nothing was measured, or could be."""
    steps = tuple(
        StepOutcome(name, name, step.state, step.seconds, 0.0, step.note, step.began, step.ended, step.attempts)
        for name, step in story.steps.items()
    )
    return build(promotion, outcome, story, RunOutcome(steps, sum(step.seconds for step in steps)), None, problem)


def _declared(story: Past) -> datetime | None:
    """When the incident began, if somebody said so."""
    if story.header.get("declared") is not True:
        return None
    try:
        return datetime.fromisoformat(str(story.header.get("incident_start")))
    except ValueError:
        return None
