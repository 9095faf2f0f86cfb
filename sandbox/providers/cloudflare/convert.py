"""Pulumi's camelCase to Cloudflare's snake_case and back, driven by the SDK's types.

Free keys (a map's: region codes, header names) stay as they are.
"""

import json
from collections.abc import Mapping
from typing import Any

from infra.sdk_parts import snake
from model.signatures import Map, Object, Property, Scalar, Sequence, Type

RENAMED: Mapping[str, str] = {"hosts": "Host"}
"""Nested names that do not follow the rule: an origin's header is spelled as HTTP spells it."""


def to_api(values: Mapping[str, Any], properties: Mapping[str, Property]) -> dict[str, Any]:
    """The JSON object of the API."""
    return {
        RENAMED.get(name, snake(name)): _to(value, properties[name].type)
        for name, value in values.items()
        if name in properties and value is not None
    }


def _to(value: Any, declared: Type) -> Any:
    if isinstance(declared, Object) and isinstance(value, dict):
        return to_api(value, declared.properties)
    if isinstance(declared, Sequence) and isinstance(value, list):
        return [_to(item, declared.of) for item in value]
    if isinstance(declared, Map) and isinstance(value, dict):
        return {key: _to(item, declared.of) for key, item in value.items()}
    return value


def from_api(found: Mapping[str, Any], properties: Mapping[str, Property]) -> dict[str, Any]:
    """The properties that an answer tells."""
    made = {}
    for name, declared in properties.items():
        value = found.get(RENAMED.get(name, snake(name)))
        if value is not None:
            made[name] = _from(value, declared.type)
    return made


def _from(value: Any, declared: Type) -> Any:
    if isinstance(declared, Object) and isinstance(value, dict):
        return from_api(value, declared.properties)
    if isinstance(declared, Sequence) and isinstance(value, list):
        return [_from(item, declared.of) for item in value]
    if isinstance(declared, Scalar) and declared.kind == "str" and not isinstance(value, str):
        return json.dumps(value)  # what the SDK has no type for, it hands on as JSON
    return value
