"""Whether an ALB rule's conditions hold for a request.

Source: Elastic Load Balancing, "Condition types for listener rules": all conditions of a rule must hold, one
value of each suffices; `*` is any run of characters and `?` any one; paths are case-sensitive, hosts are not.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.edge.request import Request


def holds(conditions: Sequence[dict[str, Any]], request: Request) -> bool:
    """True when every condition holds. A kind that cannot be rehearsed (source-ip) never does."""
    return all(_holds(condition, request) for condition in conditions)


def _holds(condition: dict[str, Any], request: Request) -> bool:
    field = condition.get("Field")
    if field == "path-pattern":
        return _any(_values(condition, "PathPatternConfig"), [urlsplit(request.target).path])
    if field == "host-header":
        hosts = [value.lower() for value in _values(condition, "HostHeaderConfig")]
        return _any(hosts, [request.host.lower()])
    if field == "http-request-method":
        return request.method in _values(condition, "HttpRequestMethodConfig")
    if field == "http-header":
        name = condition.get("HttpHeaderConfig", {}).get("HttpHeaderName", "").lower()
        values = [value.lower() for key, value in request.headers if key.lower() == name]
        return _any([pattern.lower() for pattern in _values(condition, "HttpHeaderConfig")], values)
    if field == "query-string":
        return _query(condition.get("QueryStringConfig", {}).get("Values", []), request)
    return False


def _values(condition: dict[str, Any], config: str) -> list[str]:
    """The values, in the newer or the older form of the API."""
    return list(condition.get(config, {}).get("Values") or condition.get("Values") or [])


def _query(wanted: list[dict[str, str]], request: Request) -> bool:
    given = parse_qsl(urlsplit(request.target).query, keep_blank_values=True)
    return any(
        _any([pair.get("Key", "*").lower()], [key.lower()]) and _any([pair["Value"].lower()], [value.lower()])
        for pair in wanted
        for key, value in given
    )


def _any(patterns: list[str], values: list[str]) -> bool:
    return any(_compiled(pattern).fullmatch(value) for pattern in patterns for value in values)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in pattern), re.DOTALL)
