"""Which path prefixes lead to which service, and in what order a load balancer tries them. Pure."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

HIGHEST = 50_000
"""The last priority a listener rule can have."""
BAND = 250
"""Priorities for prefixes of one length."""


@dataclass(frozen=True)
class Route:
    """Requests below one prefix go to one service."""

    service: str
    prefix: str
    priority: int

    @property
    def patterns(self) -> tuple[str, ...]:
        """The prefix itself and what is below it, as ALB path patterns."""
        if self.prefix == "/":
            return ("/*",)
        return (self.prefix, f"{self.prefix}/*")

    @property
    def slug(self) -> str:
        """The prefix as a part of a resource name."""
        words = "".join(letter if letter.isalnum() else "-" for letter in self.prefix).strip("-")
        return words or "root"


def ordered(prefixes: Iterable[tuple[str, str]]) -> list[Route]:
    """(service, prefix) pairs as routes, the longest prefix first.

    A priority depends on the prefix alone (unless two of one length collide), so that a new service
    does not shift the rules of the others: AWS refuses a priority that is still taken.
    """
    taken: set[int] = set()
    routes = []
    for service, prefix in sorted(prefixes, key=lambda item: (-len(item[1]), item[1])):
        band = max(0, HIGHEST // BAND - 1 - len(prefix)) * BAND
        offset = zlib.crc32(prefix.encode()) % BAND
        while band + offset + 1 in taken:
            offset = (offset + 1) % BAND
        taken.add(band + offset + 1)
        routes.append(Route(service, prefix, band + offset + 1))
    return routes
