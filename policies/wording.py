"""How values are said in messages: short and plain ones only, never what could be a secret."""

from typing import Any


def nothing(value: Any) -> bool:
    """Absent, or an empty text, list or object."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def said(value: Any) -> str:
    """A value in a message: short and plain ones only."""
    if nothing(value):
        return "is not set"
    if isinstance(value, bool):
        return f"is {str(value).lower()}"
    if isinstance(value, int | float):
        return f"is {value}"
    return f'is "{value}"' if isinstance(value, str) and len(value) <= 60 and value.isprintable() else "is set so"


def choice(values: list[Any]) -> str:
    """Values to choose from: "a, b or c"."""
    shown = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}" if shown else "nothing"
