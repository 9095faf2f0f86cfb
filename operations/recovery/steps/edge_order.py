"""Traffic leads to the target."""

from collections.abc import Sequence

from operations.edge import Edge, Order
from operations.record.attributes import Value
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.recovery.steps.edge_commands import edit_order, edit_pool
from operations.steps.call import Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing


class EdgeOrder(RecoveryStep):
    """Open the target's pool, put it first and make it the fallback; every change is read back.

    Only faster, never needed for most users: the edge leaves a pool whose site holds no lease by itself. But the
    fallback ignores health, so until this has been done it may lead to the old site, which answers 503 to writes.
    """

    id = "edge-order"
    title = "edge order: the target first, and the fallback"
    optional = True
    skippable = True

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.calls = move.edge_calls("ListPools", "GetLoadBalancer", "EditPool", "EditLoadBalancer")

    def check(self, hands: Hands) -> Standing:
        edge = self._edge()
        return Standing("done", "it is so") if self._open(hands, edge) and self._first(hands, edge) else NEEDED

    def apply(self, hands: Hands) -> None:
        move, edge = self.move, self._edge()
        target, origin = move.pool(move.target), move.pool(move.origin)
        if not self._open(hands, edge):
            parameters: dict[str, Value] = {"pool": target, "enabled": True}
            hands.act("cloudflare", "EditPool", "", lambda: edge.set_enabled(target, True), parameters)
        if not self._first(hands, edge):
            order: dict[str, Value] = {"first": target, "second": origin}
            hands.act("cloudflare", "EditLoadBalancer", "", lambda: edge.set_order(target, origin), order)

    def commands(self) -> Sequence[Command]:
        return (edit_pool(self.move.target, enabled=True), edit_order(self.move))

    def _edge(self) -> Edge:
        return self.move.world.edge(self.move.topology)

    def _open(self, hands: Hands, edge: Edge) -> bool:
        return hands.act("cloudflare", "ListPools", "", edge.pools)[self.move.pool(self.move.target)].enabled

    def _first(self, hands: Hands, edge: Edge) -> bool:
        target, origin = self.move.pool(self.move.target), self.move.pool(self.move.origin)
        return hands.act("cloudflare", "GetLoadBalancer", "", edge.order) == Order((target, origin), target)
