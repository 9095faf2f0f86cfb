"""promote plan: what would be done, on what it rests, and how a person does it by hand. Changes nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from operations.outcomes import Refused
from scripts import target
from scripts.project import Project
from scripts.terminal import Environment, emit, emit_json, next_step

if TYPE_CHECKING:
    from operations.recovery.begin import Wish
    from operations.recovery.move import World
    from operations.recovery.preconditions.finding import Finding
    from operations.topology import Topology

MARKS = {"pass": "pass", "fail": "FAIL", "unknown": "unknown"}


def plan(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help="The site to move to.", metavar="SITE")],
    mode: Annotated[Literal["failover", "switchover"], typer.Option(help="What it would be.")] = "failover",
    environment: Environment = "production",
    topology: Annotated[Path | None, typer.Option(help="A topology file in place of the checkout's settings.")] = None,
    ask_wardens: Annotated[bool, typer.Option(help="Also ask the wardens, by a letter in the control table.")] = False,
    output: Annotated[
        Literal["text", "json", "markdown"], typer.Option("--output", "-o", help="markdown: this promotion's runbook.")
    ] = "text",
) -> None:
    """Show the steps, the rules' verdicts and the static check. Changes nothing; --output markdown is the runbook."""
    from operations.recovery.begin import Wish, prepare
    from operations.recovery.move import World
    from operations.recovery.runbook import markdown

    project: Project = context.obj
    found, intent = estate(project, environment, topology)
    target.announce(project)
    wish = Wish(target=to, mode=mode, by="plan")
    ready = prepare(found, wish, intent, folder(project, topology), World(), letters=ask_wardens, strict=False)
    graph = ready.plan.graph
    seconds, way = graph.critical()
    if output == "markdown":
        emit(markdown(ready.plan, ready.findings))
        return
    if output == "json":
        emit_json(
            {
                "hash": ready.plan.hash,
                "from": ready.plan.move.origin,
                "to": to,
                "mode": mode,
                "epoch": ready.plan.move.epoch,
                "preconditions": [_finding(item) for item in ready.findings],
                "proof": list(ready.plan.proof.lines()),
                "expected_seconds": seconds,
                "critical_path": way,
                "steps": [
                    {
                        "id": step.id,
                        "title": step.title,
                        "after": step.after,
                        "expected_seconds": step.expected,
                        "timeout_seconds": step.timeout,
                        "optional": step.optional,
                        "skippable": step.skippable,
                        "calls": [{"call": call.key, "required": call.required} for call in step.calls],
                    }
                    for step in graph
                ],
            }
        )
        return
    emit(f"plan {ready.plan.hash}: {mode} {ready.plan.move.origin} → {to}, epoch {ready.plan.move.epoch}")
    show_findings(ready.findings)
    for step in graph:
        emit(f"  {step.id:<18} {step.expected:5.0f} s  after {', '.join(step.after) or 'nothing'}")
    emit(f"expected {seconds:.0f} s along {' → '.join(way)}")
    for line in ready.plan.proof.lines():
        emit(line)
    next_step(f"lifeline promote --to {to} --mode {mode} --plan {ready.plan.hash}")


def estate(project: Project, environment: str, topology: Path | None) -> tuple["Topology", str | None]:
    """The estate and the site that the checkout names as active; a topology file names none."""
    from operations.topology import from_file, from_settings

    if topology is not None:
        return from_file(topology), None
    settings = project.settings(environment)
    return from_settings(settings), settings.active_site


def destination(root: Path, topology: "Topology", world: "World") -> str:
    """Where the promotion under way goes to, by its journal."""
    from operations.recovery.begin import read
    from operations.recovery.books import Books
    from operations.recovery.unrecorded import pending
    from operations.steps.past import past

    if (begun := pending(topology, root, world)) is not None:
        return str(begun[1].header.get("to"))
    record = read(topology, next(iter(topology.sites)), world)
    if record.lock is None:
        raise Refused(f"no promotion is under way: {record.active} is active, epoch {record.epoch}")
    near = topology.region(next(iter(topology.sites)))
    story = past(Books(topology, root, world, near).read(record.lock.promotion))
    return str(story.header.get("to") or topology.peer(record.active))


def show_findings(findings: Sequence["Finding"]) -> None:
    for item in findings:
        emit(f"  {MARKS[item.verdict]:<8} {item.rule:<16} {item.text}")


def dry(root: Path, topology: "Topology", intent: str | None, wish: "Wish", output: str) -> None:
    """Every step's own check, and nothing else."""
    from operations.recovery.begin import prepare
    from operations.recovery.dry_run import foresee
    from operations.recovery.move import World

    ready = prepare(topology, wish, intent, root, World(), letters=False)
    seen = list(foresee(ready.plan))
    if output == "json":
        steps = [{"id": item.step.id, "need": item.need, "note": item.note} for item in seen]
        emit_json(
            {"plan": ready.plan.hash, "preconditions": [_finding(item) for item in ready.findings], "steps": steps}
        )
        return
    show_findings(ready.findings)
    for item in seen:
        emit(f"  {item.step.id:<18} {item.need:<8} {item.note}")
    next_step(f"lifeline promote --to {wish.target} --mode {wish.mode} --plan {ready.plan.hash}")


def _finding(item: "Finding") -> dict[str, str]:
    return {"rule": item.rule, "verdict": item.verdict, "weight": item.weight, "text": item.text}


def folder(project: Project, topology: Path | None) -> Path:
    """Where own steps' files and journals are: the checkout, or beside a topology file where there is none."""
    return topology.resolve().parent if topology is not None else project.root
