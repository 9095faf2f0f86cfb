"""The one way from the command line into `sandbox/`, whose dependencies are an extra."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from operations.outcomes import Refused
from scripts.project import Project

if TYPE_CHECKING:
    from sandbox.folder import Folder

Name = Annotated[str, typer.Option("--name", "-n", help="Which sandbox.", envvar="LIFELINE_SANDBOX")]


def part(module: str) -> Any:
    """A module of `sandbox/`. Raises Refused where it is not installed."""
    import importlib

    try:
        return importlib.import_module(f"sandbox.{module}")
    except ModuleNotFoundError as error:
        raise Refused(f"the sandbox is not installed ({error.name} is missing): run `make setup`") from None


def folder(context: typer.Context, name: str) -> "Folder":
    project: Project = context.obj
    found: Folder = part("folder").Folder(project.root, name)
    return found


def control(context: typer.Context, name: str) -> Any:
    """The sandbox of that name, which must be running."""
    return part("control").Control(folder(context, name).require())
