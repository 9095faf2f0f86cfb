"""promote: move the live service to the other site; plan, resume, abort and failback beside it."""

import getpass
import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from operations.outcomes import Refused, Stopped
from scripts import promote_plan, target
from scripts.progress import last_line, progress
from scripts.project import Project
from scripts.terminal import Environment, Output, Yes, confirm, emit, next_step, say

if TYPE_CHECKING:
    from operations.recovery.begin import Wish
    from operations.recovery.lead import Lead
    from operations.recovery.outcome import Ended
    from operations.recovery.report import Report
    from operations.topology import Topology

Mode = Literal["failover", "switchover"]
To = Annotated[str | None, typer.Option("--to", help="The site to move to.", metavar="SITE")]
ModeOption = Annotated[Mode, typer.Option(help="failover accepts loss; switchover gives nothing up, needs both sites.")]
Override = Annotated[list[str] | None, typer.Option(help="Go on although this rule stands in the way.", metavar="RULE")]
Skip = Annotated[list[str] | None, typer.Option(help="Leave this step out.", metavar="STEP")]
Reason = Annotated[str | None, typer.Option(help="Why; for every override, skip and take-over. Goes into the report.")]
TakeOver = Annotated[bool, typer.Option("--take-over-lock", help="The lock's holder has abandoned it.")]
Start = Annotated[str | None, typer.Option(help="When the incident began (ISO 8601); the RTO counts from it.")]
Orders = Annotated[
    Path | None,
    typer.Option("--orders", help="Ids of acknowledged orders, one a line: the report counts the lost ones."),
]
File = Annotated[Path | None, typer.Option(help="A topology file in place of the checkout's settings.")]

group = typer.Typer(invoke_without_command=True, no_args_is_help=True, help="Move the live service to the other site.")


RISK = (
    "BREAK-GLASS: no replica of the control table answers, so nothing decides between two operators. Make sure that\n"
    "nobody else promotes, that nobody extends {origin}'s lease, and, if {origin}'s region does not answer, that it\n"
    "stays cut off until the record is repaired: else {origin} and {target} may BOTH accept orders."
)


def add(app: typer.Typer) -> None:
    app.add_typer(group, name="promote")
    app.command()(failback)


group.command("plan")(promote_plan.plan)


@group.callback()
def promote(
    context: typer.Context,
    to: To = None,
    mode: Annotated[Mode | None, typer.Option(help="Default: failover; with --resume, the one that was begun.")] = None,
    environment: Environment = "production",
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look at every step; change nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the promotion under way.")] = False,
    plan: Annotated[str | None, typer.Option("--plan", help="Refuse unless the plan has this hash.")] = None,
    override: Override = None,
    skip: Skip = None,
    reason: Reason = None,
    take_over_lock: TakeOver = False,
    incident_start: Start = None,
    orders: Orders = None,
    break_glass: Annotated[
        bool, typer.Option("--break-glass", help="No replica of the control table answers: two people decide.")
    ] = False,
    by: Annotated[str | None, typer.Option("--by", help="With --break-glass: who decides.", metavar="NAME")] = None,
    confirmed_by: Annotated[
        str | None, typer.Option("--confirmed-by", help="With --break-glass: who else does.", metavar="NAME")
    ] = None,
    topology: File = None,
    output: Output = "text",
) -> None:
    """Move the live service: record, fence, capacity, database, edge; journalled, and resumable by --resume."""
    if context.invoked_subcommand is not None:
        return
    if to is None:
        raise Refused("where to? Name the site: --to SITE")
    project: Project = context.obj
    estate, intent = promote_plan.estate(project, environment, topology)
    wish = _wish(estate, to, mode or "failover", override, skip, reason, take_over_lock, incident_start, plan)
    from operations.recovery.lead import Lead
    from operations.recovery.move import World

    if break_glass or by or confirmed_by:
        wish = _glass(wish, break_glass, by, confirmed_by, reason, dry_run or resume)
    target.announce(project)
    lead = Lead(promote_plan.folder(project, topology), World(), _ids(orders))
    if dry_run:
        promote_plan.dry(lead.root, estate, intent, wish, output)
    elif resume:
        _finish(*_resume(lead, estate, wish, mode, yes, output), intent, output)
    else:
        _finish(*_begin(lead, estate, intent, wish, yes, output), intent, output)


@group.command()
def abort(
    context: typer.Context,
    environment: Environment = "production",
    yes: Yes = False,
    reason: Reason = None,
    take_over_lock: TakeOver = False,
    topology: File = None,
) -> None:
    """Give the promotion under way up: back to the old site, as long as the database has not moved."""
    from operations.recovery.lead import Lead
    from operations.recovery.move import World

    project: Project = context.obj
    estate, _ = promote_plan.estate(project, environment, topology)
    target.announce(project)
    world, root = World(), promote_plan.folder(project, topology)
    to = promote_plan.destination(root, estate, world)
    wish = _wish(estate, to, "failover", None, None, reason, take_over_lock, None, None)
    confirm(f"Give the promotion to {to} up, and go on at {estate.peer(to)}?", yes=yes)
    done, _ = Lead(root, world).give_up(estate, wish, say)
    for warning in done.warnings:
        say(f"warning: {warning}")
    epoch = "the record is as it was" if done.epoch is None else f"epoch {done.epoch}"
    emit(f"promotion {done.promotion} is given up: {done.site} is active, {epoch}")
    next_step("lifeline status")


def failback(
    context: typer.Context,
    mode: ModeOption = "switchover",
    environment: Environment = "production",
    yes: Yes = False,
    override: Override = None,
    reason: Reason = None,
    orders: Orders = None,
    output: Output = "text",
) -> None:
    """Move the service back to the site that stands by now; refused before its replication has caught up."""
    from operations.recovery.begin import read
    from operations.recovery.lead import Lead
    from operations.recovery.move import World

    project: Project = context.obj
    estate, intent = promote_plan.estate(project, environment, None)
    target.announce(project)
    lead = Lead(project.root, World(), _ids(orders))
    to = estate.peer(read(estate, next(iter(estate.sites)), lead.world).active)
    wish = _wish(estate, to, mode, override, None, reason, False, None, None)
    _finish(*_begin(lead, estate, intent, wish, yes, output), intent, output)


def _ids(file: Path | None) -> list[str] | None:
    """Read before anything is begun: a file that cannot be read must not be found out at the end."""
    from operations.recovery.orders import read_ids

    return None if file is None else read_ids(file)


def _wish(
    estate: "Topology",
    to: str,
    mode: Mode,
    override: list[str] | None,
    skip: list[str] | None,
    reason: str | None,
    take_over: bool,
    incident_start: str | None,
    plan: str | None,
) -> "Wish":
    from operations.recovery.begin import Wish

    if (override or skip or take_over) and not (reason or "").strip():
        raise Refused("an override, a skip and a take-over each need --reason TEXT: it goes into the report")
    if to not in estate.sites:
        raise Refused(f"{to!r} is no site: one of {', '.join(estate.sites)}")
    text = reason or ""
    start = None
    if incident_start is not None:
        try:
            start = datetime.fromisoformat(incident_start)
        except ValueError:
            raise Refused(f"--incident-start {incident_start!r} is no time: write 2026-11-24T13:30:00Z") from None
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        if start > datetime.now(UTC):
            raise Refused(f"--incident-start {start.isoformat()} is in the future: the RTO counts from it")
    return Wish(
        target=to,
        mode=mode,
        by=f"{getpass.getuser()}@{socket.gethostname()}",
        overrides=dict.fromkeys(override or (), text),
        skips=dict.fromkeys(skip or (), text),
        incident_start=start,
        plan=plan,
        take_over=text if take_over else None,
    )


def _glass(
    wish: "Wish", break_glass: bool, by: str | None, confirmed_by: str | None, reason: str | None, other: bool
) -> "Wish":
    from operations.recovery.move import BreakGlass

    if not break_glass or other:
        raise Refused(
            "--by and --confirmed-by belong to --break-glass, and that to a promotion that is begun: --resume goes on "
            "with one by itself, and a dry run needs the record"
        )
    if not by or not confirmed_by or not (reason or "").strip():
        raise Refused("the break-glass needs two people and a reason: --by NAME --confirmed-by NAME --reason TEXT")
    return replace(wish, glass=BreakGlass((by, confirmed_by), str(reason)))


def _begin(
    lead: "Lead", estate: "Topology", intent: str | None, wish: "Wish", yes: bool, output: str
) -> tuple["Ended", "Report"]:
    from operations.recovery import unrecorded
    from operations.recovery.begin import prepare
    from operations.recovery.promotion import begins

    if wish.glass is None:
        ready = prepare(estate, wish, intent, lead.root, lead.world, letters=True)
    else:
        ready = unrecorded.prepare(estate, wish, intent, lead.root, lead.world)
    if output == "text":
        promote_plan.show_findings(ready.findings)
    begins(ready)  # refuses, and says which rules stand in the way
    if wish.glass is not None:
        say(RISK.format(origin=estate.peer(wish.target), target=wish.target))
    loss = (
        "Orders that have not replicated are lost." if wish.mode == "failover" else "Nothing acknowledged is given up."
    )
    confirm(f"{wish.mode.capitalize()} {estate.application} ({estate.environment}) to {wish.target}? {loss}", yes=yes)
    with progress(ready.plan, output) as told:
        return lead.begin(ready, told)


def _resume(
    lead: "Lead", estate: "Topology", wish: "Wish", mode: Mode | None, yes: bool, output: str
) -> tuple["Ended", "Report"]:
    from operations.recovery.promotion import unfinished

    found = unfinished(estate, replace(wish, mode=mode or "switchover"), lead.root, lead.world)
    move = found.plan.move
    over = sum(step.over for step in found.story.steps.values())
    say(f"going on with {move.mode} {move.promotion}: {over} of {len(found.plan.graph)} steps are over")
    if move.mode != found.story.header.get("mode"):
        question = f"Turn the switchover into a failover to {move.target}? Orders that have not replicated are lost."
    else:
        question = f"Go on with the {move.mode} to {move.target}?"
    confirm(question, yes=yes)
    with progress(found.plan, output, found.story) as told:
        return lead.go_on(found, wish, told)


def _finish(ended: "Ended", report: "Report", intent: str | None, output: str) -> None:
    if output == "json":
        last_line(report.document())
    if ended.outcome == "refused":
        raise Refused(ended.problem)
    if ended.outcome != "promoted":
        raise Stopped(ended.problem)
    if output == "json":
        return
    if report.break_glass:
        say(f"BREAK-GLASS: {report.break_glass}")
    emit(f"{ended.target} serves under epoch {report.epoch}, {ended.run.seconds:.1f} s after the first step began")
    for step in ended.run.steps:
        if step.state in ("degraded", "skipped"):
            emit(f"{step.state}: {step.title}: {step.note}")
    emit(f"RTO {_seconds(report.rto_seconds)}, without service {_seconds(report.downtime_seconds)} as users saw it")
    for name, store in report.rpo.items():
        emit(f"lost of the {name}: {_seconds(store.seconds)}, rows {store.rows}")
    if report.orders.acknowledged != "unknown":
        emit(f"orders: {report.orders.acknowledged} acknowledged, {report.orders.lost} of them lost")
    next_step("lifeline report" + ("" if intent == ended.target else ", then lifeline reconcile"))


def _seconds(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.1f} s"
