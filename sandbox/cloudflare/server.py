"""Cloudflare's API over HTTP: authentication, faults, the call log; `api.py` does the rest.

An outage of the API is a fault on the region called `cloudflare`: clients cannot reach it, while the
edge goes on with what it was told last, as Cloudflare's data plane does.
"""

import json
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, urlsplit

from sandbox.aws.callers import OPERATOR
from sandbox.calls import CallLog
from sandbox.cloudflare.api import Api, Request
from sandbox.cloudflare.errors import ApiError, malformed, throttled, unauthenticated, unavailable
from sandbox.cloudflare.health import HealthBoard
from sandbox.cloudflare.store import Document, Store
from sandbox.fault import Effect
from sandbox.faults import Faults
from sandbox.http_server import BodyRefused, Handler, Server
from sandbox.passage import passes

REGION = "cloudflare"
"""What faults and the call log call Cloudflare's API."""
TOKEN = "sandbox"
_HANG_SECONDS = 60.0
_ANSWERED: dict[Effect, Callable[[], ApiError]] = {"unavailable": unavailable, "throttle": throttled}
"""What a fault answers with."""


class Cloudflare:
    """The API of one account whose zones are `domains`. Bearer token: `sandbox`.

    `store` and `health` are what the edge reads and writes.
    """

    def __init__(self, faults: Faults, calls: CallLog, domains: Iterable[str], shortest_interval: int = 5) -> None:
        self.store = Store(domains, shortest_interval)
        self.health = HealthBoard()
        self._server = Server(_handler(Api(self.store, self.health), faults, calls), "cloudflare-api")

    def start(self, port: int = 0) -> int:
        """Serve on 127.0.0.1; returns the port. The API is under `/client/v4`."""
        return self._server.start(port)

    def stop(self) -> None:
        self._server.stop()

    def reset(self) -> None:
        """Forget everything but the zones."""
        self.store.reset()


def _handler(api: Api, faults: Faults, calls: CallLog) -> type[Handler]:
    class ApiHandler(Handler):
        """One request to the API."""

        def _serve(self) -> None:
            path = urlsplit(self.path)
            operation, resource, outcome = "unknown", "", "ok"
            try:
                given = self.body()
                route, ids = api.route(self.command, path.path)
                operation, resource = route.operation, ids.get("id", "")
                verdict = faults.verdict(OPERATOR, REGION, "cloudflare", operation)
                if verdict is not None and verdict.effect in _ANSWERED:
                    raise _ANSWERED[verdict.effect]()
                if verdict is not None and not passes(faults, OPERATOR, REGION, "cloudflare", operation, _HANG_SECONDS):
                    self._record(operation, resource, "refused", 0)
                    self.hang_up()
                    return
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    raise unauthenticated()
                document = _document(given)
                resource = resource or str(document.get("name", ""))
                applied = not faults.ignores("cloudflare", operation)
                status, envelope = 200, api.run(route, Request(ids, dict(parse_qsl(path.query)), document, applied))
                if faults.drops(OPERATOR, REGION, "cloudflare", operation):
                    self._record(operation, resource, "lost", 0)
                    self.hang_up()
                    return
            except ApiError as error:
                status, envelope, outcome = error.status, error.envelope(), f"error:{error.code}"
            except BodyRefused as error:
                refused = ApiError(error.status, 6003, error.reason)
                status, envelope, outcome = refused.status, refused.envelope(), "error:6003"
            self._record(operation, resource, outcome, status)
            self.answer_json(status, envelope)

        def _record(self, operation: str, resource: str, outcome: str, status: int) -> None:
            calls.record(
                caller=OPERATOR,
                region=REGION,
                service="cloudflare",
                operation=operation,
                outcome=outcome,
                status=status,
                resource=resource or None,
            )

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    return ApiHandler


def _document(given: bytes) -> Document:
    if not given:
        return {}
    try:
        document = json.loads(given)
    except ValueError as error:
        raise malformed(str(error)) from None
    if not isinstance(document, dict):
        raise malformed("an object is expected")
    return document
