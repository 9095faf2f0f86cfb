"""What the edge's monitors and the load balancer ask: HTTP, answered from memory.

`/.well-known/lifeline` is 200 only while this site's lease holds and a test write has just succeeded: traffic follows
the lease. `/.well-known/lifeline/alive` is 200 while the process runs: a standby needs no lease.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from operations.warden.standing import Standing

PATH = "/.well-known/lifeline"


class Health(ThreadingHTTPServer):
    """Listens on every interface of the task."""

    daemon_threads = True

    def __init__(self, port: int, standing: Standing) -> None:
        self.standing = standing
        super().__init__(("", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    server: Health

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, body: bool) -> None:
        standing = self.server.standing
        path = self.path.partition("?")[0].rstrip("/")
        if path == f"{PATH}/alive":
            status, document = 200, {"site": standing.site, "alive": True}
        elif path == PATH:
            lease = standing.view().lease
            status = 200 if standing.serves() else 503
            document = {
                "site": standing.site,
                "epoch": lease.epoch if lease else None,
                "valid_until": lease.valid_until.isoformat() if lease else None,
                "holder": lease.site if lease else None,
            }
        else:
            status, document = 404, {"error": f"only {PATH} and {PATH}/alive are here"}
        content = json.dumps(document).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """A line for every health check would bury the rest."""
