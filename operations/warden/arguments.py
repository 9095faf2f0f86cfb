"""Reading what a request to the warden brings along."""

from collections.abc import Mapping

from operations.record.attributes import Value


class ArgumentWrong(Exception):
    """The request lacks something or has it wrong; says what."""


def text(arguments: Mapping[str, Value], name: str, what: str) -> str:
    """A text that must be there. Raises ArgumentWrong with `what` it is."""
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise ArgumentWrong(f"the request needs `{name}`, {what}")
    return value


def number(arguments: Mapping[str, Value], name: str, what: str) -> int:
    """A whole number, not negative, that must be there. Raises ArgumentWrong."""
    value = arguments.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ArgumentWrong(f"the request needs `{name}`, {what}, as a whole number")
    return value
