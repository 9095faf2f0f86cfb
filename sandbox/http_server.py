"""A small threaded HTTP/1.1 server on 127.0.0.1, for the parts of the sandbox that answer HTTP themselves.

The standard library's server, with what a rehearsal needs: answers in one write (two small writes
meet Nagle and a delayed ACK, 40 ms each), a long accept queue, and a stop that also ends the
connections that clients keep open, as the end of a process would.
"""

import json
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
_REASONS = {status.value: status.phrase for status in HTTPStatus}
HANDSHAKE_SECONDS = 10
BODY_LIMIT = 1 << 20
"""Bytes of a request's body; orders and API documents are far smaller."""


class BodyRefused(Exception):
    """The request's body cannot be read: `status` is what to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Handler(BaseHTTPRequestHandler):
    """Reads bodies, answers in one write, logs nothing (paths can carry order ids)."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    """Seconds an idle connection is kept."""

    def body(self) -> bytes:
        """The request's body; raises BodyRefused for a chunked or oversized one."""
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            raise BodyRefused(411, "the request has no Content-Length")
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit():
            self.close_connection = True
            raise BodyRefused(400, "Content-Length is no number")
        if int(length) > BODY_LIMIT:
            self.close_connection = True
            raise BodyRefused(413, f"the body is longer than {BODY_LIMIT} bytes")
        return self.rfile.read(int(length))

    def answer(self, status: int, body: bytes, headers: Iterable[tuple[str, str]]) -> None:
        """Send a whole response. A client that has gone away is no error."""
        lines = [f"{self.protocol_version} {status} {_REASONS.get(status, 'Error')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        bodiless = status < 200 or status in (204, 304)
        if not bodiless:
            lines.append(f"Content-Length: {len(body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        try:
            self.wfile.write(head if bodiless or self.command == "HEAD" else head + body)
        except OSError:
            self.close_connection = True

    def answer_json(self, status: int, document: Any, headers: Mapping[str, str] | None = None) -> None:
        fields = {"Content-Type": "application/json", **(headers or {})}
        self.answer(status, json.dumps(document).encode(), fields.items())

    def hang_up(self) -> None:
        """Close the connection without an answer, as an endpoint that cannot be reached does."""
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def log_message(self, format: str, *args: Any) -> None:
        return


class Listener(ThreadingHTTPServer):
    """The listening socket, which knows its open connections."""

    daemon_threads = True
    request_queue_size = 512
    allow_reuse_address = True

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> None:
        super().__init__((HOST, port), handler)
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """On the connection's own thread, so that a slow handshake holds up nobody else."""
        if self._tls is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(HANDSHAKE_SECONDS)
        with self._tls.wrap_socket(request, server_side=True) as secured:
            with self._open_lock:
                self._open.add(secured)
            try:
                super().finish_request(secured, client_address)
            finally:
                with self._open_lock:
                    self._open.discard(secured)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up mid-request is part of a rehearsal, not worth a traceback."""

    def hang_up_all(self) -> None:
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class Server:
    """A listener in a thread of its own."""

    def __init__(self, handler: type[Handler], name: str, tls: ssl.SSLContext | None = None) -> None:
        self._handler = handler
        self._tls = tls
        self._name = name
        self._listener: Listener | None = None

    def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; returns the port (0 asked for: a free one)."""
        self._listener = Listener(port, self._handler, self._tls)
        threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 1.0}, name=self._name, daemon=True
        ).start()
        return int(self._listener.server_address[1])

    def stop(self) -> None:
        """Stop listening and end the open connections; harmless when not started."""
        listener, self._listener = self._listener, None
        if listener is not None:
            ending = threading.Thread(target=listener.shutdown, daemon=True)
            ending.start()
            while ending.is_alive():
                # The loop looks up only once a second, so that an idle sandbox costs nothing; a connection wakes it.
                with socket.socket() as waker:
                    waker.connect_ex(listener.server_address)
                ending.join(0.005)
            listener.server_close()
            listener.hang_up_all()
