"""Talking to a running sandbox: JSON over HTTP on loopback, with the token from its folder."""

import json
import urllib.error
import urllib.request
from typing import Any

from sandbox.folder import Running

HEADER = "x-lifeline-token"


class Control:
    """A client of the supervisor's control port. Raises ValueError with what the supervisor refused."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def get(self, path: str, timeout: float = 10) -> Any:
        return self._call("GET", path, None, timeout)

    def post(self, path: str, body: dict[str, Any], timeout: float = 10) -> Any:
        return self._call("POST", path, body, timeout)

    def _call(self, method: str, path: str, body: dict[str, Any] | None, timeout: float) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._running.control}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={HEADER: self._running.token, "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error).get("error", f"status {error.code}")) from None
        except urllib.error.URLError as error:
            raise RuntimeError(
                f"the sandbox {self._running.name!r} does not answer: {error.reason}; look at `lifeline sandbox status`"
            ) from None
