"""reconcile: the checkout and the state follow a promotion."""

import typer

from scripts import target
from scripts.changes import show
from scripts.project import Project
from scripts.terminal import Environment, Output, emit, emit_json, next_step, say


def add(app: typer.Typer) -> None:
    app.command()(reconcile)


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
    done = run(project.root, environment, list(stacks), store.read, engine, say)
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
