"""Arguments against the SDK's own types: what the real provider's schema refuses is refused, for every type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from model.signatures import Anything, Map, Property, Scalar, Sequence, Type
from sandbox.providers.values import Secret, Unknown

INTERNAL = "__"
"""Properties that begin so belong to the protocol, not to the resource."""


@dataclass(frozen=True)
class Failure:
    """One argument that is not acceptable: where, and what is wrong with it."""

    path: str
    reason: str


def check(inputs: Mapping[str, Any], properties: Mapping[str, Property]) -> Iterator[Failure]:
    """What is wrong with a resource's arguments; nothing where all is well."""
    yield from _object(inputs, properties, "")


def _object(value: Mapping[str, Any], properties: Mapping[str, Property], path: str) -> Iterator[Failure]:
    for name, item in value.items():
        where = f"{path}.{name}" if path else name
        if name.startswith(INTERNAL):
            continue
        if name not in properties:
            near = get_close_matches(name, properties, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; it has: {', '.join(sorted(properties)) or 'none'}"
            yield Failure(where, f"the SDK has no such property{hint}")
        else:
            yield from _value(item, properties[name].type, where)
    for name, declared in properties.items():
        if declared.required and value.get(name) is None:
            yield Failure(
                f"{path}.{name}" if path else name, "Missing required argument: the SDK requires this property"
            )


def _value(value: Any, declared: Type, path: str) -> Iterator[Failure]:
    if isinstance(value, Secret):
        value = value.value
    if value is None or isinstance(value, Unknown) or isinstance(declared, Anything):
        return
    if isinstance(declared, Scalar):
        if not _fits(value, declared):
            yield Failure(path, f"expected {_SPOKEN[declared.kind]}, got {_spoken(value)}")
    elif isinstance(declared, Sequence):
        if not isinstance(value, list):
            yield Failure(path, f"expected a list, got {_spoken(value)}")
            return
        for index, item in enumerate(value):
            yield from _value(item, declared.of, f"{path}[{index}]")
    elif not isinstance(value, dict):
        yield Failure(path, f"expected an object, got {_spoken(value)}")
    elif isinstance(declared, Map):
        for key, item in value.items():
            yield from _value(item, declared.of, f"{path}.{key}")
    elif declared.properties:
        yield from _object(value, declared.properties, path)


_SPOKEN = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}


def _fits(value: Any, declared: Scalar) -> bool:
    if declared.kind == "bool":
        return isinstance(value, bool)
    if declared.kind == "str":
        return isinstance(value, str)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (declared.kind == "float" and isinstance(value, float))


def _spoken(value: Any) -> str:
    """The kind of value, not the value: it may be a secret."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"
