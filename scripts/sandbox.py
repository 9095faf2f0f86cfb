"""sandbox: two regions and an edge on this machine, with faults on demand."""

import shlex
from typing import Annotated

import typer

from operations.outcomes import Refused
from scripts import faults
from scripts.picture import draw
from scripts.project import Project
from scripts.running import Name, control, folder, part
from scripts.terminal import Environment, Output, emit, emit_json, next_step, say

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Two AWS regions and Cloudflare on this machine, to rehearse on."
)
app.add_typer(faults.app, name="fault")


@app.command()
def start(
    context: typer.Context,
    name: Name = "default",
    environment: Environment = "production",
    lease_seconds: Annotated[int, typer.Option(help="The lease's length here; a real site's is in its settings.")] = 10,
    transaction_seconds: Annotated[int, typer.Option(help="The bound on one transaction here.")] = 5,
    region: Annotated[
        list[str] | None, typer.Option(help="One more that a site can be rebuilt in; repeatable.")
    ] = None,
) -> None:
    """Start it on free ports; one that runs already is left alone."""
    project: Project = context.obj
    stack = next(iter(project.stacks(environment)))
    more = region or []
    check_regions(more)
    running, new = part("lifecycle").start(project.root, name, stack, lease_seconds, transaction_seconds, more)
    emit(f"sandbox {name}: {'started' if new else 'running already'}, edge at http://127.0.0.1:{running.edge}")
    suffix = "" if name == "default" else f" --name {name}"
    next_step(f'eval "$(lifeline sandbox env{suffix})", then lifeline up')


def check_regions(given: list[str]) -> None:
    """Refused where one cannot be a region's name: nothing would ever run there."""
    from pydantic import TypeAdapter, ValidationError

    from infra.settings.model import Region

    for region in given:
        try:
            TypeAdapter(Region).validate_python(region)
        except ValidationError:
            raise Refused(f"{region!r} is no region's name; eu-west-3 is one") from None


@app.command()
def stop(context: typer.Context, name: Name = "default") -> None:
    """End it. Its AWS lives in memory, so its resources and its Pulumi state end with it."""
    ended = part("lifecycle").stop(folder(context, name))
    emit(f"sandbox {name}: {'stopped' if ended else 'was not running'}")
    next_step("lifeline sandbox start")


@app.command()
def reset(context: typer.Context, name: Name = "default") -> None:
    """Back to two empty regions on the same ports."""
    part("lifecycle").reset(folder(context, name))
    emit(f"sandbox {name}: empty")
    next_step("lifeline up")


@app.command()
def status(context: typer.Context, name: Name = "default", output: Output = "text") -> None:
    """What runs in it: databases, processes, faults."""
    seen = control(context, name).get("/status")
    if output == "json":
        emit_json(seen)
        return
    for cluster, database in seen["databases"].items():
        writer = {True: "writer", False: "follows", None: "not running"}[database["writer"]]
        emit(f"database {cluster}: {writer}, port {database['port']}")
    for region, services in seen["tasks"].items():
        shown = ", ".join(f"{service} {len(pids)}" for service, pids in sorted(services.items()))
        emit(f"tasks in {region}: {shown or 'none'}")
    emit(f"calls recorded: {seen['calls']}")
    emit("faults: " + (", ".join(item["id"] for item in seen["faults"]) or "none"))
    next_step("lifeline sandbox fault set dark us-east-1" if not seen["faults"] else "lifeline sandbox fault clear")


@app.command()
def env(context: typer.Context, name: Name = "default") -> None:
    """Print the variables that point Pulumi, the AWS tools and lifeline at it: eval "$(lifeline sandbox env)"."""
    place = folder(context, name)
    lifecycle = part("lifecycle")
    variables = lifecycle.environment(place, place.require())
    for key in lifecycle.UNSET:
        emit(f"unset {key}")
    for key, value in variables.items():
        emit(f"export {key}={shlex.quote(value)}")


@app.command()
def calls(
    context: typer.Context,
    name: Name = "default",
    since: Annotated[int, typer.Option(help="From this index on.")] = 0,
    region: Annotated[str | None, typer.Option(help="Only calls to this region.")] = None,
    output: Output = "text",
) -> None:
    """Every call that reached it: who asked which region for what, and what came of it."""
    found = control(context, name).get(f"/calls?since={since}")
    found = [call for call in found if region is None or call["region"] == region]
    if output == "json":
        emit_json(found)
        return
    for call in found:
        what = f"{call['service']}:{call['operation']}"
        emit(f"{call['at'][11:23]} {call['caller']:>10} → {call['region']:<10} {what:<45} {call['outcome']}")


@app.command()
def load(
    context: typer.Context,
    name: Name = "default",
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many orders.")] = 500,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Orders a second; as fast as it goes without.")] = None,
    output: Output = "text",
) -> None:
    """Send orders through the edge and keep the ids of the acknowledged ones."""
    place = folder(context, name)
    running = place.require()
    url = f"http://127.0.0.1:{running.edge}"
    done = part("load").run(url, running.host, count, rate, place.acknowledged, threads=8)
    if output == "json":
        emit_json({name: getattr(done, name) for name in ("sent", "acknowledged", "refused", "failed", "by_site")})
        return
    sites = ", ".join(f"{number} by {site}" for site, number in sorted(done.by_site.items())) or "none"
    emit(f"{done.sent} sent, {done.acknowledged} acknowledged ({sites}), {done.refused} refused, {done.failed} failed")
    next_step("lifeline sandbox orders --surviving SITE")


@app.command()
def orders(
    context: typer.Context,
    surviving: Annotated[str, typer.Option(help="The site whose database counts.")],
    name: Name = "default",
    environment: Environment = "production",
    output: Output = "text",
) -> None:
    """Count the acknowledged orders that the surviving database lacks, by id."""
    place = folder(context, name)
    project: Project = context.obj
    settings = project.settings(environment)
    if surviving not in settings.sites:
        raise Refused(f"{surviving!r} is no site: one of {', '.join(settings.sites)}")
    counted = part("orders").compare(place, settings, surviving)
    if output == "json":
        emit_json(counted.document())
    else:
        emit(part("orders").sentence(counted, surviving))


@app.command()
def demo(context: typer.Context, name: Name = "default") -> None:
    """The whole story: two regions up, one dies, the next order is served, the lost ones are counted."""
    project: Project = context.obj
    seen = part("demo").Demo(project.root, name, say).run()
    emit(draw(seen))
    suffix = "" if name == "default" else f" --name {name}"
    next_step(f'eval "$(.venv/bin/lifeline sandbox env{suffix})"; then lifeline status, lifeline sandbox fault clear,')
    say(f"      lifeline promote --to {seen.standby} (the way back), pulumi preview -s dr; last, lifeline sandbox stop")
