"""One request's way from an origin to a target and back: the part that users' requests and probes share."""

from sandbox.aws.callers import EDGE
from sandbox.calls import CallLog
from sandbox.cloudflare.store import Document
from sandbox.edge.hops import Hops, Site
from sandbox.edge.request import Answer, Missing, Request
from sandbox.edge.upstream import Upstream
from sandbox.faults import Faults
from sandbox.passage import passes

HTTPS_PORT = 443
NOWHERE = "cloudflare"
"""The region in the call log of a request that reached none."""


class Journey:
    def __init__(self, hops: Hops, upstream: Upstream, faults: Faults, calls: CallLog) -> None:
        self._hops = hops
        self._upstream = upstream
        self._faults = faults
        self._calls = calls

    def make(self, operation: str, pool: Document, origin: Document, request: Request, timeout: float) -> Answer:
        """Carry a request; `timeout` in seconds for each wait. Records the call; raises Missing."""
        region = NOWHERE
        try:
            site = self._hops.site(origin)
            region = site.region
            self._hops.enter(site, timeout)
            listener = self._hops.listener(site, origin.get("port") or HTTPS_PORT)
            answer = self._answer(site, listener, request, timeout)
        except Missing as missing:
            cut = missing.status in (520, 522)
            self._record(operation, region, "refused" if cut else f"error:{missing.hop}", missing.status, pool)
            raise
        self._record(operation, region, "ok", answer.status, pool)
        return answer

    def connect(self, pool: Document, origin: Document, port: int, timeout: float) -> None:
        """Only open a connection, as a TCP monitor does; raises Missing."""
        site = self._hops.site(origin)
        self._hops.enter(site, timeout)
        self._hops.listener(site, port)
        self._record("probe", site.region, "ok", 0, pool)

    def _answer(self, site: Site, listener: str, request: Request, timeout: float) -> Answer:
        decision = self._hops.decide(site, listener, request)
        if isinstance(decision, Answer):
            answer = decision
        else:
            answer = self._upstream.exchange(decision.target, request, timeout, tls=decision.tls)
        if not passes(self._faults, EDGE, site.region, "origin", "answer", timeout):
            # The region went dark meanwhile: what it answered, and maybe wrote, never crossed the border.
            raise Missing("origin", 520, f"{site.region} was cut off before its answer arrived")
        return answer

    def _record(self, operation: str, region: str, outcome: str, status: int, pool: Document) -> None:
        # No path: it can carry an order's id.
        self._calls.record(
            caller=EDGE,
            region=region,
            service="origin",
            operation=operation,
            outcome=outcome,
            status=status,
            resource=pool["name"],
        )
