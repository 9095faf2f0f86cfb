"""Executing a promotion: begun, resumed, ended. Every start has an end in the journal, whatever it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from operations.outcomes import Refused
from operations.record.attributes import Value
from operations.record.record import Record, RecordMoved, RecordUnreachable
from operations.recovery import glass, unrecorded
from operations.recovery.begin import Ready, Wish, new_id, read
from operations.recovery.books import Books
from operations.recovery.move import Mode, Move, World
from operations.recovery.outcome import Ended, Ending
from operations.recovery.plan import Plan, make
from operations.steps.executor import Consent, Event, Executor
from operations.steps.journal import Entry, Journal, JournalMalformed, JournalOvertaken, JournalUnwritable, checked
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


def begins(ready: Ready) -> Mapping[str, Value]:
    """What the journal's first entry carries. Raises Refused while a rule stands in the way."""
    if ready.blocking:
        listed = "\n".join(f"  {item.rule}: {item.verdict}: {item.text}" for item in ready.blocking)
        raise Refused(
            f"{len(ready.blocking)} rules stand in the way:\n{listed}\n"
            "mend them, or override one that may be: --override RULE --reason TEXT"
        )
    return _header(ready.plan.move, ready.wish, ready)


def execute(ready: Ready, root: Path, listen: Listen) -> Ended:
    """Begin. Raises Refused while nothing has been changed: a rule stands in the way, or the journal cannot be kept."""
    header = begins(ready)
    move, wish = ready.plan.move, ready.wish
    _take_over(move, wish)
    books = Books(move.topology, root, move.world, move.region)
    journal = Journal(move.promotion, books.of(move), move.world.clock)
    try:
        journal.write("begin", "", ready.plan.hash, header)
    except (JournalUnwritable, JournalOvertaken) as error:
        raise Refused(f"the journal cannot be kept: {error}") from None
    return _run(ready.plan, books, journal, wish, listen)


def unfinished(topology: Topology, wish: Wish, root: Path, world: World) -> Unfinished:
    """The promotion to be gone on with: the one that holds the lock. `wish.mode` may turn a switchover into a failover.

    Raises Refused: none is under way, it goes elsewhere, somebody else is at it, plan stale, journal malformed.
    """
    books = Books(topology, root, world, topology.region(wish.target))
    begun = unrecorded.pending(topology, root, world)
    if begun is not None:
        return _without_record(topology, wish, root, world, *begun)
    record = read(topology, wish.target, world)
    promotion = record.lock.promotion if record.lock else _unended(books, record)
    if promotion is None:
        raise Refused(_nothing_under_way(record))
    entries = _read(books, promotion)
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
    _not_stale(plan, story)
    turned = story.notes.get("mode")
    mode: Mode = "failover" if isinstance(turned, dict) and turned.get("to") == "failover" else begun_as
    if wish.mode == "failover" and mode == "switchover":
        mode = "failover"
    if mode != begun_as:
        plan = make(Move(topology, wish.target, mode, move.promotion, wish.by, before, world), root)
    if record.lock is None and story.end and not again(plan, story):
        raise Refused(_nothing_under_way(record))
    return Unfinished(plan, tuple(entries), story)


def _without_record(
    topology: Topology, wish: Wish, root: Path, world: World, promotion: str, story: Past
) -> Unfinished:
    """One that was begun by break-glass on this machine, whose file is its only journal."""
    if story.header.get("to") != wish.target:
        raise Refused(f"the promotion under way goes to {story.header.get('to')}, not to {wish.target}")
    before = Record(topology.peer(wish.target), 0, "")
    move = Move(topology, wish.target, "failover", promotion, wish.by, before, world, glass.decision(story))
    plan = make(move, root)
    _not_stale(plan, story)
    try:
        entries = checked(Books(topology, root, world, move.region).file.read(promotion))
    except JournalMalformed as malformed:
        raise Refused(str(malformed)) from None
    return Unfinished(plan, tuple(entries), story)


def _not_stale(plan: Plan, story: Past) -> None:
    if plan.hash != story.plan:
        raise Refused(
            f"the plan of {plan.move.promotion} is stale: it was {story.plan}, and topology, settings or steps make it "
            f"{plan.hash} now; go on from the checkout that began it, or give it up: lifeline promote abort"
        )


def _nothing_under_way(record: Record) -> str:
    return f"no promotion is under way: {record.active} is active, epoch {record.epoch}"


def resume(found: Unfinished, wish: Wish, root: Path, listen: Listen) -> Ended:
    """Go on. Steps that were over are not begun again; the others look before they act."""
    move = found.plan.move
    books = Books(move.topology, root, move.world, move.region)
    journal = Journal(move.promotion, books.of(move), move.world.clock, found.entries)
    try:
        data: dict[str, Value] = {"by": wish.by, "took_over": wish.take_over}
        data |= {"overrides": _listed(wish.overrides, "rule", wish.by), "skips": _listed(wish.skips, "step", wish.by)}
        journal.write("resume", "", found.plan.hash, data)
        if move.mode != found.story.header.get("mode"):
            journal.write("note", "", "mode", {"from": found.story.header.get("mode"), "to": move.mode})
        if move.glass is None and (not found.story.step("release").over or again(found.plan, found.story)):
            move.store().acquire_lock(wish.by, move.promotion, "resume")
    except (JournalUnwritable, JournalOvertaken, RecordMoved, RecordUnreachable) as error:
        raise Refused(f"it cannot be gone on with: {error}") from None
    return _run(found.plan, books, journal, wish, listen)


def _run(plan: Plan, books: Books, journal: Journal, wish: Wish, listen: Listen) -> Ended:
    move = plan.move
    consent = _consent(past(journal.entries), wish)
    run = Executor(plan.graph, journal, move.world.aws, move.world.clock, listen, consent).run()
    outcome: Ending = "promoted" if run.complete else "stopped"
    problem = "" if run.complete else _problem(plan, run)
    if run.failed == "record" and not _moved(move):
        outcome, problem = "refused", run.problem
    try:
        journal.write("end", "", outcome, {"problem": problem, "seconds": run.seconds})
        if "repaired" in run.notes and move.glass is not None:
            books.publish(journal.entries)
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


def _consent(story: Past, wish: Wish) -> Consent:
    """What was agreed to now, and before: when it was begun, and whenever it was gone on with."""
    skip: dict[str, str] = {}
    degraded: dict[str, str] = {}
    for given in (story.header, *story.resumed):
        skip |= _given(given.get("skips"), "step")
        degraded |= _given(given.get("overrides"), "rule")
    return Consent(skip | dict(wish.skips), degraded | dict(wish.overrides))


def _given(listed: Value, key: str) -> dict[str, str]:
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return {str(entry.get(key)): str(entry.get("reason")) for entry in entries}


def _moved(move: Move) -> bool:
    """Whether this promotion has moved the record; where nobody can say, it may have."""
    if move.glass is not None:
        return False
    try:
        found = move.store().read()
    except RecordUnreachable:
        return True
    return found.lock is not None and found.lock.promotion == move.promotion


def _problem(plan: Plan, run: RunOutcome) -> str:
    move = plan.move
    states = {step.id: step for step in run.steps}
    failed = states.get(run.failed or "")
    what = f"step {failed.id}: {failed.note}" if failed else run.problem
    database = states["database"].state
    told = (
        f"the record names {move.target} (epoch {move.epoch}); {move.origin} stops writing when its lease is over"
        if move.glass is None
        else f"nothing but {move.origin}'s warden was touched, which is stopped if it could be reached"
    )
    safe = (
        f"{move.target}'s database is the writer; what is left is capacity, traffic and checks"
        if database == "done"
        else f"{told}, and no site takes orders until this goes on"
    )
    step, accept = plan.graph.steps.get(run.failed or ""), ""
    if step is not None and step.degradable:
        accept += f" To go on with less than all: add --override {step.id} --reason TEXT."
    if step is not None and step.skippable:
        accept += f" It may be left out: add --skip {step.id} --reason TEXT."
    back = "" if database == "done" else " Or give it up: lifeline promote abort"
    return (
        f"{what}. What is safe: {safe}. Go on with: lifeline promote --to {move.target} --resume --yes.{accept}{back}"
    )


def _unended(books: Books, record: Record) -> str | None:
    """One that gave its lock back and has something left to do; known on the machine where it ran.

    It crashed before it said that it had ended, or it ended with steps that were left degraded and can be tried again.
    """
    for run in reversed(books.file.runs()):
        story = past(_read(books, run))
        if (story.header.get("to"), story.header.get("epoch")) == (record.active, record.epoch):
            crashed = not story.end and story.step("settle").over
            left = any(step.state == "degraded" for step in story.steps.values())
            return run if crashed or (story.end == "promoted" and left) else None
    return None


def _read(books: Books, promotion: str) -> list[Entry]:
    try:
        return books.read(promotion)
    except JournalMalformed as malformed:
        raise Refused(str(malformed)) from None


def again(plan: Plan, story: Past) -> list[str]:
    """Steps that were left degraded and are tried once more when the promotion is gone on with."""
    return [step.id for step in plan.graph if step.again and story.step(step.id).state == "degraded"]


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
        "epoch": move.epoch if move.glass is None else None,
        "incident_start": start.isoformat(timespec="milliseconds"),
        "declared": wish.incident_start is not None,
        "topology": move.topology.digest(),
        "overrides": _listed(wish.overrides, "rule", wish.by),
        "skips": _listed(wish.skips, "step", wish.by),
        "took_over": wish.take_over,
        "unrecorded": None if move.glass is None else {"by": [*move.glass.people], "reason": move.glass.reason},
        "preconditions": [{"rule": item.rule, "verdict": item.verdict, "text": item.text} for item in ready.findings],
    }


def _listed(reasons: Mapping[str, str], key: str, by: str) -> list[Value]:
    return [{key: name, "reason": reason, "by": by} for name, reason in reasons.items()]


__all__ = ["Unfinished", "execute", "new_id", "resume", "unfinished"]
