"""The service as its users see it: through the edge."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SECONDS = 10.0
EDGE = "LIFELINE_EDGE"
"""Where the edge is reached in place of `https://<host>`; the sandbox sets it."""


@dataclass(frozen=True)
class Answer:
    """`status` 0: there was none."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)


Ask = Callable[[str, str, str, Mapping[str, str], Mapping[str, Any] | None], Answer]
"""Host, method, path, headers, JSON body."""


def address(host: str) -> str:
    """The URL at which the edge serves a host."""
    return os.environ.get(EDGE) or f"https://{host}"


def ask_edge(host: str, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None) -> Answer:
    """One request, never repeated here. Raises nothing that a network can do."""
    request = urllib.request.Request(  # noqa: S310  # the settings' own host, or the sandbox's edge
        address(host) + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Host": host, "Content-Type": "application/json", "User-Agent": "lifeline", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return Answer(answer.status, _json(answer.read()))
    except urllib.error.HTTPError as error:
        return Answer(error.code, _json(error.read()))
    except OSError:
        return Answer(0)


def _json(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
