"""The intake's HTTP interface.

POST /orders   header Idempotency-Key, JSON {order_id, text}   201, or 200 when repeated; 503 with Retry-After
GET /orders/I  200, 404
GET /orders    200, the newest ones' ids: those of patients, never a canary's
GET /health    200 while a database can be reached, standby included; 503
A path may carry the service's own prefix (`/nlp/orders`), which the load balancer does not take off.
"""

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from sandbox.http_server import BodyRefused, Handler
from sandbox.workload.orders import Conflict, Orders, Refused, Unacceptable

RETRY_AFTER_SECONDS = 1
CANARY = "X-Lifeline-Canary"
"""With it comes an order that is nobody's, by an id that begins with `CANARY_PREFIX`. One mark without the other is
refused: neither a patient's order vanishes from the lists, nor a canary's gets onto one."""
CANARY_PREFIX = "canary-"
_LONGEST_ID = 200
_LONGEST_TEXT = 20_000


class Problem(Exception):
    """An answer other than success, with its reason."""

    def __init__(self, status: int, reason: str, code: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.body: dict[str, Any] = {"reason": reason} | ({} if code is None else {"sqlstate": code})


def intake(orders: Orders, service: str) -> type[Handler]:
    """The handler class of one service."""

    class IntakeHandler(Handler):
        def do_GET(self) -> None:
            self._run(self._get)

        def do_POST(self) -> None:
            self._run(self._post)

        def _run(self, action: Any) -> None:
            try:
                status, document = action()
                headers = {}
            except Refused as refused:
                status, document = 503, Problem(503, refused.reason, refused.code).body
                if refused.unknown:
                    document["written"] = "unknown"
                headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            except Problem as problem:
                status, document, headers = problem.status, problem.body, {}
            except BodyRefused as error:
                status, document, headers = error.status, {"reason": error.reason}, {}
            except Exception as error:  # noqa: BLE001
                # A program error answers with JSON as well: a client must be able to tell it from the network's.
                status, document, headers = 500, {"reason": f"unexpected {type(error).__name__}"}, {}
            self.answer_json(status, document, headers)

        def _get(self) -> tuple[int, dict[str, Any]]:
            path = _without_prefix(urlsplit(self.path).path, service)
            if path == "/health":
                return 200, {"status": "ok", "service": service, "database": orders.database()}
            if path == "/orders":
                return 200, {"orders": orders.recent()}
            if path.startswith("/orders/"):
                found = orders.find(unquote(path.removeprefix("/orders/")))
                if found is None:
                    raise Problem(404, "no such order")
                return 200, found
            raise Problem(404, "no such path")

        def _post(self) -> tuple[int, dict[str, Any]]:
            given = self.body()
            if _without_prefix(urlsplit(self.path).path, service) != "/orders":
                raise Problem(404, "no such path")
            key = self.headers.get("Idempotency-Key", "")
            if not 1 <= len(key) <= _LONGEST_ID:
                raise Problem(400, "an order needs an Idempotency-Key header of at most 200 characters")
            order_id, text = _order(given)
            try:
                accepted = orders.accept(order_id, key, text, synthetic=_synthetic(self.headers, order_id))
            except Conflict as conflict:
                raise Problem(409, str(conflict)) from None
            except Unacceptable as unacceptable:
                raise Problem(422, str(unacceptable)) from None
            return 200 if accepted.repeated else 201, accepted.body()

    return IntakeHandler


def _order(given: bytes) -> tuple[str, str]:
    try:
        document = json.loads(given)
    except ValueError:
        raise Problem(400, "the body is not JSON") from None
    if not isinstance(document, dict) or not all(isinstance(document.get(k), str) for k in ("order_id", "text")):
        raise Problem(400, "an order is a JSON object with the strings order_id and text")
    order_id, text = document["order_id"], document["text"]
    if not 1 <= len(order_id) <= _LONGEST_ID or not 1 <= len(text) <= _LONGEST_TEXT:
        raise Problem(422, f"order_id has 1 to {_LONGEST_ID} characters and text 1 to {_LONGEST_TEXT}")
    return order_id, text


def _synthetic(headers: Any, order_id: str) -> bool:
    marks = {CANARY in headers, order_id.startswith(CANARY_PREFIX)}
    if len(marks) > 1:
        raise Problem(422, f"a synthetic order has both the header {CANARY} and an id that begins with {CANARY_PREFIX}")
    return marks == {True}


def _without_prefix(path: str, service: str) -> str:
    prefix = f"/{service}"
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
