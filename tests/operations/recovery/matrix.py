"""A kill around every call of a promotion, then a resume: the same end, and nothing done twice that must not be.

After one call is before the next: the process holds nothing between them that counts.
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
        assert len(cloud.databases.moves) == 1, "the writer is moved once"
        assert cloud.databases.moves[0][2] is (mode == "failover"), "loss is allowed in a failover, and only there"
    return len(kills)


def _whole(cloud: Cloud, root: Path, mode: Mode) -> int:
    ready = _ready(cloud, root, mode)
    assert execute(ready, root, lambda _: None).outcome == "promoted"
    return len(cloud.calls)


def _ready(cloud: Cloud, root: Path, mode: Mode) -> Ready:
    """Ready to begin, without the rules' look: it changes nothing, and the matrix is long enough."""
    asked = wish(mode=mode)
    record = read(cloud.topology, asked.target, cloud.world)
    move = Move(cloud.topology, "west", mode, new_id(cloud.world, "west"), asked.by, record, cloud.world)
    cloud.calls.clear()
    return Ready(make(move, root), (), asked)


def _killed(cloud: Cloud, root: Path, mode: Mode, call: int, when: When) -> bool:
    ready = _ready(cloud, root, mode)
    cloud.kill = (call, when)
    try:
        execute(ready, root, lambda _: None)
    except Killed:
        return True
    assert len(cloud.calls) <= call
    return False


def _to_the_end(cloud: Cloud, root: Path, mode: Mode) -> None:
    """What an operator does: go on if there is something to go on with, else begin."""
    try:
        ended = go_on(cloud, root, wish(mode="switchover"))
    except Refused:
        if cloud.wardens.record()[0] == "west":
            raise
        ended = execute(_ready(cloud, root, mode), root, lambda _: None)
    assert ended.outcome == "promoted", ended.problem
