"""Giving a promotion up: back to the old site, as long as the database has not moved."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from operations.edge import NotApplied
from operations.edge_api import EdgeError
from operations.outcomes import Refused, Stopped
from operations.record.record import RecordMoved, RecordUnreachable
from operations.recovery.begin import Wish
from operations.recovery.books import Books
from operations.recovery.database import describe, moving_to, writes
from operations.recovery.move import Move, World
from operations.recovery.promotion import Unfinished, unfinished
from operations.recovery.steps.unrecorded.repair import RepairRecord, start_warden
from operations.steps.hands import Hands
from operations.steps.journal import Journal, JournalMalformed, JournalOvertaken, JournalUnwritable
from operations.steps.step import StepFailed
from operations.topology import Topology


@dataclass(frozen=True)
class Aborted:
    """What was given up, and the epoch under which the old site goes on."""

    promotion: str
    site: str
    epoch: int | None
    """None where the record was out of reach, and is as it was."""
    warnings: tuple[str, ...]


def abort(topology: Topology, wish: Wish, root: Path, world: World, say: Callable[[str], None]) -> Aborted:
    """Back to the old site: the record under yet another epoch, its pool open and first again.

    Raises Refused where the database has moved or may have, and Stopped where it ends half-way.
    """
    found = unfinished(topology, wish, root, world)
    move = found.plan.move
    _before_the_point(move)
    if move.glass is not None:
        return _unrecorded(found, wish, root, say)
    books = Books(topology, root, world, move.region)
    journal = Journal(move.promotion, books.of(move), world.clock, found.entries)
    try:
        journal.write("resume", "", found.plan.hash, {"by": wish.by, "abort": True})
        journal.write("call", "abort", f"dynamodb:UpdateItem@{move.region}", {"to": move.origin})
        record = move.store().acquire_lock(wish.by, move.promotion, "abort")
        if record.active != move.origin:
            record = move.store().move(record, move.origin)
    except (RecordMoved, RecordUnreachable, JournalUnwritable, JournalOvertaken, JournalMalformed) as error:
        raise Refused(f"it cannot be given up: {error}") from None
    say(f"record: {move.origin} is active again, epoch {record.epoch}")
    warnings = tuple(_edge(move))
    try:
        journal.write("end", "", "aborted", {"epoch": record.epoch, "warnings": list(warnings)})
        move.store().release_lock(move.promotion)
    except (RecordMoved, RecordUnreachable, JournalUnwritable, JournalOvertaken) as error:
        raise Stopped(
            f"{error}. {move.origin} is active again (epoch {record.epoch}), the lock is still held. "
            "Go on with: lifeline promote abort"
        ) from None
    return Aborted(move.promotion, move.origin, record.epoch, warnings)


def _unrecorded(found: Unfinished, wish: Wish, root: Path, say: Callable[[str], None]) -> Aborted:
    """One that was begun by break-glass and has not touched the database: only the old site's warden was stopped."""
    move = found.plan.move
    books = Books(move.topology, root, move.world, move.region).of(move)
    journal = Journal(move.promotion, books, move.world.clock, found.entries)
    step = next(step for step in found.plan.graph if isinstance(step, RepairRecord))
    try:
        journal.write("resume", "", found.plan.hash, {"by": wish.by, "abort": True})
        start_warden(move, Hands(step, journal, move.world.aws, move.world.clock, threading.Event()))
        say(f"{move.origin}'s warden runs again, and takes its lease as soon as it can read the record")
        warnings = tuple(_edge(move))
        journal.write("end", "", "aborted", {"warnings": list(warnings)})
    except (JournalUnwritable, JournalOvertaken) as error:
        raise Refused(f"it cannot be given up: {error}") from None
    except StepFailed as failed:
        raise Stopped(f"{failed}. Nothing else was changed. Go on with: lifeline promote abort") from None
    return Aborted(move.promotion, move.origin, None, warnings)


def _before_the_point(move: Move) -> None:
    """The writer is still the old site's, by the word of RDS in the target's region."""
    from botocore.exceptions import BotoCoreError, ClientError

    topology = move.topology
    target, origin = (str(topology.one("database", site).arn) for site in (move.target, move.origin))
    try:
        seen = describe(move.world.aws("rds", move.region), topology.one("global_cluster").id)
    except (BotoCoreError, ClientError) as error:
        raise Refused(
            f"RDS in {move.region} does not say where the writer is ({type(error).__name__}), so it may have moved; "
            f"go on instead: lifeline promote --to {move.target} --resume"
        ) from None
    if writes(seen, target) or moving_to(seen, target) or not writes(seen, origin):
        raise Refused(
            f"the database is at {move.target} or on its way there: that point has passed. Go on: "
            f"lifeline promote --to {move.target} --resume; and come back afterwards: lifeline failback"
        )


def _edge(move: Move) -> list[str]:
    try:
        edge = move.world.edge(move.topology)
        edge.set_enabled(move.pool(move.origin), True)
        edge.set_order(move.pool(move.origin), move.pool(move.target))
    except (EdgeError, LookupError, NotApplied) as error:
        return [f"the edge's order could not be put back ({type(error).__name__}): `lifeline up global` does it"]
    return []
