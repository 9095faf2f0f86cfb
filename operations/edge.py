"""The edge's load balancer, by its API: pools, their order, the fallback. Every change is read back."""

from dataclasses import dataclass
from typing import Any

from operations import edge_api
from operations.topology import Topology


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
    """The load balancer of one application. Raises EdgeError where the API does not answer as it should."""

    def __init__(self, topology: Topology) -> None:
        self._host = topology.one("edge").id
        zone = find_zone(topology)
        self._balancers = f"/zones/{zone['id']}/load_balancers"
        self._pools = f"/accounts/{zone['account']['id']}/load_balancers/pools"

    def pools(self) -> dict[str, Pool]:
        """By name."""
        listed = edge_api.get(self._pools)["result"] or ()
        return {pool["name"]: Pool(pool["id"], pool["name"], pool.get("enabled") is not False) for pool in listed}

    def set_enabled(self, name: str, enabled: bool) -> None:
        """Open or close a pool. Raises NotApplied when it reads back otherwise."""
        edge_api.patch(f"{self._pools}/{self.pools()[name].id}", {"enabled": enabled})
        if self.pools()[name].enabled is not enabled:
            raise NotApplied(f"pool {name}: asked for enabled={enabled}, the API still shows {not enabled}")

    def order(self) -> Order:
        balancer = self._balancer()
        names = {pool.id: pool.name for pool in self.pools().values()}
        fallback = str(balancer.get("fallback_pool"))
        return Order(
            tuple(names.get(pool, pool) for pool in balancer.get("default_pools") or ()), names.get(fallback, fallback)
        )

    def set_order(self, first: str, second: str) -> None:
        """Put one pool first and make it the fallback. Raises NotApplied when it reads back otherwise."""
        pools = self.pools()
        body = {"default_pools": [pools[first].id, pools[second].id], "fallback_pool": pools[first].id}
        edge_api.patch(f"{self._balancers}/{self._balancer()['id']}", body)
        wanted = Order((first, second), first)
        if self.order() != wanted:
            raise NotApplied(f"load balancer {self._host}: asked for {wanted}, the API shows {self.order()}")

    def _balancer(self) -> dict[str, Any]:
        for balancer in edge_api.get(self._balancers)["result"] or ():
            if balancer["name"] == self._host:
                return dict(balancer)
        raise LookupError(f"the edge has no load balancer {self._host}: apply the stack `global` first")


def find_zone(topology: Topology) -> dict[str, Any]:
    """The application's zone as the API shows it, its account with it. Raises EdgeError, LookupError."""
    name = topology.one("zone").id
    zones = edge_api.get("/zones", name=name)["result"]
    if not zones or not zones[0].get("account", {}).get("id"):
        raise LookupError(f"the edge's API shows no zone {name}: check the token's zone permissions")
    return dict(zones[0])
