"""A last look, until everything holds still."""

from collections.abc import Sequence

from operations.edge import Order
from operations.recovery.database import describe, writes
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing

LOOKS = 3
PAUSE_SECONDS = 1.0


class Settle(RecoveryStep):
    """Look three times, a second apart: record, writer, capacity and traffic have to be right each time.

    An `up` or a schedule under way could undo what was done; here it would show.
    """

    id = "settle"
    title = "all holds still"
    degradable = True
    skippable = True
    timeout = 180.0
    expected = LOOKS * PAUSE_SECONDS

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.calls = (
            *move.table_calls("GetItem"),
            *move.here("rds", "DescribeGlobalClusters"),
            *move.here("ecs", "DescribeServices"),
            *move.edge_calls("GetLoadBalancer"),
        )
        self._right = 0

    def check(self, hands: Hands) -> Standing:
        return NEEDED

    def apply(self, hands: Hands) -> None:
        self._right = 0

    def verify(self, hands: Hands) -> str | None:
        while self._right < LOOKS:
            wrong = [*self._record(hands), *self._writer(hands), *self._capacity(hands), *self._traffic(hands)]
            if wrong:
                self._right = 0
                return "; ".join(wrong)
            self._right += 1
            if self._right < LOOKS:
                hands.sleep(PAUSE_SECONDS)
        return None

    def _record(self, hands: Hands) -> Sequence[str]:
        found = self.move.store(hands.client).read()
        right = (found.active, found.epoch) == (self.move.target, self.move.epoch)
        return () if right else (f"the record says {found.active}, epoch {found.epoch}",)

    def _writer(self, hands: Hands) -> Sequence[str]:
        move = self.move
        seen = describe(hands.client("rds", move.region), move.topology.one("global_cluster").id)
        right = writes(seen, str(move.topology.one("database", move.target).arn))
        return () if right else ("the target's database is not the writer",)

    def _capacity(self, hands: Hands) -> Sequence[str]:
        move = self.move
        names = {move.topology.one("service", move.target, name).id: name for name in move.topology.capacity}
        shown = hands.client("ecs", move.region).describe_services(
            cluster=move.topology.one("ecs_cluster", move.target).id, services=list(names)
        )["services"]
        floors = {name: held.active[0] for name, held in move.topology.capacity.items()}
        return [
            f"{names[item['serviceName']]}: {item['runningCount']} of {floors[names[item['serviceName']]]} tasks run"
            for item in shown
            if item["runningCount"] < floors[names[item["serviceName"]]]
        ]

    def _traffic(self, hands: Hands) -> Sequence[str]:
        """Where the edge's API does not answer, its order is unknown; the order end to end was the test."""
        from cloudflare import CloudflareError

        move = self.move
        target, origin = move.pool(move.target), move.pool(move.origin)
        try:
            found = hands.act("cloudflare", "GetLoadBalancer", "", lambda: move.world.edge(move.topology).order())
        except (CloudflareError, LookupError):
            return ()
        return () if found == Order((target, origin), target) else (f"the edge's order is {', '.join(found.pools)}",)
