"""Data goes to stdout, progress and questions to stderr."""

import json
import sys
from typing import Annotated, Any, Literal

import typer

from operations.outcomes import Refused

Output = Annotated[Literal["text", "json"], typer.Option("--output", "-o", help="text or json.")]
Environment = Annotated[
    str, typer.Option("--environment", "-e", help="Which environment.", envvar="LIFELINE_ENVIRONMENT")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def say(text: str) -> None:
    """Progress, and what to do next."""
    print(text, file=sys.stderr, flush=True)


def emit(text: str) -> None:
    print(text, flush=True)


def emit_json(document: Any) -> None:
    print(json.dumps(document, indent=2, default=str), flush=True)


def next_step(text: str) -> None:
    say(f"next: {text}")


def confirm(question: str, *, yes: bool) -> None:
    """Ask, unless told not to. Raises Refused for a no, and where nobody can answer."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(f"{question} Nobody can answer here: there is no terminal; add --yes if you mean it")
    if not typer.confirm(question, err=True):
        raise Refused("you said no")
