"""Plain values to DynamoDB's attribute values and back. Pure, so that it needs no SDK."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
"""What a message may carry: what JSON can."""
Attribute = Mapping[str, Any]
"""One key, the type's letter, and the content."""


def to_attribute(value: Value) -> dict[str, Any]:
    """`{"S": …}` and so on. Raises TypeError for what JSON could not carry."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case list():
            return {"L": [to_attribute(item) for item in value]}
        case dict():
            return {"M": {str(name): to_attribute(item) for name, item in value.items()}}
    raise TypeError(f"{type(value).__name__} cannot be kept in the control table: only what JSON has can")


def from_attribute(attribute: Attribute) -> Value:
    """The value; a number is an int where it is whole. Raises ValueError for a type that we never write."""
    ((kind, content),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "BOOL":
            return bool(content)
        case "N":
            number = Decimal(content)
            return int(number) if number == number.to_integral_value() else float(number)
        case "S":
            return str(content)
        case "L":
            return [from_attribute(item) for item in content]
        case "M":
            return {name: from_attribute(item) for name, item in content.items()}
    raise ValueError(f"an attribute of type {kind} is not Lifeline's: repair the control table by hand")
