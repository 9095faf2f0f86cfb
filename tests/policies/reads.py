"""Which properties a rule reads, seen while its examples run; and whether the SDK has them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from model import links
from model.resource import Resource
from model.signatures import Anything, Map, Property, Scalar, Sdk, Sequence
from model.types import PROVIDER, STACK
from policies.case import Case

Read = tuple[str, str]
"""(type, path)"""


@contextmanager
def traced(seen: set[Read]) -> Iterator[None]:
    """Note every path that is asked for."""
    at, case_at, reference = Resource.at, Case.at, links.reference

    def resource_at(self: Resource, path: str) -> Any:
        seen.add((self.kind, path))
        return at(self, path)

    def item_at(self: Case, path: str) -> Any:
        seen.add((self.resource.kind, re.sub(r"\[\d+\]", "[*]", self.where(path))))
        return case_at(self, path)

    def referred(source: Resource, property: str) -> links.Reference:
        seen.add((source.kind, property))
        return reference(source, property)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Resource, "at", resource_at)
        patch.setattr(Case, "at", item_at)
        patch.setattr(links, "reference", referred)
        yield


def missing(read: Read) -> str:
    """What the SDK lacks of a path; empty where it has all of it."""
    kind, path = read
    if kind == STACK or kind.startswith(PROVIDER):
        return ""
    first, *rest = path.replace("[*]", "").split(".")
    properties = properties_of(kind)
    if first not in properties:
        return f"{kind} has no {path}: {first!r} is none of {', '.join(sorted(properties))}"
    declared = properties[first].type
    for step in rest:
        while isinstance(declared, Sequence):
            declared = declared.of
        if isinstance(declared, Map | Anything) or declared == Scalar("str"):
            return ""  # free keys, or JSON in a text
        if isinstance(declared, Scalar):
            return f"{kind} has no {path}: a {declared.kind} stands there"
        if step not in declared.properties:
            return f"{kind} has no {path}: {step!r} is none of {', '.join(sorted(declared.properties))}"
        declared = declared.properties[step].type
    return ""


def properties_of(token: str) -> dict[str, Property]:
    """Inputs of a type. Raises UnknownType."""
    return dict(Sdk(token.split(":")[0]).resource(token).inputs)
