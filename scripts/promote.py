"""promote: move the live service to the other site."""

import getpass
import socket
from typing import Annotated

import typer

from operations.outcomes import Refused
from scripts import target
from scripts.project import Project
from scripts.terminal import Environment, Output, Yes, confirm, emit, emit_json, next_step, say


def add(app: typer.Typer) -> None:
    app.command()(promote)


def promote(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help="The site to move to.", metavar="SITE")],
    environment: Environment = "production",
    yes: Yes = False,
    output: Output = "text",
) -> None:
    """Fail over to the other site: what had not replicated is lost. A first, straight-through promotion."""
    project: Project = context.obj
    settings = project.settings(environment)
    if to not in settings.sites:
        raise Refused(f"{to!r} is no site: one of {', '.join(settings.sites)}")
    from operations.recovery.promote import Promotion
    from operations.topology import from_settings

    target.announce(project)
    confirm(
        f"Fail {settings.application} ({environment}) over to {to}? Orders that have not replicated are lost.", yes=yes
    )
    done = Promotion(from_settings(settings), to, f"{getpass.getuser()}@{socket.gethostname()}", say).run()
    if output == "json":
        emit_json(done.__dict__)
    else:
        emit(f"{done.target} serves under epoch {done.epoch}, {done.seconds:.1f} s after the command began")
        emit("not measured by this first version: what was lost (compare order ids), replication back, schedules")
        flip = f"flip `lifeline:active` to {{{environment}: {to}}} in Pulumi.yaml, then "
        next_step(("" if settings.active_site == to else flip) + "lifeline preview")
