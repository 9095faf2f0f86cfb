"""A view as the JSON list that `model.from_list` reads, so that it can be judged in another process."""

from collections.abc import Mapping
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN
from model.view import View
from model.wire import SECRET, SIGNATURE, TEXT


def dump(view: View) -> list[dict[str, Any]]:
    """Every resource, with Pulumi's own text for what is unknown and its mark on what is secret; None is left out."""
    return [{key: value for key, value in _entry(item).items() if value is not None} for item in view.resources]


def _entry(resource: Resource) -> dict[str, Any]:
    place = resource.location
    return {
        "type": resource.type,
        "name": resource.name,
        "urn": resource.urn,
        "props": {
            name: {SIGNATURE: SECRET, "value": _written(value)} if resource.secret(name) else _written(value)
            for name, value in resource.props.items()
        },
        "outputs": _written(resource.outputs) or None,
        "id": None if resource.id is UNKNOWN else resource.id,
        "parent": resource.parent or None,
        "provider": resource.provider or None,
        "protect": resource.protect or None,
        "custom": resource.custom,
        "external": resource.external or None,
        "property_dependencies": (
            None if resource.depends is None else {name: list(urns) for name, urns in resource.depends.items()}
        ),
        "location": None if place is None else {"file": place.file, "line": place.line},
    }


def _written(value: Any) -> Any:
    if value is UNKNOWN:
        return TEXT
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items()}
    return [_written(item) for item in value] if isinstance(value, list) else value
