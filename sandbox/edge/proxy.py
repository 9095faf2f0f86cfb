"""The edge's own server: takes requests, has them carried, answers."""

from collections.abc import Sequence
from typing import Any

from sandbox.calls import CallLog
from sandbox.cloudflare import Cloudflare
from sandbox.edge.counters import Counters
from sandbox.edge.hops import Hops
from sandbox.edge.journey import Journey
from sandbox.edge.monitors import Monitors
from sandbox.edge.request import MISSING_HEADER, Answer, Missing, Request
from sandbox.edge.sight import Sight
from sandbox.edge.steering import Steering
from sandbox.edge.upstream import Upstream
from sandbox.faults import Faults
from sandbox.http_server import BodyRefused, Handler, Server

POOL_HEADER = "x-sandbox-pool"
"""On every answer that came from an origin: the pool that was chosen."""


class Edge:
    """The reverse proxy and its monitors. Nothing is cached; a POST is never sent twice.

    `timeout`: seconds that the edge waits for an origin.
    """

    def __init__(
        self,
        cloudflare: Cloudflare,
        sight: Sight,
        faults: Faults,
        calls: CallLog,
        regions: Sequence[str],
        timeout: float = 30.0,
    ) -> None:
        self._cloudflare = cloudflare
        self._timeout = timeout
        self._upstream = Upstream()
        self._steering = Steering(cloudflare.store, cloudflare.health)
        self._journey = Journey(Hops(cloudflare.store, sight, faults, regions), self._upstream, faults, calls)
        self._monitors = Monitors(cloudflare.store, cloudflare.health, self._journey)
        self._counters = Counters()
        self._server = Server(_handler(self), "edge")

    def start(self, port: int = 0) -> int:
        """Serve on 127.0.0.1 and begin to monitor; returns the port."""
        self._monitors.start()
        return self._server.start(port)

    def stop(self) -> None:
        self._server.stop()
        self._monitors.stop()
        self._upstream.close()

    def status(self) -> dict[str, Any]:
        """Counters, and for each pool whether it is enabled and healthy and why."""
        pools = []
        for pool in self._cloudflare.store.all("pool"):
            found = [self._cloudflare.health.get(pool["id"], origin["name"]) for origin in pool["origins"]]
            checked = [health for health in found if health is not None]
            pools.append(
                {
                    "name": pool["name"],
                    "enabled": pool["enabled"],
                    "healthy": self._cloudflare.health.pool_healthy(pool) if checked else None,
                    "reason": ", ".join(sorted({health.reason for health in checked})) or "not checked",
                    "checked_at": max((health.checked_at for health in checked), default=None),
                }
            )
        return {**self._counters.as_dict(), "pools": pools}

    def carry(self, request: Request, client: str) -> Answer:
        """One request from a client's address to its answer; a missing hop gives the answer that names it."""
        pool: dict[str, Any] | None = None
        try:
            pool, origin = self._steering.choose(request.host)
            answer = self._journey.make("request", pool, origin, _forwarded(request, origin, client), self._timeout)
        except Missing as missing:
            self._counters.count(missing.status, pool["name"] if pool else None, missing.hop)
            headers = [(MISSING_HEADER, missing.hop), ("Content-Type", "text/plain; charset=utf-8")]
            return Answer(missing.status, headers, f"{missing.hop}: {missing.reason}\n".encode())
        hop = next((value for name, value in answer.headers if name == MISSING_HEADER), None)
        self._counters.count(answer.status, pool["name"], hop)
        return Answer(answer.status, [*answer.headers, (POOL_HEADER, pool["name"])], answer.body)


def _forwarded(request: Request, origin: dict[str, Any], client: str) -> Request:
    """The request as the origin sees it."""
    override = (origin.get("header") or {}).get("Host")
    headers = [(name, value) for name, value in request.headers if name.lower() not in _SET_BY_EDGE]
    headers += [("CF-Connecting-IP", client), ("X-Forwarded-For", client), ("X-Forwarded-Proto", "https")]
    return Request(request.method, override[0] if override else request.host, request.target, headers, request.body)


_SET_BY_EDGE = frozenset({"cf-connecting-ip", "x-forwarded-for", "x-forwarded-proto"})


def _handler(edge: Edge) -> type[Handler]:
    class EdgeHandler(Handler):
        """One request of a client."""

        def _serve(self) -> None:
            try:
                body = self.body()
            except BodyRefused as error:
                self.answer(error.status, f"{error.reason}\n".encode(), [("Content-Type", "text/plain")])
                return
            host = self.headers.get("Host", "").rsplit(":", 1)[0].lower()
            answer = edge.carry(
                Request(self.command, host, self.path, self.headers.items(), body), str(self.client_address[0])
            )
            self.answer(answer.status, answer.body, answer.headers)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    return EdgeHandler
