"""forget: what was in a region that is lost for good."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from operations.outcomes import Refused
from scripts import target
from scripts.project import Project
from scripts.terminal import Environment, Yes, confirm, emit, next_step, say

if TYPE_CHECKING:
    from infra.settings import Settings
    from operations.stacks.engine import Engine
    from operations.stacks.forget import Forgotten

FOLDER = ".lifeline/forgotten"
PAGE = "docs/founder-lost.md has the steps"


def add(app: typer.Typer) -> None:
    app.command()(forget)


def forget(
    context: typer.Context,
    region: Annotated[str, typer.Argument(help="The lost region.")],
    environment: Environment = "production",
    although_it_answers: Annotated[
        bool, typer.Option("--although-it-answers", help="What is forgotten there stays there, and costs money.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Take out of the states what was in a region that is lost for good. Touches no resource, keeps the old states."""
    from operations.stacks.forget import forget as of_state

    project: Project = context.obj
    stacks = project.stacks(environment)
    settings = next(iter(stacks.values()))
    check(settings, region)
    engine = target.engine(project)
    if not although_it_answers and answers(region):
        raise Refused(
            f"{region} answers: a region that comes back is a rejoin (`lifeline rejoin`), and what is forgotten there "
            "stays there and costs money; --although-it-answers if you mean it"
        )
    if not answers(settings.home_region):
        raise Refused(
            f"{settings.home_region} does not answer either: from here nobody can tell what is lost; look at this "
            "machine's network, then try again"
        )
    before = {stack: engine.deployment(stack) for stack in stacks}
    found = {stack: of_state(deployment, region) for stack, deployment in before.items()}
    if not any(each.urns for each in found.values()):
        emit(f"nothing of {', '.join(stacks)} is in {region}: nothing was changed")
        return
    for stack, each in found.items():
        tell(stack, each, region)
    confirm(f"Forget them in the states of {', '.join(stacks)}?", yes=yes)
    keep(project, engine, before)
    for stack, each in found.items():
        if each.urns:
            engine.replace(stack, each.deployment)
    emit(f"{sum(len(each.urns) for each in found.values())} resources forgotten; no resource was touched")
    next_step(f"say in the settings where the lost site is from now on; {PAGE}")


def check(settings: "Settings", region: str) -> None:
    """Raises Refused for a region that may not be forgotten."""
    sites = {site.region: name for name, site in settings.sites.items()}
    if region not in sites:
        raise Refused(f"no site is in {region!r}: one of {', '.join(sites)}")
    if sites[region] == settings.active_site:
        raise Refused(
            f"{sites[region]} in {region} is the active site of this checkout: promote the other one first, then "
            f"`lifeline reconcile`; {PAGE}"
        )
    if region == settings.home_region:
        raise Refused(
            f"{region} is the home region: the global cluster, the control table and the secrets are kept by it, and "
            f"this command cannot move them; {PAGE}"
        )


def answers(region: str) -> bool:
    """Whether anything in the region still answers."""
    from botocore import exceptions

    from operations import clients

    try:
        clients.aws("rds", region).describe_db_clusters()
    except exceptions.ClientError as error:
        return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)) < 500
    except (exceptions.ConnectionError, exceptions.HTTPClientError):
        return False
    return True


def tell(stack: str, found: "Forgotten", region: str) -> None:
    """What is about to be forgotten: how much, and each that held data."""
    say(f"{stack}: {len(found.there)} resources in {region}")
    for urn in found.stateful():
        why = " (has a replica there, and can take no other in its place)" if urn in found.bound else ""
        say(f"  held data: {urn}{why}")


def keep(project: Project, engine: "Engine", before: dict[str, dict[str, object]]) -> None:
    """The states as they were, in the form that `pulumi stack import` takes."""
    import json

    from operations.recovery import protected_file

    at = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    for stack, deployment in before.items():
        path = project.root / FOLDER / f"{stack}-{at}.json"
        protected_file.write(path, json.dumps({"version": engine.version(stack), "deployment": deployment}))
        say(f"{stack}: the state as it was is in {path.relative_to(project.root)}")
