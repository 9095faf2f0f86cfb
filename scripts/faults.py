"""sandbox fault: break things on purpose, mend them, list what is broken."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from operations.outcomes import Refused
from scripts.running import Name, control
from scripts.terminal import Output, emit, emit_json, next_step

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Break things on purpose.")


@dataclass(frozen=True)
class Shape:
    """How one kind is written: what its argument is called in the request, its unit, and its options."""

    argument: str
    metavar: str
    options: frozenset[str] = frozenset()
    per: float | None = None
    """The argument is a number; divided by this it is in the request's unit."""


SHAPES = {
    "dark": Shape("region", "REGION", frozenset({"service", "kill", "mode"})),
    "dark-zone": Shape("zone", "ZONE"),
    "drop-response": Shape("service", "SERVICE:OPERATION", frozenset({"count", "region", "caller"})),
    "freeze-capacity": Shape("service", "SERVICE", frozenset({"share", "region"})),
    "ignore-writes": Shape("service", "cloudflare[:OPERATION]"),
    "lag": Shape("seconds", "SECONDS", per=1.0),
    "latency": Shape("seconds", "MILLISECONDS", frozenset({"region", "service"}), per=1000.0),
    "read-only": Shape("region", "REGION"),
    "throttle": Shape("service", "SERVICE[:OPERATION]", frozenset({"rate", "region", "caller"})),
}


@app.command("set")
def fault_set(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(SHAPES)}.", metavar="KIND")],
    what: Annotated[str, typer.Argument(help="What it is about; see the list above.", metavar="WHAT")],
    region: Annotated[str | None, typer.Option(help="Only in this region.")] = None,
    service: Annotated[str | None, typer.Option(help="Only this service, or SERVICE:OPERATION.")] = None,
    mode: Annotated[str | None, typer.Option(help="dark: what callers see: refuse, hang or 5xx.")] = None,
    kill: Annotated[bool, typer.Option(help="dark: what is inside ends too.")] = False,
    rate: Annotated[float | None, typer.Option(help="throttle: the share of calls refused, 0 to 1.")] = None,
    share: Annotated[float | None, typer.Option(help="freeze-capacity: of the desired tasks, 0 to 1.")] = None,
    count: Annotated[int | None, typer.Option(help="drop-response: how many answers.")] = None,
    caller: Annotated[str | None, typer.Option(help="drop-response, throttle: operator, a region, or anyone.")] = None,
    name: Name = "default",
) -> None:
    """Break something.

    dark REGION: nothing crosses its border; with --service that is down, there and for everyone.
    dark-zone ZONE: its tasks end and start elsewhere, its database fails over in the region.
    drop-response SERVICE:OPERATION: it is carried out, and the answer is lost.
    throttle SERVICE --rate SHARE: that share of its calls is refused as too fast.
    latency MILLISECONDS: added to what crosses a region's border, or reaches a service.
    freeze-capacity SERVICE|all: ECS starts no task beyond --share of the desired ones.
    ignore-writes cloudflare: the edge's API says that it did what it did not do.
    read-only REGION: its database refuses writes while RDS calls it available.
    lag SECONDS: replication is held back, in transport.
    """
    shape = SHAPES.get(kind)
    if shape is None:
        raise Refused(f"there is no fault {kind!r}: one of {', '.join(SHAPES)}")
    given: dict[str, object] = {"region": region, "service": service, "mode": mode, "kill": kill or None}
    given |= {"rate": rate, "share": share, "count": count, "caller": caller}
    options = {option: value for option, value in given.items() if value is not None}
    if alien := sorted(options.keys() - shape.options):
        takes = ", ".join(f"--{option}" for option in sorted(shape.options)) or "no options"
        raise Refused(f"{kind} {shape.metavar} does not go with --{alien[0]}: it takes {takes}")
    if kind == "throttle" and rate is None:
        raise Refused("throttle SERVICE needs --rate, the share of calls to refuse, such as 0.5")
    body = {shape.argument: _value(shape, what), **options}
    set_fault = control(context, name).post(f"/{kind}", body)
    emit(f"fault {set_fault['id']}")
    next_step(f"lifeline sandbox fault clear {set_fault['id']}")


def _value(shape: Shape, what: str) -> str | float:
    if shape.per is None:
        return what
    try:
        return float(what) / shape.per
    except ValueError:
        raise Refused(f"{what!r} is no number of {shape.metavar.lower()}") from None


@app.command("clear")
def fault_clear(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(help="Default: all.", metavar="[ID]")] = None,
    name: Name = "default",
) -> None:
    """End one fault, or all."""
    ended = control(context, name).post("/clear", {"id": id})
    emit("cleared: " + (", ".join(item["id"] for item in ended) or "there was none"))


@app.command("list")
def fault_list(context: typer.Context, name: Name = "default", output: Output = "text") -> None:
    """The active faults."""
    found = control(context, name).get("/faults")
    if output == "json":
        emit_json(found)
        return
    for item in found:
        emit(f"{item['id']} since {item['since']}{_details(item)}")
    if not found:
        emit("no fault")


def _details(item: dict[str, Any]) -> str:
    shown = [f"{key} {item[key]}" for key in ("mode", "kill", "seconds", "share", "count", "caller") if item.get(key)]
    return f" ({', '.join(shown)})" if shown else ""
