"""rejoin and replay: a site comes back, and what only it had is looked at before anything is sent again."""

import getpass
import socket
from pathlib import Path
from typing import Annotated

import typer

from operations.outcomes import Refused
from scripts import target
from scripts.project import Project
from scripts.terminal import Environment, Output, Yes, confirm, emit, emit_json, next_step, say


def add(app: typer.Typer) -> None:
    app.command()(rejoin)
    app.command()(replay)


def rejoin(
    context: typer.Context,
    site: Annotated[str, typer.Argument(help="The site that woke up.")],
    environment: Environment = "production",
    wait_minutes: Annotated[int, typer.Option(min=1, help="For each thing that AWS has to make.")] = 60,
    output: Output = "text",
) -> None:
    """Make a site that woke up the standby; save the orders that nobody else has into a file to review."""
    project: Project = context.obj
    settings = project.settings(environment)
    if site not in settings.sites:
        raise Refused(f"{site!r} is no site: one of {', '.join(settings.sites)}")
    from operations import clients
    from operations.recovery import reports
    from operations.recovery.rejoin import Rejoin
    from operations.topology import from_settings

    target.announce(project)
    topology = from_settings(settings)
    done = Rejoin(topology, site, _by(), project.root, say, clients.aws, seconds=wait_minutes * 60).run()
    if done.orders is not None:
        reports.complete(project.root, site, done.orders)
    if output == "json":
        emit_json({**done.__dict__, "file": str(done.file) if done.file else None})
    elif done.orders is None:
        emit(f"{site} follows {done.active}; no failover has left anything of it behind")
    else:
        emit(f"{site} follows {done.active}; {done.orders} orders that nobody else has are in {done.file}")
    if done.orders:
        next_step(f"review that file: decide on each order, sign it, then lifeline replay {done.file}")
    else:
        next_step("lifeline reconcile")


def replay(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The reviewed file of `lifeline rejoin`.")],
    environment: Environment = "production",
    yes: Yes = False,
    output: Output = "text",
) -> None:
    """Send reviewed orders again, each under its own idempotency key. Nothing is ever replayed by itself."""
    from infra.naming import Naming
    from operations.recovery import replay as replaying
    from operations.recovery.users import ask_edge

    project: Project = context.obj
    settings = project.settings(environment)
    found = replaying.reviewed(file)
    if found.application != settings.application:
        raise Refused(f"{file} is of {found.application}, this checkout of {settings.application}")
    target.announce(project)
    confirm(
        f"Send {found.count('replay')} orders of {found.site} again (reviewed by {found.reviewed_by}, "
        f"{found.count('discard')} discarded)?",
        yes=yes,
    )
    host = Naming.of(settings).edge_host
    done = replaying.replay(
        file,
        found,
        settings.recovery.orders,
        lambda path, headers, body: ask_edge(host, "POST", path, headers, body),
        _by(),
    )
    if output == "json":
        emit_json({"outcomes": dict(done.outcomes), "earlier": done.earlier, "discarded": done.discarded})
    else:
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(done.outcomes.items())) or "none"
        emit(f"sent: {told}; {done.earlier} were done before, {done.discarded} discarded")
    next_step("lifeline status")


def _by() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()}"
