"""Cloudflare's HTTP API with its JSON envelope."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from sandbox.providers.handlers import Refused

PREFIX = "/client/v4"
SECONDS = 10


class ApiFailed(Refused):
    """The API said no."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status
        """HTTP status; 0 where no answer came."""


class Api:
    """One account's view of the API."""

    def __init__(self, endpoint: str, token: str) -> None:
        base = endpoint.rstrip("/")
        self._base = base if base.endswith(PREFIX) else base + PREFIX
        self._token = token

    def call(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> Any:
        """The envelope's `result`. Raises ApiFailed."""
        url = f"{self._base}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        request = urllib.request.Request(url, method=method)
        request.add_header("Authorization", f"Bearer {self._token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                envelope = json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise ApiFailed(f'{method} "{PREFIX}{path}": {error.code} {_problem(error)}', error.code) from None
        except (OSError, ValueError) as error:
            raise ApiFailed(f'{method} "{PREFIX}{path}": no answer ({type(error).__name__})', 0) from None
        if not envelope.get("success", False):
            raise ApiFailed(f'{method} "{PREFIX}{path}": {json.dumps(envelope.get("errors", []))}', 200)
        return envelope.get("result")

    def pages(self, path: str, query: dict[str, str] | None = None) -> list[Any]:
        """Every item of a list."""
        found: list[Any] = []
        page = 1
        while True:
            items = self.call("GET", path, query={**(query or {}), "page": str(page), "per_page": "50"})
            found.extend(items)
            if len(items) < 50:
                return found
            page += 1


def _problem(error: urllib.error.HTTPError) -> str:
    """The API's own errors, where the body is its envelope."""
    try:
        return json.dumps(json.loads(error.read()).get("errors", []))
    except ValueError:
        return str(error.reason)
