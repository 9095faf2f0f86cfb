"""A request and an answer on their way through the edge."""

from collections.abc import Sequence
from dataclasses import dataclass

MISSING_HEADER = "x-sandbox-missing"
"""On an answer that the edge gives itself: the hop that was missing or could not be passed."""


@dataclass(frozen=True)
class Request:
    """`target` is path and query as sent; `host` has no port."""

    method: str
    host: str
    target: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


class Missing(Exception):
    """A hop is missing or cannot be passed, so the edge answers `status` itself.

    Cloudflare's own: 521 refused, 522 timed out, 520 broke off, 530 no such origin; an ALB's: 502, 503, 504.
    """

    def __init__(self, hop: str, status: int, reason: str) -> None:
        super().__init__(f"{hop}: {reason}")
        self.hop = hop
        self.status = status
        self.reason = reason
