"""From a wish to something that can be executed: the record is read, the plan made, every rule looked at."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from operations.outcomes import Refused
from operations.record.record import Record, RecordUnreachable
from operations.recovery.books import Books
from operations.recovery.move import BreakGlass, Mode, Move, World
from operations.recovery.plan import Plan, make
from operations.recovery.preconditions.finding import Finding
from operations.recovery.preconditions.look import Look
from operations.recovery.preconditions.table import judge, overridable
from operations.steps.journal import JournalMalformed
from operations.steps.past import past
from operations.topology import Topology


@dataclass(frozen=True)
class Wish:
    """What an operator asks for. Reasons: by rule or step, each with the text that goes into the report."""

    target: str
    mode: Mode
    by: str
    overrides: dict[str, str] = field(default_factory=dict)
    skips: dict[str, str] = field(default_factory=dict)
    incident_start: datetime | None = None
    plan: str | None = None
    """The hash of the plan that was agreed to; None takes the one that is made now."""
    take_over: str | None = None
    """Why an abandoned lock may be taken over; None: it may not."""
    glass: BreakGlass | None = None
    """Who decided that it is done without the record, and why; None: it is not."""


@dataclass(frozen=True)
class Ready:
    """A plan with everything that was looked at before."""

    plan: Plan
    findings: tuple[Finding, ...]
    wish: Wish

    @property
    def blocking(self) -> tuple[Finding, ...]:
        overridden = frozenset(self.wish.overrides)
        return tuple(finding for finding in self.findings if finding.stands_in_the_way(overridden))


def prepare(
    topology: Topology, wish: Wish, intent: str | None, root: Path, world: World, *, letters: bool, strict: bool = True
) -> Ready:
    """Look at everything; change nothing in the estate (a letter to a warden is an item of the control table).

    `letters`: whether the wardens may be asked. `strict`: whether a target that is active already is refused here.
    Raises Refused.
    """
    check(topology, wish)
    record = read(topology, wish.target, world)
    if strict and record.lock is None and record.active == wish.target:
        raise Refused(f"{wish.target} is the active site already (epoch {record.epoch})")
    move = Move(topology, wish.target, wish.mode, new_id(world, wish.target), wish.by, record, world)
    if strict:
        _not_locked(move, wish, root)
    plan = make(move, root)
    if wish.plan is not None and wish.plan != plan.hash:
        raise Refused(
            f"the plan {wish.plan} is stale: topology, record or steps have changed, it would be {plan.hash} now; "
            f"read it again: lifeline promote plan --to {wish.target} --mode {wish.mode}"
        )
    unknown = sorted(set(wish.skips) - {step.id for step in plan.graph if step.skippable})
    if unknown:
        may = ", ".join(step.id for step in plan.graph if step.skippable)
        raise Refused(f"not to be skipped: {', '.join(unknown)}; these may be: {may}")
    taken = record.lock.promotion if record.lock is not None and wish.take_over is not None else None
    return Ready(plan, judge(Look(move, intent, letters, taken)), wish)


def read(topology: Topology, near: str, world: World) -> Record:
    """The record, the replica near that site first. Raises Refused where no replica answers."""
    move = Move(topology, near, "failover", "", "", Record("", 0, ""), world)
    try:
        return move.store().read()
    except RecordUnreachable as unreachable:
        raise Refused(
            f"the control record cannot be read: {unreachable}. Without it nobody can say that the other site is "
            "fenced. If no replica comes back: --break-glass, by two people (docs/recovery.md, 'When the table is out')"
        ) from None
    except ValueError as malformed:
        raise Refused(str(malformed)) from None


def new_id(world: World, target: str) -> str:
    """Sorts by time, and says where to: `20261124T133000Z-west-3fa9`."""
    at = world.clock.now().astimezone(UTC)
    return f"{at:%Y%m%dT%H%M%SZ}-{target}-{secrets.token_hex(2)}"


def check(topology: Topology, wish: Wish) -> None:
    """Raises Refused for what can be seen without looking at anything."""
    if wish.target not in topology.sites:
        raise Refused(f"{wish.target!r} is no site: one of {', '.join(topology.sites)}")
    may = [*overridable(), *(f"capacity-{name}" for name in topology.capacity), "settle"]
    wrong = sorted(set(wish.overrides) - set(may))
    if wrong:
        raise Refused(f"not to be overridden: {', '.join(wrong)}; these may be, each with a reason: {', '.join(may)}")
    empty = sorted(name for name, reason in {**wish.overrides, **wish.skips}.items() if not reason.strip())
    if empty or (wish.take_over is not None and not wish.take_over.strip()):
        raise Refused("an override, a skip and a take-over each need --reason: it goes into the report")


def _not_locked(move: Move, wish: Wish, root: Path) -> None:
    lock = move.before.lock
    if lock is None:
        return
    try:
        story = past(Books(move.topology, root, move.world, move.region).read(lock.promotion))
    except JournalMalformed as malformed:
        raise Refused(f"{lock.holder} holds the lock since {lock.since}, and {malformed}") from None
    at = [name for name, step in story.steps.items() if step.state in ("applying", "failed")] or [lock.step]
    held = f"{lock.holder} holds the lock since {lock.since} for promotion {lock.promotion}, at step {', '.join(at)}"
    to = str(story.header.get("to") or move.before.active)
    if story.header and story.end not in ("promoted", "aborted", "refused"):
        raise Refused(
            f"{held}. Go on with it: lifeline promote --to {to} --resume (with --take-over-lock --reason TEXT if it "
            "was abandoned by somebody else), or give it up: lifeline promote abort"
        )
    if wish.take_over is None:
        raise Refused(f"{held}. If it was abandoned: --take-over-lock --reason TEXT")
