"""The break-glass: a promotion while no replica of the control table answers, decided by two people.

What the record otherwise decides is then decided by them, and by isolating the old site. The journal is kept on this
machine alone, the target's warden takes its lease from a grant in its own region, and the record is repaired as soon as
it can be written: by the promotion's last step, by a later `--resume`, or by `reconcile`.
"""

from pathlib import Path

from operations.outcomes import Refused
from operations.record.record import Record, RecordUnreachable
from operations.recovery.begin import Ready, Wish, check, new_id
from operations.recovery.books import Books
from operations.recovery.move import BreakGlass, Move, World
from operations.recovery.plan import make
from operations.recovery.preconditions.finding import Finding
from operations.recovery.preconditions.look import Look
from operations.recovery.preconditions.table import judge
from operations.steps.journal import JournalMalformed
from operations.steps.past import Past, past
from operations.topology import Topology


def prepare(topology: Topology, wish: Wish, intent: str | None, root: Path, world: World) -> Ready:
    """Look at everything that can be looked at without the table. Raises Refused, with nothing changed."""
    check(topology, wish)
    glass = wish.glass
    if glass is None:
        raise Refused("the break-glass needs two people and a reason: --by NAME --confirmed-by NAME --reason TEXT")
    _decided(glass)
    if wish.mode != "failover":
        raise Refused("without the record there is only a failover: a switchover needs both sites and the table")
    if intent == wish.target:
        raise Refused(
            f"the checkout names {intent} as the active site, and without the record it is all that says so: pull the "
            "commit that names the site that served last"
        )
    origin = topology.peer(wish.target)
    move = Move(
        topology, wish.target, "failover", new_id(world, wish.target), wish.by, Record(origin, 0, ""), world, glass
    )
    _silent(move)
    before = pending(topology, root, world)
    if before is not None:
        promotion, story = before
        raise Refused(
            f"{promotion} was begun without the record and is not over: go on with it: "
            f"lifeline promote --to {story.header.get('to')} --resume"
        )
    plan = make(move, root)
    if wish.plan is not None and wish.plan != plan.hash:
        raise Refused(f"the plan {wish.plan} is another one: without the record it is {plan.hash}")
    decided = f"no replica of the control table answers; decided by {' and '.join(glass.people)}: {glass.reason}"
    found = Finding("break-glass", "pass", decided, "absolute")
    return Ready(plan, (found, *judge(Look(move, intent, letters=True))), wish)


def pending(topology: Topology, root: Path, world: World) -> tuple[str, Past] | None:
    """The promotion of this machine that was done, or begun, without the record and has not repaired it yet.

    Raises Refused where its journal cannot be read.
    """
    books = Books(topology, root, world, next(iter(topology.sites.values())).region)
    for run in reversed(books.file.runs()):
        try:
            story = past(books.file.read(run))
        except JournalMalformed as malformed:
            raise Refused(str(malformed)) from None
        if not story.header.get("unrecorded"):
            continue
        over = story.end in ("refused", "aborted") or story.step("repair").state == "done"
        return None if over else (run, story)
    return None


def _decided(glass: BreakGlass) -> None:
    first, second = (person.strip() for person in glass.people)
    if not first or not second or first.casefold() == second.casefold():
        raise Refused("this takes two different people: --by NAME --confirmed-by NAME")
    if not glass.reason.strip():
        raise Refused("the break-glass needs --reason TEXT: it goes into the report and into the target's audit table")


def _silent(move: Move) -> None:
    """Raises Refused where any replica answers: then the record decides, and nobody else."""
    try:
        found = move.store().read()
    except RecordUnreachable:
        return
    except ValueError as malformed:
        raise Refused(str(malformed)) from None
    raise Refused(
        f"a replica of the control table answers ({found.active} is active, epoch {found.epoch}): promote by the "
        "record, without --break-glass"
    )
