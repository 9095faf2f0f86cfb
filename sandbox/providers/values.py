"""Property values on the wire: Pulumi's structs to plain Python and back, with secrets and unknowns kept right.

Plain values are None, bool, int, float, str, list and dict. Two marks stand beside them: `Secret` around a value that
must stay secret, and `UNKNOWN` for what only an update will tell.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"

UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_TEXTS: Final = frozenset(
    {
        UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # a list
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)
"""The engine marks an unknown by the kind of value that is expected."""

Properties = dict[str, Any]


class Unknown:
    """A value that is not known before the update."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that Pulumi encrypts in its state and hides in its output."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(…)"


def read(struct: struct_pb2.Struct) -> Properties:
    """The properties of a message. Null values are left out: absent and null are one to a provider."""
    return {name: _read(value) for name, value in struct.fields.items() if value.WhichOneof("kind") != "null_value"}


def _read(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWN_TEXTS else value.string_value
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_read(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _read_object(value.struct_value)
    return None


def _read_object(struct: struct_pb2.Struct) -> Any:
    mark = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else None
    if mark == SECRET:
        return Secret(_read(struct.fields["value"]))
    if mark == OUTPUT:
        inner = _read(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
        return Secret(inner) if struct.fields["secret"].bool_value else inner
    if mark == RESOURCE:
        return _read(struct.fields["id"]) if "id" in struct.fields else struct.fields["urn"].string_value
    return read(struct)


def write(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """The message for these properties; None is left out."""
    struct = struct_pb2.Struct()
    for name, value in properties.items():
        if value is not None:
            struct.fields[name].CopyFrom(_write(value))
    return struct


def _write(value: Any) -> struct_pb2.Value:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=UNKNOWN_TEXT)
    if isinstance(value, Secret):
        inner = struct_pb2.Struct(
            fields={SIGNATURE: struct_pb2.Value(string_value=SECRET), "value": _write(value.value)}
        )
        return struct_pb2.Value(struct_value=inner)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=write(value))
    if isinstance(value, list | tuple | set | frozenset):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_write(item) for item in value]))
    return struct_pb2.Value(string_value=str(value))


def opened(value: Any) -> Any:
    """The value without its secret marks, at every depth. For use, never for output."""
    if isinstance(value, Secret):
        return opened(value.value)
    if isinstance(value, dict):
        return {key: opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return value


def holds_secret(value: Any) -> bool:
    """Whether a secret stands anywhere in the value."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, dict):
        return any(holds_secret(item) for item in value.values())
    return isinstance(value, list) and any(holds_secret(item) for item in value)


def holds_unknown(value: Any) -> bool:
    """Whether anything in the value is not known yet."""
    if isinstance(value, Secret):
        return holds_unknown(value.value)
    if isinstance(value, dict):
        return any(holds_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_unknown(item) for item in value)
    return isinstance(value, Unknown)


def secret_names(properties: Mapping[str, Any]) -> frozenset[str]:
    """The top-level properties that are or contain a secret."""
    return frozenset(name for name, value in properties.items() if holds_secret(value))


def sealed(properties: Mapping[str, Any], names: Collection[str]) -> Properties:
    """The properties with those of the given names marked secret as a whole."""
    return {
        name: Secret(opened(value)) if name in names and value is not None else value
        for name, value in properties.items()
    }


def without_secrets(properties: Mapping[str, Any]) -> Properties:
    """For the call log: secrets are named, never shown."""
    return {
        name: "[secret]" if holds_secret(value) else "[unknown]" if holds_unknown(value) else value
        for name, value in properties.items()
    }
