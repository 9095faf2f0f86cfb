"""reconcile: the checkout and the state follow a promotion."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from operations.outcomes import Refused
from scripts import target
from scripts.changes import show
from scripts.project import Project
from scripts.terminal import Environment, Output, emit, emit_json, next_step, say

if TYPE_CHECKING:
    from operations.topology import Topology


def add(app: typer.Typer) -> None:
    app.command()(reconcile)


def repair(root: Path, topology: "Topology") -> None:
    """Write into the record what was done by break-glass on this machine, if that was not done yet."""
    import getpass
    import socket

    from operations.recovery.begin import Wish
    from operations.recovery.lead import Lead
    from operations.recovery.move import World
    from operations.recovery.promotion import unfinished
    from operations.recovery.unrecorded import pending

    world = World()
    begun = pending(topology, root, world)
    if begun is None:
        return
    promotion, story = begun
    to = str(story.header.get("to"))
    if story.end != "promoted":
        raise Refused(f"{promotion} was begun without the record and is not over: lifeline promote --to {to} --resume")
    wish = Wish(to, "failover", f"{getpass.getuser()}@{socket.gethostname()}")
    ended, report = Lead(root, world).go_on(unfinished(topology, wish, root, world), wish, lambda _: None)
    if "repaired" not in ended.run.notes:
        raise Refused(report.problem or report.break_glass)
    say(f"BREAK-GLASS: {report.break_glass}")


def reconcile(context: typer.Context, environment: Environment = "production", output: Output = "text") -> None:
    """After a promotion: flip the one line in Pulumi.yaml, refresh what can be reached, preview; never apply."""
    from operations import clients
    from operations.record.store import RecordStore
    from operations.recovery.reconcile import reconcile as run
    from operations.topology import from_settings

    project: Project = context.obj
    stacks = project.stacks(environment)
    topology = from_settings(next(iter(stacks.values())))
    engine = target.engine(project)
    store = RecordStore(
        topology.one("control_table").id,
        topology.application,
        topology.control_regions,
        topology.founder,
        clients.aws,
    )
    repair(project.root, topology)
    done = run(project.root, environment, list(stacks), store.read, engine, say, pilot=topology.standby == "pilot")
    if output == "json":
        planned = [changes.document() for changes in done.planned.values()]
        emit_json({"active": done.active, "diff": done.diff, "empty": done.empty, "stacks": planned})
    else:
        emit(done.diff or f"Pulumi.yaml named {done.active} already")
        for changes in done.planned.values():
            show(changes)
    if not done.empty:
        next_step("review what an `up` would change, commit Pulumi.yaml, then lifeline up")
    elif done.diff:
        next_step("commit Pulumi.yaml")
    else:
        next_step("lifeline status")
