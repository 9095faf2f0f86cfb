"""topology: print what operations see, as the YAML that they also read."""

import typer

from scripts.project import Project
from scripts.terminal import Environment, Output, emit, emit_json, next_step


def add(app: typer.Typer) -> None:
    app.command()(topology)


def topology(context: typer.Context, environment: Environment = "production", output: Output = "text") -> None:
    """Print the estate by roles; a file like this stands in for settings on an estate that Lifeline did not make."""
    from operations.topology import from_settings

    project: Project = context.obj
    found = from_settings(project.settings(environment))
    if output == "json":
        emit_json(found.model_dump(mode="json"))
    else:
        emit(found.to_yaml())
        next_step("lifeline status")
