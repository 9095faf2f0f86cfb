"""Cloudflare's API by its paths, with bounds: on the night of a promotion no call may hang. No call is repeated here.

By urllib3, which AWS's clients have loaded already: Cloudflare's own SDK takes most of a second to import, on the way
of every promotion, and what is called are a dozen paths (docs/decisions/0066-the-edge-is-called-by-its-paths.md).
"""

import json
import os
import urllib.request
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from operations.clients import READ_SECONDS

if TYPE_CHECKING:
    import urllib3


class EdgeError(Exception):
    """The API did not answer, or did not say yes."""

    def __init__(self, text: str, status: int | None = None) -> None:
        """`status`: what HTTP says; None without an answer."""
        super().__init__(text)
        self.status = status


def get(path: str, **query: str | int) -> Any:
    """What the API answers to a path such as `/zones`: a document with a `result`. Raises EdgeError."""
    return _call("GET", path, fields=query)


def patch(path: str, body: dict[str, Any]) -> Any:
    """Change what is at a path. Raises EdgeError; without a `status` it may have been done all the same."""
    return _call("PATCH", path, json=body)


def _call(method: str, path: str, **given: Any) -> Any:
    import urllib3

    # Address and token come from the environment, by the names that Cloudflare's own tools read.
    base = os.environ.get("CLOUDFLARE_BASE_URL") or "https://api.cloudflare.com/client/v4"
    token = os.environ.get("CLOUDFLARE_API_TOKEN")
    if not token:
        raise EdgeError("the edge's API needs a token: set CLOUDFLARE_API_TOKEN")
    headers = {"Authorization": f"Bearer {token}"}
    try:
        response = _connections(base).request(method, base + path, headers=headers, redirect=False, **given)
    except urllib3.exceptions.HTTPError as error:
        raise EdgeError(f"the edge's API does not answer {method} {path}: {type(error).__name__}") from error
    try:
        answer = json.loads(response.data)
    except ValueError:
        answer = None
    if response.status >= 300 or not isinstance(answer, dict) or not answer.get("success"):
        raise EdgeError(
            f"the edge's API answers {method} {path} with {response.status}{_said(answer)}", response.status
        )
    return answer


def _said(answer: Any) -> str:
    errors = answer.get("errors") if isinstance(answer, dict) else None
    texts = [str(error.get("message", error)) for error in errors or () if isinstance(error, dict)]
    return f": {'; '.join(texts)}" if texts else ", and no word why"


@cache
def _connections(base: str) -> "urllib3.PoolManager":
    """Open connections, through the proxy that the environment names for that address, if any. Thread-safe."""
    import urllib3
    from botocore.httpsession import get_cert_path

    bounds = urllib3.Timeout(connect=READ_SECONDS, read=READ_SECONDS)
    trusted = get_cert_path(True)  # AWS's clients trust the same
    place = urlsplit(base)
    proxy = urllib.request.getproxies().get(place.scheme)
    if proxy and not urllib.request.proxy_bypass(place.netloc):
        return urllib3.ProxyManager(proxy, maxsize=4, timeout=bounds, retries=False, ca_certs=trusted)
    return urllib3.PoolManager(maxsize=4, timeout=bounds, retries=False, ca_certs=trusted)
