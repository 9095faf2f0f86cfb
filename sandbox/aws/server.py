"""The HTTP server in front of the layer: threaded, keep-alive, on a free port of the loopback interface.

The standard library's, because werkzeug's ends every connection after one answer, which doubles the time of a call.
"""

import logging
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from sandbox.aws.http import HttpAnswer, HttpRequest
from sandbox.http_server import Listener

logger = logging.getLogger(__name__)
_BODILESS = frozenset({204, 304})
# What the server says itself, or what must not pass from one connection to another.
_SERVERS_OWN = frozenset({"connection", "date", "server", "transfer-encoding"})


class Unanswered(Exception):
    """The connection is to be closed without a byte, as that of a region that cannot be reached."""


Application = Callable[[HttpRequest], HttpAnswer]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "lifeline-sandbox"
    sys_version = ""
    # Header and body leave in one write; what is left over must not wait 40 ms for an acknowledgement either.
    disable_nagle_algorithm = True
    server: "_Connections"

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._body(headers)
        headers["content-length"] = str(len(body))
        try:
            answer = self.server.application(HttpRequest(self.command, path, query, headers, body))
        except Unanswered:
            self.close_connection = True
            return
        except Exception:  # the layer's own fault: said as AWS says its own, and kept for whoever looks
            logger.exception("%s %s failed", self.command, path)
            answer = HttpAnswer(500, {"x-amzn-errortype": "InternalFailure"}, b'{"__type":"InternalFailure"}')
        self._answer(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _serve

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.pop("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(headers.get("content-length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue  # trailers
        return b"".join(chunks)

    def _answer(self, answer: HttpAnswer) -> None:
        self.send_response(answer.status)
        length = str(len(answer.body))
        for name, value in answer.headers.items():
            if name.lower() == "content-length":
                length = value if self.command == "HEAD" else length
            elif name.lower() not in _SERVERS_OWN:
                self.send_header(name, value)
        if answer.status not in _BODILESS:
            self.send_header("Content-Length", length)
        head = b"".join([*self._headers_buffer, b"\r\n"])
        self._headers_buffer: list[bytes] = []
        self.wfile.write(head if self.command == "HEAD" else head + answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Calls are recorded by the layer, with more than an access log would say."""


class _Connections(Listener):
    def __init__(self, application: Application) -> None:
        self.application = application
        super().__init__(0, _Handler)


class LoopbackServer:
    """Serves one application from `start` to `stop`; its port is taken, and known, from the beginning."""

    def __init__(self, application: Application, name: str) -> None:
        self._server = _Connections(application)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name=name, daemon=True
        )
        self._started = False

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> None:
        if not self._started:
            self._started = True
            self._thread.start()

    def stop(self) -> None:
        if self._started:
            self._server.shutdown()
            self._thread.join()
        self._server.hang_up_all()
        self._server.server_close()
