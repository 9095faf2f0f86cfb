"""Words of a name: `ordersSessionCache`, `orders-session_cache` and `/orders/session/cache` have the same."""

import re
from collections.abc import Iterable
from itertools import pairwise

from model.values import UNKNOWN, UnknownMet
from policies.case import Case


def words(text: str) -> set[str]:
    """Lower case; also two that stand side by side, as `api-key`."""
    spelled = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", text).lower()
    single = [word for word in re.split(r"[^a-z0-9]+", spelled) if word]
    return {*single, *(f"{one}-{other}" for one, other in pairwise(single))}


def named_like(case: Case, wanted: Iterable[str], property: str = "name") -> bool:
    """Whether one of the words, or its plural, is in the resource's name, here or there. Raises UnknownMet."""
    name = case.at(property)
    there = words(case.resource.name) | (words(name) if isinstance(name, str) else set())
    if any(word.lower() in there or f"{word.lower()}s" in there for word in wanted):
        return True
    if name is UNKNOWN:
        raise UnknownMet(property)
    return False
