"""lease: the break-glass for an outage of the control table."""

import getpass
from typing import Annotated

import typer

from scripts import target
from scripts.project import Project
from scripts.terminal import Environment, Yes, confirm, emit, next_step, say

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The lease that lets a site write.")


def add(app: typer.Typer) -> None:
    app.add_typer(group, name="lease")


@group.command()
def extend(
    context: typer.Context,
    site: Annotated[str, typer.Option(help="The active site.")],
    minutes: Annotated[int, typer.Option(min=1, max=240, help="How long it may write without the table.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the audit row and every report.")],
    second: Annotated[str, typer.Option("--second-person", help="Who else decided this.")],
    environment: Environment = "production",
    yes: Yes = False,
) -> None:
    """Let the active site write on while no replica of the control table answers. The one way to two writers."""
    from operations.lease import extend_lease, refuse
    from operations.topology import from_settings

    project: Project = context.obj
    settings = project.settings(environment)
    topology = from_settings(settings)
    target.announce(project)
    refuse(topology, settings.active_site, site, (getpass.getuser(), second))
    say(
        f"If {site} is merely cut off from the table and another site has been promoted, BOTH will accept orders.\n"
        "Make sure that nobody promotes the other site before this is over."
    )
    confirm(f"Let {site} write for {minutes} minutes without the record?", yes=yes)
    extend_lease(topology, settings.active_site, site, minutes, reason, people=(getpass.getuser(), second))
    emit(f"{site}: an extension of {minutes} minutes waits for its warden, who takes it within seconds or not at all")
    next_step("lifeline status")
