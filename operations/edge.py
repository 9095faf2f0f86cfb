"""The edge's load balancer, by its API: pools, their order, the fallback. Every change is read back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations import clients
from operations.topology import Topology

if TYPE_CHECKING:
    from cloudflare.types.load_balancers import LoadBalancer


@dataclass(frozen=True)
class Pool:
    id: str
    name: str
    enabled: bool


@dataclass(frozen=True)
class Order:
    """The load balancer as the API shows it: pool names in order, and the fallback's name."""

    pools: tuple[str, ...]
    fallback: str


class NotApplied(Exception):
    """The API said yes and shows the old value."""


class Edge:
    """The load balancer of one application. Raises cloudflare.APIError where the API does not answer as it should."""

    def __init__(self, topology: Topology) -> None:
        self._host = topology.one("edge").id
        zone_name = topology.one("zone").id
        # By path: the SDK's own `zones` takes a fifth of a second to import, on the way of every promotion.
        found = clients.cloudflare().get("/zones", cast_to=object, options={"params": {"name": zone_name}})
        zones = found.get("result") if isinstance(found, dict) else None
        if not zones or not zones[0].get("account", {}).get("id"):
            raise LookupError(f"the edge's API shows no zone {zone_name}: check the token's zone permissions")
        self._zone = str(zones[0]["id"])
        self._account = str(zones[0]["account"]["id"])

    def pools(self) -> dict[str, Pool]:
        """By name."""
        listed = clients.cloudflare().load_balancers.pools.list(account_id=self._account)
        return {
            str(pool.name): Pool(str(pool.id), str(pool.name), pool.enabled is not False)
            for pool in listed
            if pool.id and pool.name
        }

    def set_enabled(self, name: str, enabled: bool) -> None:
        """Open or close a pool. Raises NotApplied when it reads back otherwise."""
        pool = self.pools()[name]
        clients.cloudflare().load_balancers.pools.edit(pool.id, account_id=self._account, enabled=enabled)
        if self.pools()[name].enabled is not enabled:
            raise NotApplied(f"pool {name}: asked for enabled={enabled}, the API still shows {not enabled}")

    def order(self) -> Order:
        balancer = self._balancer()
        names = {pool.id: pool.name for pool in self.pools().values()}
        return Order(
            tuple(names.get(str(pool), str(pool)) for pool in balancer.default_pools or ()),
            names.get(str(balancer.fallback_pool), str(balancer.fallback_pool)),
        )

    def set_order(self, first: str, second: str) -> None:
        """Put one pool first and make it the fallback. Raises NotApplied when it reads back otherwise."""
        pools = self.pools()
        clients.cloudflare().load_balancers.edit(
            str(self._balancer().id),
            zone_id=self._zone,
            default_pools=[pools[first].id, pools[second].id],
            fallback_pool=pools[first].id,
        )
        wanted = Order((first, second), first)
        if self.order() != wanted:
            raise NotApplied(f"load balancer {self._host}: asked for {wanted}, the API shows {self.order()}")

    def _balancer(self) -> "LoadBalancer":
        for balancer in clients.cloudflare().load_balancers.list(zone_id=self._zone):
            if balancer.name == self._host:
                return balancer
        raise LookupError(f"the edge has no load balancer {self._host}: apply the stack `global` first")
