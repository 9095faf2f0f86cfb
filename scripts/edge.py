"""edge: what is configured at the CDN."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts import target
from scripts.project import Project
from scripts.terminal import Environment, Output, emit, emit_json, next_step, say

if TYPE_CHECKING:
    from infra.settings import Settings

app = typer.Typer(no_args_is_help=True, help="What is configured at the CDN.")


def add(main: typer.Typer) -> None:
    main.add_typer(app, name="edge")


@app.command()
def export(
    context: typer.Context,
    environment: Environment = "production",
    to: Annotated[
        Path | None, typer.Option(help="Write there, instead of into the audit bucket.", metavar="FILE")
    ] = None,
    output: Output = "text",
) -> None:
    """Write down the zone's settings, rules, records and load balancing, also what was set by hand.

    Goes into the home site's versioned, locked audit bucket (the other site's while it does not answer), and from there
    to its copy. Only what has changed since the last time is written.
    """
    project: Project = context.obj
    settings = project.settings(environment)
    from operations import edge_export
    from operations.topology import from_settings

    target.announce(project)
    found = edge_export.read(from_settings(settings))
    text = found.text()
    if to is not None:
        to.write_text(text, encoding="utf-8")
        where: str | None = str(to)
    else:
        where = _kept(settings, found.zone, text)
    document = {"where": where, "parts": sorted(found.parts), "missing": found.missing, "never": edge_export.NEVER}
    if output == "json":
        emit_json(document)
    else:
        emit(f"{len(found.parts)} parts of {found.zone}: {where or 'nothing has changed since the last export'}")
        for part, why in sorted(found.missing.items()):
            say(f"not exported: {part} ({why})")
        for what in edge_export.NEVER:
            say(f"never exported: {what}")
    next_step("lifeline up global, to bring back what the checkout declares; the rest is in the export")


def _kept(settings: "Settings", zone: str, text: str) -> str | None:
    """The object's address; None where nothing has changed. Raises Refused where neither bucket takes it."""
    from datetime import UTC, datetime

    from botocore.exceptions import BotoCoreError, ClientError

    from infra.naming import Naming
    from operations import clients, edge_export
    from operations.outcomes import Refused

    naming = Naming.of(settings)
    homes = sorted(settings.sites, key=lambda site: settings.sites[site].region != settings.home_region)
    refusals = []
    for site in homes:
        bucket, region = naming.bucket(site, "audit"), settings.sites[site].region
        try:
            key = edge_export.keep(text, zone, clients.aws("s3", region), bucket, datetime.now(UTC))
        except (BotoCoreError, ClientError) as error:
            refusals.append(f"{bucket} in {region}: {error}")
            continue
        return None if key is None else f"s3://{bucket}/{key}"
    raise Refused(f"no bucket took the export: {'; '.join(refusals)}; write it to a file with --to FILE")
