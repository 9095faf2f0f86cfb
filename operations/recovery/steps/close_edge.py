"""The edge stops sending to the old site."""

from collections.abc import Sequence

from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.recovery.steps.edge_commands import edit_pool
from operations.steps.call import Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing


class CloseEdge(RecoveryStep):
    """Close the old site's pool at the edge, so that no user waits for a site that refuses.

    Only faster, never needed: a pool is healthy only while its site holds the lease, so traffic leaves without this.
    """

    id = "close-edge"
    title = "edge closed to the old site"
    after = ("record",)
    optional = True
    skippable = True
    again = False

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.calls = move.edge_calls("ListPools", "EditPool")

    def check(self, hands: Hands) -> Standing:
        edge = self.move.world.edge
        pools = hands.act("cloudflare", "ListPools", "", lambda: edge(self.move.topology).pools())
        if not pools[self.move.pool(self.move.origin)].enabled:
            return Standing("done", "it is closed")
        return NEEDED

    def apply(self, hands: Hands) -> None:
        move = self.move
        name = move.pool(move.origin)
        hands.act(
            "cloudflare",
            "EditPool",
            "",
            lambda: move.world.edge(move.topology).set_enabled(name, False),
            {"pool": name, "enabled": False},
        )

    def commands(self) -> Sequence[Command]:
        return (edit_pool(self.move.origin, enabled=False),)
