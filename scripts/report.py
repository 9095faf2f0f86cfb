"""report: what promotions did and cost."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from operations.outcomes import Refused
from scripts.project import Project
from scripts.terminal import emit, emit_json, next_step

Format = Annotated[Literal["markdown", "json"], typer.Option("--output", "-o", help="markdown or json.")]


def add(app: typer.Typer) -> None:
    app.command()(report)


def report(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A report's JSON file. Default: the newest.")] = None,
    output: Format = "markdown",
) -> None:
    """Show a promotion's report: times, losses, orders, the fence, every step. What nobody can know is unknown."""
    from operations.recovery import reports
    from operations.recovery.report_text import markdown

    project: Project = context.obj
    found = [file] if file is not None else reports.kept(project.root)
    if not found:
        raise Refused("no promotion has left a report here: they are written by `lifeline promote`")
    shown = reports.read(found[-1])
    if output == "json":
        emit_json(shown.document())
    else:
        emit(markdown(shown).rstrip())
    next_step("lifeline reconcile" if shown.outcome == "promoted" else f"lifeline promote --to {shown.target} --resume")
