"""The monitors: each enabled pool that has one is checked at the monitor's interval, and at once after a change.

Source of the semantics: Cloudflare's load balancing documentation. Retries follow at once, and only
where no answer came; `consecutive_down` and `consecutive_up` count whole checks; a disabled pool is not checked;
a body is compared in its first 10 KiB, whatever its case. Types other than http, https and tcp leave health unknown.
"""

import threading
import time

from sandbox.cloudflare.health import Health, HealthBoard
from sandbox.cloudflare.store import Document, Kind, Store
from sandbox.edge.journey import HTTPS_PORT, Journey
from sandbox.edge.request import Missing, Request

_HTTP_PORT = 80
_BODY_READ = 10 * 1024
_UNANSWERED = frozenset({504, 520, 521, 522})
"""What a monitor retries: no answer came. A 502 or 503 is an answer, of the load balancer."""
_REASONS = {
    502: "Response code mismatch error",
    503: "Response code mismatch error",
    504: "HTTP timeout occurred",
    530: "DNS lookup failed",
}
_REHEARSED = ("http", "https", "tcp")


class Monitors:
    """One thread for each monitored pool."""

    def __init__(self, store: Store, health: HealthBoard, journey: Journey) -> None:
        self._store = store
        self._health = health
        self._journey = journey
        self._watches: dict[str, _Watch] = {}
        self._lock = threading.Lock()
        self._running = False
        store.on_change(self._changed)

    def start(self) -> None:
        self._running = True
        for pool in self._store.all("pool"):
            self._changed("pool", pool["id"])

    def stop(self) -> None:
        with self._lock:
            self._running = False
            watches, self._watches = self._watches, {}
        for watch in watches.values():
            watch.end()

    def _changed(self, kind: Kind, key: str) -> None:
        if kind == "pool":
            self._follow(key)
        elif kind == "monitor":
            for pool in self._store.all("pool"):
                if pool["monitor"] == key:
                    self._follow(pool["id"])

    def _follow(self, pool_id: str) -> None:
        """Start, wake or end the watch of one pool, as its document says."""
        with self._lock:
            if not self._running:
                return
            watch = self._watches.pop(pool_id, None)
            if _monitor_of(self._store, pool_id) is None:
                if watch is not None:
                    watch.end()
                self._health.forget(pool_id)
                return
            if watch is None:
                watch = _Watch(pool_id, self._store, self._health, self._journey)
                watch.start()
            else:
                watch.wake()
            self._watches[pool_id] = watch


def _monitor_of(store: Store, pool_id: str) -> tuple[Document, Document] | None:
    """A pool and its monitor, where the pool is enabled and the monitor of a kind that is rehearsed."""
    pool = store.get("pool", pool_id)
    if pool is None or not pool["enabled"]:
        return None
    monitor = store.get("monitor", pool["monitor"])
    return None if monitor is None or monitor["type"] not in _REHEARSED else (pool, monitor)


class _Watch(threading.Thread):
    """Checks one pool until ended."""

    def __init__(self, pool_id: str, store: Store, health: HealthBoard, journey: Journey) -> None:
        super().__init__(name=f"monitor-{pool_id[:8]}", daemon=True)
        self._pool_id = pool_id
        self._store = store
        self._health = health
        self._journey = journey
        self._woken = threading.Event()
        self._ended = False
        self._runs: dict[str, int] = {}
        """Origin → consecutive passes, or failures as a negative number."""

    def wake(self) -> None:
        self._woken.set()

    def end(self) -> None:
        self._ended = True
        self._woken.set()

    def run(self) -> None:
        while not self._ended:
            # Cleared before the documents are read: a change during the checks starts them again.
            self._woken.clear()
            found = _monitor_of(self._store, self._pool_id)
            if found is None:
                return
            pool, monitor = found
            for origin in pool["origins"]:
                if origin.get("enabled", True):
                    self._judge(pool, origin, monitor, _check(self._journey, pool, origin, monitor))
            self._woken.wait(monitor["interval"])

    def _judge(self, pool: Document, origin: Document, monitor: Document, found: Health) -> None:
        """Keep what follows from one more check of an origin."""
        run = self._runs.get(origin["name"], 0)
        run = max(run, 0) + 1 if found.healthy else min(run, 0) - 1
        self._runs[origin["name"]] = run
        before = self._health.get(pool["id"], origin["name"])
        needed = max(1, monitor["consecutive_up" if found.healthy else "consecutive_down"])
        unchanged = before is None or before.healthy  # what was never judged counts as healthy
        healthy = found.healthy if abs(run) >= needed else unchanged
        if not self._ended:
            kept = Health(healthy, found.reason, found.response_code, found.milliseconds, found.checked_at)
            self._health.put(pool["id"], origin["name"], kept)


def _check(journey: Journey, pool: Document, origin: Document, monitor: Document) -> Health:
    """One whole check with its retries."""
    started = time.monotonic()
    for attempt in range(monitor["retries"] + 1):
        try:
            status, reason = _probe(journey, pool, origin, monitor)
            return HealthBoard.found(reason == "No failures", reason, status, time.monotonic() - started)
        except Missing as missing:
            last = missing
            if missing.status not in _UNANSWERED or attempt == monitor["retries"]:
                break
    elapsed = time.monotonic() - started
    reason = _REASONS.get(last.status, "TCP connection failed")
    if last.status == 522 and elapsed >= monitor["timeout"]:
        reason = "HTTP timeout occurred"
    return HealthBoard.found(False, reason, last.status, elapsed)


def _probe(journey: Journey, pool: Document, origin: Document, monitor: Document) -> tuple[int, str]:
    default = _HTTP_PORT if monitor["type"] == "http" else HTTPS_PORT
    port = monitor["port"] or origin.get("port") or default
    if monitor["type"] == "tcp":
        journey.connect(pool, origin, port, monitor["timeout"])
        return 0, "No failures"
    headers = {name: values[0] for name, values in monitor["header"].items()}
    own = (origin.get("header") or {}).get("Host") or [origin["address"]]
    host = next((value for name, value in headers.items() if name.lower() == "host"), own[0])
    request = Request(monitor["method"], host, monitor["path"], list(headers.items()))
    answer = journey.make("probe", pool, {**origin, "port": port}, request, monitor["timeout"])
    if not expected(monitor["expected_codes"], answer.status):
        return answer.status, "Response code mismatch error"
    if str(monitor["expected_body"]).lower() not in answer.body[:_BODY_READ].decode(errors="replace").lower():
        return answer.status, "Response body mismatch error"
    return answer.status, "No failures"


def expected(codes: str, status: int) -> bool:
    """Whether a status is among `200`, `2xx`, `200-299` or a list of those."""
    for part in (part.strip() for part in codes.split(",")):
        low, _, high = part.replace("xx", "00").partition("-")
        top = int(high) if high else int(low) + (99 if part.endswith("xx") else 0)
        if int(low) <= status <= top:
            return True
    return False
