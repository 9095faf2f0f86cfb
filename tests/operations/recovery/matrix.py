"""A kill around every call of a promotion, then a resume: the same end, and nothing done twice that must not be.

After one call is before the next, and a call that only reads leaves everything as it was: a kill after each call that
changes something, the journal's own included, and one before the first are all that there are.
"""

from pathlib import Path

from operations.outcomes import Refused
from operations.recovery.begin import Ready, new_id, read
from operations.recovery.move import Mode, Move
from operations.recovery.plan import make
from operations.recovery.promotion import execute
from tests.operations.recovery.cloud import Cloud, Killed, When
from tests.operations.recovery.story import at_the_end, go_on, wish


def every_kill(cloud: Cloud, root: Path, mode: Mode) -> int:
    """Returns how many. The order of parallel calls differs from run to run; every number is tried all the same."""
    calls = _whole(cloud, root / "whole", mode)
    wanted = at_the_end(cloud)
    orders = len(wanted.pop("orders"))
    kills: list[tuple[int, When]] = [(0, "before"), *((number, "after") for number in range(calls))]
    for number, (call, when) in enumerate(kills):
        cloud.reset()
        if not _killed(cloud, root / str(number), mode, call, when):
            continue  # this run made fewer calls
        cloud.revive()
        _to_the_end(cloud, root / str(number), mode)
        found = at_the_end(cloud)
        assert len(found.pop("orders")) == orders, "no second order"
        assert found == wanted, (call, when)
        assert cloud.wardens.violations == []
        assert len(cloud.databases.moves) == 1, "the writer is moved once"
        assert cloud.databases.moves[0][2] is (mode == "failover"), "loss is allowed in a failover, and only there"
    return len(kills)


def _whole(cloud: Cloud, root: Path, mode: Mode) -> int:
    ready = ready_for(cloud, root, mode)
    assert execute(ready, root, lambda _: None).outcome == "promoted"
    return cloud.changes


def ready_for(cloud: Cloud, root: Path, mode: Mode, to: str = "west", by: str = "ann@desk") -> Ready:
    """Ready to begin, without the rules' look: it changes nothing, and a matrix is long enough."""
    asked = wish(to, mode, by)
    record = read(cloud.topology, to, cloud.world)
    if record.active == to or record.lock is not None:
        raise Refused("there is nothing to begin")
    move = Move(cloud.topology, to, mode, new_id(cloud.world, to), by, record, cloud.world)
    cloud.forget_calls()
    return Ready(make(move, root), (), asked)


def _killed(cloud: Cloud, root: Path, mode: Mode, call: int, when: When) -> bool:
    ready = ready_for(cloud, root, mode)
    cloud.kill = (call, when)
    try:
        execute(ready, root, lambda _: None)
    except Killed:
        return True
    assert cloud.changes <= call
    return False


def _to_the_end(cloud: Cloud, root: Path, mode: Mode) -> None:
    """What an operator does: go on if there is something to go on with, else begin."""
    try:
        ended = go_on(cloud, root, wish(mode="switchover"))
    except Refused:
        if cloud.wardens.record()[0] == "west":
            ends = [item["what"]["S"] for item in cloud.table.items.values() if item["kind"]["S"] == "end"]
            assert ends == ["promoted"], "it can be gone on with until its end is written"
            return
        ended = execute(ready_for(cloud, root, mode), root, lambda _: None)
    assert ended.outcome == "promoted", ended.problem
