"""A view as the JSON list that `from_list` reads."""

from collections.abc import Mapping
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN
from model.view import View

SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's own text for what is unknown."""


def dump(view: View) -> list[dict[str, Any]]:
    """The resources of a view; what is unknown as Pulumi writes it."""
    return [_resource(item) for item in view.resources]


def _resource(item: Resource) -> dict[str, Any]:
    return {
        "type": item.type,
        "name": item.name,
        "urn": item.urn,
        "parent": item.parent,
        "provider": item.provider,
        "protect": item.protect,
        "id": _value(item.id),
        "props": {key: _value(value) for key, value in item.props.items()},
        "outputs": {key: _value(value) for key, value in item.outputs.items()},
        "property_dependencies": None
        if item.depends is None
        else {name: list(urns) for name, urns in item.depends.items()},
    }


def _value(value: Any) -> Any:
    if value is UNKNOWN:
        return SENTINEL
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    return value
