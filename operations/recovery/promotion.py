"""Executing a promotion: begun, resumed, ended. Every start has an end in the journal, whatever it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from operations.outcomes import Refused
from operations.record.attributes import Value
from operations.record.record import Record, RecordMoved, RecordUnreachable
from operations.recovery.begin import Ready, Wish, new_id, read
from operations.recovery.books import Books
from operations.recovery.move import Mode, Move, World
from operations.recovery.outcome import Ended, Ending
from operations.recovery.plan import Plan, make
from operations.steps.executor import Consent, Event, Executor
from operations.steps.journal import Entry, Journal, JournalMalformed, JournalOvertaken, JournalUnwritable
from operations.steps.outcome import RunOutcome
from operations.steps.past import Past, past
from operations.topology import Topology

Listen = Callable[[Event], None]


@dataclass(frozen=True)
class Unfinished:
    """A promotion that was begun and has no end, ready to be gone on with."""

    plan: Plan
    entries: tuple[Entry, ...]
    story: Past


def execute(ready: Ready, root: Path, listen: Listen, poll_seconds: float = 0.5) -> Ended:
    """Begin. Raises Refused while nothing has been changed: a rule stands in the way, or the journal cannot be kept."""
    if ready.blocking:
        listed = "\n".join(f"  {item.rule}: {item.verdict}: {item.text}" for item in ready.blocking)
        raise Refused(
            f"{len(ready.blocking)} rules stand in the way:\n{listed}\n"
            "mend them, or override one that may be: --override RULE --reason TEXT"
        )
    move, wish = ready.plan.move, ready.wish
    _take_over(move, wish)
    books = Books(move.topology, root, move.world, move.region)
    journal = Journal(move.promotion, books.all, move.world.clock)
    try:
        journal.write("begin", "", ready.plan.hash, _header(move, wish, ready))
    except (JournalUnwritable, JournalOvertaken) as error:
        raise Refused(f"the journal cannot be kept: {error}") from None
    return _run(ready.plan, journal, wish, listen, poll_seconds)


def unfinished(topology: Topology, wish: Wish, root: Path, world: World) -> Unfinished:
    """The promotion to be gone on with: the one that holds the lock. `wish.mode` may turn a switchover into a failover.

    Raises Refused: none is under way, it goes elsewhere, somebody else is at it, plan stale, journal malformed.
    """
    record = read(topology, wish.target, world)
    books = Books(topology, root, world, topology.region(wish.target))
    promotion = record.lock.promotion if record.lock else _unended(books, record)
    if promotion is None:
        raise Refused(f"no promotion is under way: {record.active} is active, epoch {record.epoch}")
    try:
        entries = books.read(promotion)
    except JournalMalformed as malformed:
        raise Refused(str(malformed)) from None
    story = past(entries)
    if not entries:
        raise Refused(
            f"promotion {promotion} has no journal here or in the control table: it changed nothing but the "
            "lock; begin anew with --take-over-lock --reason TEXT"
        )
    if story.header.get("to") != wish.target:
        raise Refused(f"the promotion under way goes to {story.header.get('to')}, not to {wish.target}")
    if record.lock is not None and record.lock.holder != wish.by and wish.take_over is None:
        raise Refused(
            f"{record.lock.holder} holds the lock since {record.lock.since}: make sure that nobody is at it, then add "
            "--take-over-lock --reason TEXT"
        )
    before = Record(str(story.header["from"]), int(str(story.header["epoch"])) - 1, "")
    begun_as: Mode = "switchover" if story.header.get("mode") == "switchover" else "failover"
    move = Move(topology, wish.target, begun_as, promotion, wish.by, before, world)
    plan = make(move, root)
    if plan.hash != story.plan:
        raise Refused(
            f"the plan of {move.promotion} is stale: it was {story.plan}, and topology, settings or steps make it "
            f"{plan.hash} now; go on from the checkout that began it, or give it up: lifeline promote abort"
        )
    turned = story.notes.get("mode")
    mode: Mode = "failover" if isinstance(turned, dict) and turned.get("to") == "failover" else begun_as
    if wish.mode == "failover" and mode == "switchover":
        mode = "failover"
    if mode != begun_as:
        plan = make(Move(topology, wish.target, mode, move.promotion, wish.by, before, world), root)
    return Unfinished(plan, tuple(entries), story)


def resume(found: Unfinished, wish: Wish, root: Path, listen: Listen, poll_seconds: float = 0.5) -> Ended:
    """Go on. Steps that were over are not begun again; the others look before they act."""
    move = found.plan.move
    books = Books(move.topology, root, move.world, move.region)
    journal = Journal(move.promotion, books.all, move.world.clock, found.entries)
    try:
        data: dict[str, Value] = {"by": wish.by, "took_over": wish.take_over}
        data |= {"overrides": _listed(wish.overrides, "rule", wish.by), "skips": _listed(wish.skips, "step", wish.by)}
        journal.write("resume", "", found.plan.hash, data)
        if move.mode != found.story.header.get("mode"):
            journal.write("note", "", "mode", {"from": found.story.header.get("mode"), "to": move.mode})
        if not found.story.step("release").over:
            move.store().acquire_lock(wish.by, move.promotion, "resume")
    except (JournalUnwritable, JournalOvertaken, RecordMoved, RecordUnreachable) as error:
        raise Refused(f"it cannot be gone on with: {error}") from None
    return _run(found.plan, journal, wish, listen, poll_seconds)


def _run(plan: Plan, journal: Journal, wish: Wish, listen: Listen, poll_seconds: float) -> Ended:
    move = plan.move
    consent = Consent(skip=wish.skips, degraded=wish.overrides)
    run = Executor(plan.graph, journal, move.world.aws, move.world.clock, listen, consent, poll_seconds).run()
    outcome: Ending = "promoted" if run.complete else "stopped"
    problem = "" if run.complete else _problem(move, run)
    if run.failed == "record" and not _moved(move):
        outcome, problem = "refused", run.problem
    try:
        journal.write("end", "", outcome, {"problem": problem, "seconds": run.seconds})
    except (JournalUnwritable, JournalOvertaken) as error:
        problem = f"{problem}\n{error}".strip()
    return Ended(
        promotion=move.promotion,
        outcome=outcome,
        mode=move.mode,
        origin=move.origin,
        target=move.target,
        epoch=move.epoch,
        run=run,
        journal=journal.entries,
        problem=problem,
    )


def _moved(move: Move) -> bool:
    """Whether this promotion has moved the record; where nobody can say, it may have."""
    try:
        found = move.store().read()
    except RecordUnreachable:
        return True
    return found.lock is not None and found.lock.promotion == move.promotion


def _problem(move: Move, run: RunOutcome) -> str:
    states = {step.id: step for step in run.steps}
    failed = states.get(run.failed or "")
    what = f"step {failed.id}: {failed.note}" if failed else run.problem
    database = states["database"].state
    safe = (
        f"{move.target}'s database is the writer; what is left is capacity, traffic and checks"
        if database == "done"
        else f"the record names {move.target} (epoch {move.epoch}); {move.origin} stops writing when its lease is "
        "over, and no site takes orders until this goes on"
    )
    accept = ""
    if failed is not None and failed.id.startswith("capacity-"):
        accept = f" To serve with what there is: add --override {failed.id} --reason TEXT."
    skippable = failed is not None and failed.id in {"end-to-end", "zero-lag", "secrets", "schedules", "rules"}
    if failed is not None and skippable:
        accept = f" It may be left out: add --skip {failed.id} --reason TEXT."
    back = "" if database == "done" else " Or give it up: lifeline promote abort"
    return (
        f"{what}. What is safe: {safe}. Go on with: lifeline promote --to {move.target} --resume --yes.{accept}{back}"
    )


def _unended(books: Books, record: Record) -> str | None:
    """A promotion that gave its lock back and crashed before it said so; known on the machine where it ran."""
    for run in reversed(books.file.runs()):
        story = past(books.read(run))
        if (story.header.get("to"), story.header.get("epoch")) == (record.active, record.epoch):
            return run if not story.end and story.step("settle").over else None
    return None


def _take_over(move: Move, wish: Wish) -> None:
    lock = move.before.lock
    if lock is not None and wish.take_over is not None:
        try:
            move.store().release_lock(lock.promotion)
        except (RecordMoved, RecordUnreachable) as error:
            raise Refused(f"the lock cannot be taken over: {error}") from None


def _header(move: Move, wish: Wish, ready: Ready) -> Mapping[str, Value]:
    start = wish.incident_start or move.world.clock.now()
    return {
        "mode": move.mode,
        "from": move.origin,
        "to": move.target,
        "by": wish.by,
        "epoch": move.epoch,
        "incident_start": start.isoformat(timespec="milliseconds"),
        "declared": wish.incident_start is not None,
        "topology": move.topology.digest(),
        "overrides": _listed(wish.overrides, "rule", wish.by),
        "skips": _listed(wish.skips, "step", wish.by),
        "took_over": wish.take_over,
        "preconditions": [{"rule": item.rule, "verdict": item.verdict, "text": item.text} for item in ready.findings],
    }


def _listed(reasons: Mapping[str, str], key: str, by: str) -> list[Value]:
    return [{key: name, "reason": reason, "by": by} for name, reason in reasons.items()]


__all__ = ["Unfinished", "execute", "new_id", "resume", "unfinished"]
