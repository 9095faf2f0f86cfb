"""Connections from the edge to the targets, kept open between requests, never retried.

A request that breaks off half-way may have been carried out, so it is answered with an error and
the client decides. A kept connection is looked at before it is used: one that the target has closed (its process ended)
would fail a request that never left.
"""

import functools
import http.client
import select
import ssl
import threading
import time
from collections import deque

from sandbox.edge.request import Answer, Missing, Request
from sandbox.edge.sight import Target

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding"}
    | {"upgrade", "content-length", "host"}
)
_KEPT_PER_TARGET = 32
_KEPT_SECONDS = 20.0
# A load balancer checks no target's certificate.
_UNCHECKED = ssl.create_default_context()
_UNCHECKED.check_hostname = False
_UNCHECKED.verify_mode = ssl.CERT_NONE


class Upstream:
    """A pool of connections by target."""

    def __init__(self) -> None:
        self._kept: dict[Target, deque[tuple[float, http.client.HTTPConnection]]] = {}
        self._lock = threading.Lock()

    def exchange(self, target: Target, request: Request, timeout: float, *, tls: bool = False) -> Answer:
        """Send a request to a target; `timeout` in seconds for each read. Raises Missing (502, 504)."""
        connection = self._take(target) or self._connect(target, timeout, tls)
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", request.host)
            for name, value in request.headers:
                if name.lower() not in _HOP_BY_HOP:
                    connection.putheader(name, value)
            if request.body or request.method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body or None)
            response = connection.getresponse()
            body = response.read()
        except TimeoutError:
            connection.close()
            raise Missing("task", 504, f"the target did not answer within {timeout:g} s") from None
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Missing("task", 502, f"the target broke off: {type(error).__name__}") from None
        if response.will_close:
            connection.close()
        else:
            self._keep(target, connection)
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP]
        return Answer(response.status, headers, body)

    def close(self) -> None:
        with self._lock:
            kept, self._kept = self._kept, {}
        for connections in kept.values():
            for _, connection in connections:
                connection.close()

    def _connect(self, target: Target, timeout: float, tls: bool) -> http.client.HTTPConnection:
        kind = functools.partial(http.client.HTTPSConnection, context=_UNCHECKED) if tls else http.client.HTTPConnection
        connection = kind(*target, timeout=timeout)
        try:
            connection.connect()
        except TimeoutError:
            raise Missing("task", 504, f"the target did not accept within {timeout:g} s") from None
        except ssl.SSLError as error:
            raise Missing("task", 502, f"the target speaks no TLS: {error.reason or 'handshake failed'}") from None
        except OSError as error:
            raise Missing("task", 502, f"the registered target refused: {error.strerror or error}") from None
        return connection

    def _take(self, target: Target) -> http.client.HTTPConnection | None:
        oldest = time.monotonic() - _KEPT_SECONDS
        while True:
            with self._lock:
                kept = self._kept.get(target)
                if not kept:
                    return None
                since, connection = kept.pop()
            if since >= oldest and not _closed(connection):
                return connection
            connection.close()

    def _keep(self, target: Target, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            kept = self._kept.setdefault(target, deque())
            kept.append((time.monotonic(), connection))
            surplus = kept.popleft()[1] if len(kept) > _KEPT_PER_TARGET else None
        if surplus is not None:
            surplus.close()


def _closed(connection: http.client.HTTPConnection) -> bool:
    """An idle connection that has something to read has been closed by the other side."""
    if connection.sock is None:
        return True
    poller = select.poll()
    poller.register(connection.sock, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poller.poll(0))
