"""What the edge has carried, for `lifeline sandbox status`."""

import threading
from collections import Counter
from typing import Any


class Counters:
    """Requests by status, by pool and by missing hop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._statuses: Counter[str] = Counter()
        self._pools: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()

    def count(self, status: int, pool: str | None, missing: str | None) -> None:
        with self._lock:
            self._statuses[str(status)] += 1
            if pool is not None:
                self._pools[pool] += 1
            if missing is not None:
                self._missing[missing] += 1

    def as_dict(self) -> dict[str, Any]:
        with self._lock:
            return {
                "requests": self._statuses.total(),
                "by_status": dict(self._statuses),
                "by_pool": dict(self._pools),
                "by_missing_hop": dict(self._missing),
            }
