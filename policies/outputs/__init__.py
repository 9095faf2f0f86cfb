"""A result, rendered. One file a format; each has `render(result, …) -> str`."""

from collections.abc import Callable
from importlib import import_module
from typing import Literal, get_args

from policies.gate.result import Result

Format = Literal["text", "json", "sarif", "junit", "markdown", "github"]
FORMATS: tuple[str, ...] = get_args(Format)


def render(result: Result, format: str, *, show_passes: bool = False) -> str:
    """The result in one of `FORMATS`, ending with a new line."""
    shown: Callable[..., str] = import_module(f"policies.outputs.{format}").render
    text = shown(result, show_passes=show_passes)
    return text if text.endswith("\n") else text + "\n"
