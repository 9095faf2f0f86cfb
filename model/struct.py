"""Protobuf's `Struct`, in which the engine sends properties, as plain JSON values."""

from typing import Any


def fields(struct: Any) -> dict[str, Any]:
    """A Struct's fields; whole numbers are ints, as in JSON files."""
    return {name: _value(value) for name, value in struct.fields.items()}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return fields(value.struct_value)
    if kind == "list_value":
        return [_value(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None if kind == "null_value" else getattr(value, kind)
