"""What an expression of Cloudflare's rules language is made of: terms, and what operators and functions do.

Truth has three values: what is not known of a request leaves the answer open.
"""

import re
from collections.abc import Callable, Mapping
from fnmatch import translate
from ipaddress import ip_address, ip_network
from typing import Any

Request = Mapping[str, Any]
"""Field → value. A field that is not there is not known."""
Term = Callable[[Request], Any]
"""A value of a request, or a truth value; None where it is not known."""


def unknown(_request: Request) -> None:
    return None


def negated(term: Term) -> Term:
    def opposite(request: Request) -> bool | None:
        value = term(request)
        return not value if isinstance(value, bool) else None

    return opposite


def either(left: Term, right: Term) -> Term:
    def any_of(request: Request) -> bool | None:
        values = (left(request), right(request))
        if True in [value for value in values if isinstance(value, bool)]:
            return True
        return False if all(value is False for value in values) else None

    return any_of


def both(left: Term, right: Term) -> Term:
    return negated(either(negated(left), negated(right)))


def one_of_two(left: Term, right: Term) -> Term:
    def one(request: Request) -> bool | None:
        first, second = left(request), right(request)
        return first is not second if isinstance(first, bool) and isinstance(second, bool) else None

    return one


def comparison(word: str, left: Term, right: Term) -> Term:
    def compared(request: Request) -> bool | None:
        first, second = left(request), right(request)
        if first is None or second is None:
            return None
        try:
            return bool(_OPERATORS[word](first, second))
        except (TypeError, ValueError, re.error):
            return None

    return compared


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, bool | int):
        return str(first).lower() == str(second).lower()
    return str(first) == str(second)


def _within(first: Any, items: Any) -> bool:
    if not isinstance(items, list):
        raise TypeError
    return any(_is_item(first, item) for item in items)


def _is_item(first: Any, item: str) -> bool:
    if _same(first, item):
        return True
    start, dots, end = item.partition("..")
    if isinstance(first, int):
        return bool(dots) and int(start) <= first <= int(end)
    if not is_address(str(first)):
        return False
    address = ip_address(str(first))
    if dots:
        low, high = ip_address(start), ip_address(end)
        return address.version == low.version == high.version and int(low) <= int(address) <= int(high)
    return is_address(item) and address in ip_network(item, strict=False)


def is_address(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return "." in text or ":" in text


def _like(pattern: str) -> str:
    """`*` is anything there, and nothing else is special."""
    return translate(re.sub(r"[\[?]", lambda found: f"[{found[0]}]", pattern))


_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": _same,
    "ne": lambda first, second: not _same(first, second),
    "lt": lambda first, second: first < second,
    "le": lambda first, second: first <= second,
    "gt": lambda first, second: first > second,
    "ge": lambda first, second: first >= second,
    "contains": lambda first, second: second in first,
    "matches": lambda first, second: re.search(second, first),
    "wildcard": lambda first, second: re.match(_like(second.lower()), first.lower()),
    "strict": lambda first, second: re.match(_like(second), first),
    "in": _within,
    "bitwise_and": lambda first, second: first & second,
}

FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "starts_with": (2, lambda text, start: text.startswith(start)),
    "ends_with": (2, lambda text, end: text.endswith(end)),
    "lower": (1, lambda text: text.lower()),
    "upper": (1, lambda text: text.upper()),
    "len": (1, len),
    "url_decode": (1, lambda text: text),
    "to_string": (1, str),
}
"""Name → (number of arguments, what it does); of the others the answer is not known."""


def applied(function: Callable[..., Any], arguments: list[Term]) -> Term:
    def result(request: Request) -> Any:
        values = [argument(request) for argument in arguments]
        if any(value is None for value in values):
            return None
        try:
            return function(*values)
        except (TypeError, ValueError, AttributeError):
            return None

    return result
