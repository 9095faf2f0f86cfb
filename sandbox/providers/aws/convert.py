"""Pulumi's camelCase properties to an AWS request and back, driven by botocore's shapes.

Names match without regard to case (`cidrBlock` and `CidrBlock`, `kmsKeyId` and `KMSKeyId`); a row says where not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from model.signatures import Map, Object, Scalar, Sequence, Type

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class Field:
    """How one property stands in a request and in a description, where it is not simply the member of the same name."""

    to: str | None = None
    """Member of the request, dotted for a nested one ("networkConfiguration.awsvpcConfiguration")."""
    found: str | None = None
    """Member of the description, where it differs from the request's."""
    nested: Mapping[str, str] = field(default_factory=dict)
    """Names inside the value: property → member, at any depth."""
    encode: Convert | None = None
    """Makes the request's value; the shapes then leave it alone."""
    decode: Convert | None = None
    """Makes the property's value from the description's."""


PLAIN = Field()


def member(shape: Any, name: str) -> str | None:
    """The member of a structure that a property name means."""
    wanted = name.lower()
    return next((key for key in getattr(shape, "members", {}) if key.lower() == wanted), None)


def request(properties: Mapping[str, Any], shape: Any, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The request for those properties that the shape has a member for; the others are left out."""
    sent: dict[str, Any] = {}
    for name, value in properties.items():
        if value is None:
            continue
        spec = fields.get(name, PLAIN)
        path = (spec.to or member(shape, name) or "").split(".")
        target = _at(shape, path)
        if target is None:
            continue
        _put(sent, path, spec.encode(value) if spec.encode else to_shape(value, target, spec.nested))
    return sent


def _at(shape: Any, path: list[str]) -> Any:
    for name in path:
        shape = getattr(shape, "members", {}).get(name)
        if shape is None:
            return None
    return shape


def _put(sent: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        sent = sent.setdefault(name, {})
    sent[path[-1]] = value


def to_shape(value: Any, shape: Any, nested: Mapping[str, str] = PLAIN.nested) -> Any:
    """A property's value as the shape wants it."""
    kind = shape.type_name
    if kind == "structure":
        if isinstance(value, list):
            value = value[0] if value else {}
        found = {}
        for name, item in value.items():
            key = nested.get(name) or member(shape, name)
            if key in shape.members and item is not None:
                found[key] = to_shape(item, shape.members[key], nested)
        return found
    if kind == "list":
        if isinstance(value, dict) and _is_tags(shape.member):
            return to_tags(value, shape)
        return [to_shape(item, shape.member, nested) for item in (value if isinstance(value, list) else [value])]
    if kind == "map":
        return {str(key): to_shape(item, shape.value, nested) for key, item in value.items()}
    if kind == "string":
        return _text(value)
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_tags(shape: Any) -> bool:
    return {name.lower().removeprefix("tag") for name in getattr(shape, "members", {})} >= {"key", "value"}


def to_tags(tags: Mapping[str, str], shape: Any) -> list[dict[str, str]]:
    """`{owner: platform}` as the list of pairs that the shape spells."""
    names = list(shape.member.members)
    key = next(name for name in names if name.lower().removeprefix("tag") == "key")
    value = next(name for name in names if name.lower().removeprefix("tag") == "value")
    return [{key: name, value: str(text)} for name, text in tags.items()]


def from_tags(tags: Any) -> dict[str, str]:
    """Any of AWS's forms of tags as one map; the cloud's own (`aws:`) left out."""
    if isinstance(tags, list):
        pairs = {
            str(tag.get("Key", tag.get("key", tag.get("TagKey")))): tag.get(
                "Value", tag.get("value", tag.get("TagValue"))
            )
            for tag in tags
        }
    else:
        pairs = dict(tags or {})
    return {key: str(value or "") for key, value in pairs.items() if not key.startswith("aws:")}


def properties(found: Mapping[str, Any], types: Mapping[str, Type], fields: Mapping[str, Field]) -> dict[str, Any]:
    """The properties that a description tells; those that it does not mention are left out."""
    values = {}
    for name, declared in types.items():
        spec = fields.get(name, PLAIN)
        value = lookup(found, spec.found or spec.to or name)
        if value is None:
            continue
        values[name] = spec.decode(value) if spec.decode else from_shape(value, declared, spec.nested)
    return {name: value for name, value in values.items() if value is not None}


def lookup(found: Any, path: str) -> Any:
    """A member by dotted path, without regard to case."""
    for name in path.split("."):
        if not isinstance(found, dict):
            return None
        wanted = name.lower()
        found = found[name] if name in found else next((v for k, v in found.items() if k.lower() == wanted), None)
    return found


def from_shape(value: Any, declared: Type, nested: Mapping[str, str] = PLAIN.nested) -> Any:
    """An AWS value as the SDK's type of the property wants it; members that the SDK does not know are dropped."""
    if isinstance(declared, Scalar):
        return _scalar(value, declared)
    if isinstance(declared, Sequence):
        return [from_shape(item, declared.of, nested) for item in (value if isinstance(value, list) else [value])]
    if isinstance(declared, Map):
        if isinstance(value, list):
            return from_tags(value)
        return {key: from_shape(item, declared.of, nested) for key, item in dict(value).items()}
    if isinstance(declared, Object) and declared.properties:
        if isinstance(value, list):
            value = value[0] if value else {}
        if not isinstance(value, dict):
            return value
        made = {}
        for name, prop in declared.properties.items():
            item = lookup(value, nested.get(name, name))
            if item is not None:
                made[name] = from_shape(item, prop.type, nested)
        return made
    return value


def _scalar(value: Any, declared: Scalar) -> Any:
    if declared.kind == "str":
        return value if isinstance(value, str) else _text(value)
    if declared.kind == "bool":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if declared.kind == "int":
        return int(float(value))
    return float(value)
