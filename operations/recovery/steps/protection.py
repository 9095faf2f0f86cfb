"""The other site becomes a standby again, as far as it is there."""

from collections.abc import Sequence

from operations.record.attributes import Value
from operations.record.mailbox import NoAnswer
from operations.recovery.database import describe
from operations.recovery.move import Move
from operations.recovery.standby import ranges
from operations.recovery.steps.base import RecoveryStep
from operations.recovery.steps.edge_commands import edit_pool
from operations.steps.call import Call, Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing


class Protection(RecoveryStep):
    """Rebuild the protection: the old site listed and open at the edge again, at a standby's capacity; replication
    back to it is looked at.

    Its pool is opened only if its warden says that it does not serve: the edge then keeps it unhealthy until it holds a
    lease. A site that does not answer stays closed; `lifeline rejoin` brings it back when it wakes up.
    """

    id = "protection"
    title = "protection rebuilt"
    optional = True
    skippable = True

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.calls = (
            *move.edge_calls("ListPools", "EditPool"),
            *move.letter_calls(),
            *move.here("rds", "DescribeGlobalClusters", required=False),
            Call("application-autoscaling", "RegisterScalableTarget", move.origin_region, required=False),
        )

    def check(self, hands: Hands) -> Standing:
        return NEEDED

    def apply(self, hands: Hands) -> None:
        standby = self._stands_by(hands)
        data: dict[str, Value] = {"replication": self._replication(hands), "old_site": standby}
        hands.note("protection", data)
        if standby != "stands by":
            return
        move = self.move
        edge, name = move.world.edge(move.topology), move.pool(move.origin)
        if not hands.act("cloudflare", "ListPools", "", edge.pools)[name].enabled:
            parameters: dict[str, Value] = {"pool": name, "enabled": True}
            hands.act("cloudflare", "EditPool", "", lambda: edge.set_enabled(name, True), parameters)
        for command in self._ranges():
            hands.run(command)

    def commands(self) -> Sequence[Command]:
        return (edit_pool(self.move.origin, enabled=True), *self._ranges())

    def _ranges(self) -> list[Command]:
        """The ranges of a standby for the old site's services."""
        found = ranges(self.move.topology, self.move.origin)
        return [
            Command("application-autoscaling", "RegisterScalableTarget", region, parameters)
            for region, parameters in found
        ]

    def _stands_by(self, hands: Hands) -> str:
        try:
            answer = self.move.ask(hands, self.move.origin, "probe")
        except NoAnswer:
            return "does not answer: its pool stays closed until `lifeline rejoin`"
        if answer.get("serves") is False:
            return "stands by"
        return f"unknown: {answer.get('error') or 'its warden says that it serves'}"

    def _replication(self, hands: Hands) -> str:
        move = self.move
        cluster = describe(hands.client("rds", move.region), move.topology.one("global_cluster").id)
        arn = move.topology.one("database", move.origin).arn
        for member in cluster["GlobalClusterMembers"]:
            if member["DBClusterArn"] == arn:
                return str(member.get("SynchronizationStatus", "unknown"))
        return "the old member has left the global database"
