"""What a promotion did and cost, as a report: pure, from its journal's story, its outcome and what was measured.

What cannot be known is "unknown", never zero. Order ids are identifiers: the report counts them and has a digest of the
lost ones; the list itself goes into a protected file.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from operations.record.attributes import Value
from operations.recovery import glass
from operations.recovery.loss import StoreLoss
from operations.recovery.measure import Measured
from operations.steps.outcome import RunOutcome, State
from operations.steps.past import Past

Number = TypeVar("Number", int, float)
Outcome = Literal["promoted", "refused", "stopped", "aborted"]
Unknown = Literal["unknown"]
UNKNOWN: Unknown = "unknown"
OBJECTIVES = (99.9, 99.99)
"""Availability in percent: the requirement names both; the higher is the objective."""
_YEAR_MINUTES = 365 * 24 * 60


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Store(_Part):
    """RPO of one store, measured. `at_most_seconds` bounds what the old site may have written unseen."""

    seconds: float | Unknown
    rows: int | Unknown
    at_most_seconds: float | Unknown = UNKNOWN
    note: str = ""


class Orders(_Part):
    """Acknowledged orders, by id. All "unknown" where no ids were given."""

    acknowledged: int | Unknown
    lost: int | Unknown
    unknown: int | Unknown
    lost_digest: str | None = None
    """SHA-256 over the sorted lost ids."""


class Step(_Part):
    """One step against its expectation. Seconds."""

    id: str
    title: str
    state: State
    seconds: float
    expected_seconds: float
    attempts: int
    note: str = ""


class Reason(_Part):
    """A rule that was overridden or a step that was left out: by whom, and why."""

    what: str
    reason: str
    by: str


class Fence(_Part):
    """How the old site was fenced, and what each site's fence did.

    `how`: proved, waited, or unknown. `refused_writes`: orders' statements that the site's fence has refused since it
    was installed there.
    """

    how: str
    seconds: float | Unknown
    sites: Mapping[str, Mapping[str, Any] | Unknown]


class Availability(_Part):
    """One objective, and how much of a year's allowance this downtime used."""

    objective_percent: float
    minutes_a_year: float
    minutes_used: float | Unknown
    share_used: float | Unknown


class Report(_Part):
    """One promotion. Times are ISO 8601, UTC."""

    promotion: str
    outcome: Outcome
    mode: str
    origin: str = Field(serialization_alias="from", validation_alias="from")
    target: str = Field(serialization_alias="to", validation_alias="to")
    epoch: int | Unknown
    by: str
    began: str
    incident_start: str
    incident_declared: bool
    """False: nobody said when it began, so the RTO counts from the command."""
    rto_seconds: float | Unknown
    """From the incident's start to the first healthy verification at the edge."""
    downtime_seconds: float | Unknown
    """Without service as users saw it at the edge."""
    downtime_note: str = ""
    rpo: Mapping[str, Store]
    orders: Orders
    steps: tuple[Step, ...]
    overrides: tuple[Reason, ...]
    skips: tuple[Reason, ...]
    fence: Fence
    availability: tuple[Availability, ...]
    notes: Mapping[str, Any] = Field(default_factory=dict)
    """What steps left for whoever reads this: evidence, capacity, what the outbox holds."""
    problem: str = ""
    """What stopped it, what is safe, and how to go on."""
    break_glass: str = ""
    """Who decided that it was done without the record, why, whether that was repaired; empty: done by the record."""

    def document(self) -> dict[str, Any]:
        """For JSON: `from` and `to` by those names."""
        return self.model_dump(mode="json", by_alias=True)


def build(
    promotion: str, outcome: Outcome, story: Past, run: RunOutcome, measured: Measured | None, problem: str = ""
) -> Report:
    """The report of one promotion, from its first command to now. `measured` None: nothing could be."""
    header = story.header
    incident = str(header.get("incident_start") or story.began)
    lost = measured.downtime.seconds if measured else None
    return Report(
        promotion=promotion,
        outcome=outcome,
        mode=_mode(story),
        origin=_text(header.get("from")),
        target=_text(header.get("to")),
        epoch=_or_unknown(glass.epoch(story)),
        by=_text(header.get("by")),
        began=story.began,
        incident_start=incident,
        incident_declared=header.get("declared") is True,
        rto_seconds=_rto(story, incident, measured) if outcome == "promoted" else UNKNOWN,
        downtime_seconds=_or_unknown(lost),
        downtime_note=_downtime_note(measured),
        rpo={name: _store(store) for name, store in (measured.stores if measured else {}).items()},
        orders=_orders(measured),
        steps=tuple(
            Step(
                id=step.id,
                title=step.title,
                state=step.state,
                seconds=round(step.seconds, 3),
                expected_seconds=step.expected,
                attempts=step.attempts,
                note=step.note,
            )
            for step in run.steps
        ),
        overrides=(*_reasons(story, "overrides", "rule"), *_take_overs(story)),
        skips=_reasons(story, "skips", "step"),
        fence=_fence(story, measured),
        availability=tuple(_availability(objective, lost) for objective in OBJECTIVES),
        notes=story.notes,
        problem=problem,
        break_glass=glass.told(story),
    )


def _mode(story: Past) -> str:
    """A switchover may have turned into a failover on the way."""
    turned = story.notes.get("mode")
    if isinstance(turned, dict) and turned.get("to"):
        return f"{turned['to']} (begun as {turned.get('from')})"
    return _text(story.header.get("mode"))


def _rto(story: Past, incident: str, measured: Measured | None) -> float | Unknown:
    """To the end of the order end to end; where that step was left out, to the edge's first healthy answer."""
    noted = story.notes.get("end-to-end")
    at = noted.get("at") if isinstance(noted, dict) else None
    ended = _moment(at) or (measured.served_at if measured else None)
    began = _moment(incident)
    if began is None or ended is None:
        return UNKNOWN
    return round(max(0.0, (ended - began).total_seconds()), 3)


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _downtime_note(measured: Measured | None) -> str:
    if measured is None:
        return "the edge was not looked at"
    down = measured.downtime
    return down.note if down.complete or down.seconds is None else f"at least: {down.note}"


def _store(loss: StoreLoss) -> Store:
    return Store(
        seconds=_or_unknown(loss.seconds),
        rows=UNKNOWN if loss.rows is None else loss.rows,
        at_most_seconds=_or_unknown(loss.at_most_seconds),
        note=loss.why,
    )


def _orders(measured: Measured | None) -> Orders:
    counted = measured.orders if measured else None
    if counted is None:
        return Orders(acknowledged=UNKNOWN, lost=UNKNOWN, unknown=UNKNOWN)
    nobody = counted.unknown == counted.acknowledged > 0
    return Orders(
        acknowledged=counted.acknowledged,
        lost=UNKNOWN if nobody else counted.lost,
        unknown=counted.unknown,
        lost_digest=None if nobody else counted.digest,
    )


def _reasons(story: Past, key: str, what: str) -> tuple[Reason, ...]:
    """Given when it was begun, and whenever it was gone on with."""
    return tuple(
        Reason(what=_text(entry.get(what)), reason=_text(entry.get("reason")), by=_text(entry.get("by")))
        for given in (story.header, *story.resumed)
        for entry in _entries(given.get(key))
    )


def _take_overs(story: Past) -> tuple[Reason, ...]:
    """A lock that somebody else had left, taken over."""
    return tuple(
        Reason(what="take-over-lock", reason=_text(given["took_over"]), by=_text(given.get("by")))
        for given in (story.header, *story.resumed)
        if given.get("took_over")
    )


def _entries(listed: Value) -> list[dict[str, Value]]:
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _fence(story: Past, measured: Measured | None) -> Fence:
    noted = story.notes.get("fence")
    how = noted if isinstance(noted, dict) else {}
    seconds = how.get("seconds")
    sites = measured.fence if measured else {}
    return Fence(
        how=_text(how.get("how")),
        seconds=float(seconds) if isinstance(seconds, (int, float)) else UNKNOWN,
        sites={site: UNKNOWN if events is None else dict(events) for site, events in sites.items()},
    )


def _availability(objective: float, downtime_seconds: float | None) -> Availability:
    allowed = round(_YEAR_MINUTES * (100 - objective) / 100, 2)
    if downtime_seconds is None:
        return Availability(
            objective_percent=objective, minutes_a_year=allowed, minutes_used=UNKNOWN, share_used=UNKNOWN
        )
    used = downtime_seconds / 60
    return Availability(
        objective_percent=objective,
        minutes_a_year=allowed,
        minutes_used=round(used, 2),
        share_used=round(used / allowed, 4),
    )


def _or_unknown(value: Number | None) -> Number | Unknown:
    return UNKNOWN if value is None else value


def _text(value: object) -> str:
    return UNKNOWN if value in (None, "") else str(value)
