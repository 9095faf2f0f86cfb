"""sandbox: two regions and an edge on this machine, with faults on demand."""

import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from operations.outcomes import Refused
from scripts.picture import draw
from scripts.project import Project
from scripts.terminal import Environment, Output, emit, emit_json, next_step, say

if TYPE_CHECKING:
    from sandbox.folder import Folder

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Two AWS regions and Cloudflare on this machine, to rehearse on."
)
fault = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Break things on purpose.")
app.add_typer(fault, name="fault")

Name = Annotated[str, typer.Option("--name", "-n", help="Which sandbox.", envvar="LIFELINE_SANDBOX")]
Site = Annotated[str | None, typer.Option(help="Only this site.")]


def _sandbox(module: str) -> Any:
    """The one way from the command line into `sandbox/`; its dependencies are an extra."""
    import importlib

    try:
        return importlib.import_module(f"sandbox.{module}")
    except ModuleNotFoundError as error:
        raise Refused(f"the sandbox is not installed ({error.name} is missing): run `make setup`") from None


def _folder(context: typer.Context, name: str) -> "Folder":
    project: Project = context.obj
    folder: Folder = _sandbox("folder").Folder(project.root, name)
    return folder


def _control(context: typer.Context, name: str) -> Any:
    return _sandbox("control").Control(_folder(context, name).require())


@app.command()
def start(
    context: typer.Context,
    name: Name = "default",
    environment: Environment = "production",
    lease_seconds: Annotated[int, typer.Option(help="The lease's length here; a real site's is in its settings.")] = 10,
    transaction_seconds: Annotated[int, typer.Option(help="The bound on one transaction here.")] = 5,
) -> None:
    """Start it on free ports; one that runs already is left alone."""
    project: Project = context.obj
    stack = next(iter(project.stacks(environment)))
    running, new = _sandbox("lifecycle").start(project.root, name, stack, lease_seconds, transaction_seconds)
    emit(f"sandbox {name}: {'started' if new else 'running already'}, edge at http://127.0.0.1:{running.edge}")
    suffix = "" if name == "default" else f" --name {name}"
    next_step(f'eval "$(lifeline sandbox env{suffix})", then lifeline up')


@app.command()
def stop(context: typer.Context, name: Name = "default") -> None:
    """End it. Its AWS lives in memory, so its resources and its Pulumi state end with it."""
    ended = _sandbox("lifecycle").stop(_folder(context, name))
    emit(f"sandbox {name}: {'stopped' if ended else 'was not running'}")
    next_step("lifeline sandbox start")


@app.command()
def reset(context: typer.Context, name: Name = "default") -> None:
    """Back to two empty regions on the same ports."""
    _sandbox("lifecycle").reset(_folder(context, name))
    emit(f"sandbox {name}: empty")
    next_step("lifeline up")


@app.command()
def status(context: typer.Context, name: Name = "default", output: Output = "text") -> None:
    """What runs in it: databases, processes, faults."""
    seen = _control(context, name).get("/status")
    if output == "json":
        emit_json(seen)
        return
    for site, database in seen["databases"].items():
        writer = {True: "writer", False: "follows", None: "not running"}[database["writer"]]
        emit(f"database {site}: {writer}, port {database['port']}")
    for region, services in seen["tasks"].items():
        shown = ", ".join(f"{service} {len(pids)}" for service, pids in sorted(services.items()))
        emit(f"tasks in {region}: {shown or 'none'}")
    emit(f"calls recorded: {seen['calls']}")
    emit("faults: " + (", ".join(item["id"] for item in seen["faults"]) or "none"))
    next_step("lifeline sandbox fault set dark us-east-1" if not seen["faults"] else "lifeline sandbox fault clear")


@app.command()
def env(context: typer.Context, name: Name = "default") -> None:
    """Print the variables that point Pulumi, the AWS tools and lifeline at it: eval "$(lifeline sandbox env)"."""
    folder = _folder(context, name)
    lifecycle = _sandbox("lifecycle")
    variables = lifecycle.environment(folder, folder.require())
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
    found = _control(context, name).get(f"/calls?since={since}")
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
    folder = _folder(context, name)
    running = folder.require()
    url = f"http://127.0.0.1:{running.edge}"
    done = _sandbox("load").run(url, running.host, count, rate, folder.acknowledged, threads=8)
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
    folder = _folder(context, name)
    seen = _sandbox("control").Control(folder.require()).get("/status")["databases"]
    if surviving not in seen:
        raise Refused(f"{surviving!r} is no site: one of {', '.join(seen)}")
    old = next(site for site in seen if site != surviving)
    project: Project = context.obj
    database = project.settings(environment).application.replace("-", "_")
    counted = _sandbox("orders").count(folder.acknowledged, seen[surviving]["port"], seen[old]["port"], database)
    if output == "json":
        emit_json(counted.document())
    else:
        emit(_sandbox("orders").sentence(counted, surviving))


@app.command()
def demo(context: typer.Context, name: Name = "default") -> None:
    """The whole story: two regions up, one dies, the next order is served, the lost ones are counted."""
    project: Project = context.obj
    seen = _sandbox("demo").Demo(project.root, name, say).run()
    emit(draw(seen))
    suffix = "" if name == "default" else f" --name {name}"
    next_step(f'eval "$(.venv/bin/lifeline sandbox env{suffix})"; then lifeline status, lifeline sandbox fault clear,')
    say(f"      lifeline promote --to {seen.standby} (the way back), pulumi preview -s dr; last, lifeline sandbox stop")


@fault.command("set")
def fault_set(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="dark or lag.", metavar="dark|lag")],
    what: Annotated[str, typer.Argument(help="dark: a region; lag: seconds.", metavar="REGION|SECONDS")],
    kill: Annotated[bool, typer.Option(help="dark: what is inside ends too.")] = False,
    service: Annotated[str | None, typer.Option(help="dark: only this service, such as dynamodb.")] = None,
    name: Name = "default",
) -> None:
    """`dark REGION` cuts everything that crosses its border; `lag SECONDS` holds replication back in transport."""
    control = _control(context, name)
    if kind == "dark":
        set_fault = control.post("/dark", {"region": what, "service": service, "kill": kill})
    elif kind == "lag" and not kill and service is None:
        try:
            seconds = float(what)
        except ValueError:
            raise Refused(f"{what!r} is no number of seconds") from None
        set_fault = control.post("/lag", {"seconds": seconds})
    else:
        raise Refused(f"there is no fault {kind!r} with these options: dark REGION [--kill] [--service S], lag SECONDS")
    emit(f"fault {set_fault['id']}")
    next_step(f"lifeline sandbox fault clear {set_fault['id']}")


@fault.command("clear")
def fault_clear(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(help="Default: all.", metavar="[ID]")] = None,
    name: Name = "default",
) -> None:
    """End one fault, or all."""
    ended = _control(context, name).post("/clear", {"id": id})
    emit("cleared: " + (", ".join(item["id"] for item in ended) or "there was none"))


@fault.command("list")
def fault_list(context: typer.Context, name: Name = "default", output: Output = "text") -> None:
    """The active faults."""
    found = _control(context, name).get("/faults")
    if output == "json":
        emit_json(found)
        return
    for item in found:
        emit(f"{item['id']} since {item['since']}")
    if not found:
        emit("no fault")
