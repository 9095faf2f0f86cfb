"""A last look, until everything holds still."""

from collections.abc import Sequence

from operations.edge import Order
from operations.edge_api import EdgeError
from operations.record.attributes import Value
from operations.recovery.database import describe, writes
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Accepted, Standing

LOOKS = 3
PAUSE_SECONDS = 1.0


class Settle(RecoveryStep):
    """Look three times, a second apart: record, writer, capacity and traffic have to be right each time.

    An `up` or a schedule under way could undo what was done; here it would show. What earlier steps left degraded or
    skipped is not waited for again: capacity that was accepted, an edge whose API does not do as it says. It is named,
    and this step then ends as degraded, too.
    """

    id = "settle"
    title = "all holds still"
    degradable = True
    skippable = True
    closing = True
    timeout = 180.0
    expected = LOOKS * PAUSE_SECONDS

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.calls = (
            *move.table_calls("GetItem", required=move.glass is None),
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
        accepted = hands.accepted()
        less: dict[str, str] = {}
        while self._right < LOOKS:
            less = {**self._capacity(hands), **self._traffic(hands)}
            wrong = [*self._record(hands), *self._writer(hands), *(less[name] for name in less if name not in accepted)]
            if wrong:
                self._right = 0
                return "; ".join(wrong)
            self._right += 1
            if self._right < LOOKS:
                hands.sleep(PAUSE_SECONDS)
        if less:
            told: dict[str, Value] = {name: {"is": less[name], "since": accepted[name]} for name in less}
            hands.note("accepted", told)
            raise Accepted(f"LESS THAN ALL, as it was accepted before: {'; '.join(less.values())}")
        return None

    def _record(self, hands: Hands) -> Sequence[str]:
        if self.move.glass is not None:
            return ()  # nobody answers, or the record is still to be repaired: the next step's business
        found = self.move.store(hands.client).read()
        right = (found.active, found.epoch) == (self.move.target, self.move.epoch)
        return () if right else (f"the record says {found.active}, epoch {found.epoch}",)

    def _writer(self, hands: Hands) -> Sequence[str]:
        move = self.move
        seen = describe(hands.client("rds", move.region), move.topology.one("global_cluster").id)
        right = writes(seen, str(move.topology.one("database", move.target).arn))
        return () if right else ("the target's database is not the writer",)

    def _capacity(self, hands: Hands) -> dict[str, str]:
        """Services that are short: the step that was to bring their tasks → what is missing."""
        move = self.move
        names = {move.topology.one("service", move.target, name).id: name for name in move.topology.capacity}
        cluster, ecs, ids = move.topology.one("ecs_cluster", move.target).id, hands.client("ecs", move.region), [*names]
        shown = [
            item
            for start in range(0, len(ids), 10)  # more at once are refused
            for item in ecs.describe_services(cluster=cluster, services=ids[start : start + 10])["services"]
        ]
        floors = {name: held.active[0] for name, held in move.topology.capacity.items()}
        short = {names[item["serviceName"]]: item["runningCount"] for item in shown}
        return {
            f"capacity-{name}": f"{name}: {running} of {floors[name]} tasks run"
            for name, running in short.items()
            if running < floors[name]
        }

    def _traffic(self, hands: Hands) -> dict[str, str]:
        """Where the edge's API does not answer, its order is unknown; the order end to end was the test."""
        move = self.move
        target, origin = move.pool(move.target), move.pool(move.origin)
        try:
            found = hands.act("cloudflare", "GetLoadBalancer", "", lambda: move.world.edge(move.topology).order())
        except (EdgeError, LookupError):
            return {}
        if found == Order((target, origin), target):
            return {}
        return {"edge-order": f"the edge's order is {', '.join(found.pools)}, its fallback {found.fallback}"}
