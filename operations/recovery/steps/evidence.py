"""What was there before the rest is touched."""

from collections.abc import Callable

from operations.edge_api import EdgeError
from operations.record.attributes import Value
from operations.record.mailbox import NoAnswer
from operations.recovery.database import describe
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.hands import Hands
from operations.steps.retry import unanswered
from operations.steps.step import NEEDED, Standing


class Evidence(RecoveryStep):
    """Write down how the estate stands before it is changed: writer, tasks, order of traffic, both leases.

    For the review afterwards. What does not answer is written down as unknown; nothing waits for it.
    """

    id = "evidence"
    title = "evidence kept"
    after = ("record",)
    optional = True
    skippable = True
    again = False
    expected = 3.0

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.calls = (
            *move.here("rds", "DescribeGlobalClusters", required=False),
            *move.here("ecs", "DescribeServices", required=False),
            *move.edge_calls("ListPools", "GetLoadBalancer"),
            *move.letter_calls(),
        )

    def check(self, hands: Hands) -> Standing:
        return Standing("done", "kept before") if hands.noted("evidence") else NEEDED

    def apply(self, hands: Hands) -> None:
        looks: dict[str, Callable[[Hands], Value]] = {
            "database": self._database,
            "services": self._services,
            "edge": self._edge,
            "leases": self._leases,
        }
        hands.note("evidence", {name: _or_unknown(look, hands) for name, look in looks.items()})

    def _database(self, hands: Hands) -> Value:
        move = self.move
        cluster = describe(hands.client("rds", move.region), move.topology.one("global_cluster").id)
        writer = [item["DBClusterArn"] for item in cluster["GlobalClusterMembers"] if item["IsWriter"]]
        return {"status": str(cluster.get("Status")), "writer": str(writer[0]) if writer else None}

    def _services(self, hands: Hands) -> Value:
        move = self.move
        cluster, ecs = move.topology.one("ecs_cluster", move.target).id, hands.client("ecs", move.region)
        ids = [item.id for item in move.topology.all("service", move.target)]
        return {
            item["serviceName"]: {"desired": item["desiredCount"], "running": item["runningCount"]}
            for start in range(0, len(ids), 10)  # more at once are refused
            for item in ecs.describe_services(cluster=cluster, services=ids[start : start + 10])["services"]
        }

    def _edge(self, hands: Hands) -> Value:
        edge = self.move.world.edge
        pools = hands.act("cloudflare", "ListPools", "", lambda: edge(self.move.topology).pools())
        order = hands.act("cloudflare", "GetLoadBalancer", "", lambda: edge(self.move.topology).order())
        return {
            "order": list(order.pools),
            "fallback": order.fallback,
            "enabled": {name: pool.enabled for name, pool in pools.items()},
        }

    def _leases(self, hands: Hands) -> Value:
        found: dict[str, Value] = {}
        for site in self.move.topology.sites:
            try:
                answer = self.move.ask(hands, site, "probe")
            except NoAnswer:
                found[site] = "unknown"
            else:
                kept = ("writer", "holder", "epoch", "remaining", "behind_seconds", "position", "error")
                found[site] = {name: answer[name] for name in kept if name in answer}
        return found


def _or_unknown(look: Callable[[Hands], Value], hands: Hands) -> Value:
    from botocore.exceptions import ClientError

    try:
        return look(hands)
    except (ClientError, EdgeError, LookupError):
        return "unknown"
    except Exception as error:
        if not unanswered(error):
            raise
        return "unknown"
