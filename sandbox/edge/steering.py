"""Which pool and origin a request goes to.

Failover steering: the first pool in the listed order that is enabled and healthy; when there is none, the
fallback pool, whose health is ignored. The other steering policies are accepted by the API and
treated as this one: a laptop has no geography.
"""

import random

from sandbox.cloudflare.health import HealthBoard
from sandbox.cloudflare.store import Document, Store
from sandbox.edge.request import Missing


class Steering:
    def __init__(self, store: Store, health: HealthBoard) -> None:
        self._store = store
        self._health = health

    def choose(self, host: str) -> tuple[Document, Document]:
        """The pool and the origin for a host name; raises Missing."""
        balancer = self._store.load_balancer_of(host)
        if balancer is None or not balancer["enabled"]:
            raise Missing("load-balancer", 530, f"no enabled load balancer answers for {host}")
        for key in balancer["default_pools"]:
            pool = self._store.get("pool", key)
            if pool is not None and pool["enabled"] and self._health.pool_healthy(pool):
                return pool, _pick(self._health.healthy_origins(pool), pool)
        fallback = self._store.get("pool", balancer["fallback_pool"])
        if fallback is None or not fallback["enabled"]:
            raise Missing("pool", 503, "no pool is enabled and healthy, and the fallback pool is gone or disabled")
        return fallback, _pick([origin for origin in fallback["origins"] if origin.get("enabled", True)], fallback)


def _pick(origins: list[Document], pool: Document) -> Document:
    weights = [1 if origin.get("weight") is None else float(origin["weight"]) for origin in origins]
    if not any(weights):
        raise Missing("origin", 530, f"pool {pool['name']} has no enabled origin with a weight")
    return origins[0] if len(origins) == 1 else random.choices(origins, weights)[0]
