"""What the monitors found, between the edge that measures it and the API that reports it."""

import threading
from dataclasses import dataclass
from typing import Any

from sandbox.cloudflare.store import Document, timestamp


@dataclass(frozen=True)
class Health:
    """The last check of one origin of one pool, and what follows from it."""

    healthy: bool
    reason: str
    """Cloudflare's words: `No failures`, `TCP connection failed`, `Response code mismatch error`, …"""
    response_code: int | None
    milliseconds: float
    checked_at: str


class HealthBoard:
    """Pool id and origin name → Health. An origin without a check is unknown, and unknown counts as healthy:
    Cloudflare steers traffic to a pool that has no monitor."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Health] = {}
        self._lock = threading.Lock()

    def put(self, pool_id: str, origin: str, health: Health) -> None:
        with self._lock:
            self._found[(pool_id, origin)] = health

    def forget(self, pool_id: str) -> None:
        """Nothing is known about a pool any more: deleted, disabled, or without a monitor."""
        with self._lock:
            self._found = {key: health for key, health in self._found.items() if key[0] != pool_id}

    def get(self, pool_id: str, origin: str) -> Health | None:
        return self._found.get((pool_id, origin))

    def healthy_origins(self, pool: Document) -> list[Document]:
        """The pool's enabled origins that are not known to be unhealthy."""
        origins = [origin for origin in pool["origins"] if origin.get("enabled", True)]
        found = [(origin, self.get(pool["id"], origin["name"])) for origin in origins]
        return [origin for origin, health in found if health is None or health.healthy]

    def pool_healthy(self, pool: Document) -> bool:
        """Whether as many origins are healthy as the pool asks for."""
        return len(self.healthy_origins(pool)) >= max(1, pool.get("minimum_origins") or 1)

    def report(self, pool: Document) -> dict[str, Any]:
        """The body of the API's pool health details, from the one data centre that the sandbox has."""
        origins = []
        for origin in pool["origins"]:
            health = self.get(pool["id"], origin["name"])
            if health is not None:
                detail = {
                    "healthy": health.healthy,
                    "failure_reason": health.reason,
                    "response_code": health.response_code or 0,
                    "rtt": f"{health.milliseconds:.1f}ms",
                }
                origins.append({origin["address"]: detail})
        if not origins:
            return {"pool_id": pool["id"], "pop_health": {}}
        return {
            "pool_id": pool["id"],
            "pop_health": {"Sandbox, LO": {"healthy": self.pool_healthy(pool), "origins": origins}},
        }

    @staticmethod
    def found(healthy: bool, reason: str, response_code: int | None, seconds: float) -> Health:
        return Health(healthy, reason, response_code, seconds * 1000, timestamp())
