"""preview, up, refresh, destroy, status."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from operations.outcomes import Refused
from scripts import settling, target
from scripts.changes import report, run, show
from scripts.project import Project
from scripts.terminal import Environment, Output, Yes, confirm, emit, emit_json, next_step

if TYPE_CHECKING:
    from operations.stacks.side_by_side import Action

Names = Annotated[list[str] | None, typer.Argument(metavar="[STACK]...", help="Default: all of the environment.")]


def add(app: typer.Typer) -> None:
    for command in (preview, up, refresh, destroy, status):
        app.command()(command)


def preview(
    context: typer.Context, stacks: Names = None, environment: Environment = "production", output: Output = "text"
) -> None:
    """Show what `up` would change, judged by the plan rules. Changes nothing; exit code 5: a mandatory one fails."""
    project: Project = context.obj
    chosen = list(project.stacks(environment, stacks))
    results = run(target.engine(project), "preview", chosen)
    from scripts import intended

    judged = intended.judge(project, environment, results)
    first = next(iter((*judged.errors, *judged.blocking)), None)
    then = f"gate explain {first.finding.rule.id}" if first else f"up {' '.join(chosen)}"
    report(results, output, f"lifeline {then}", judged)
    raise typer.Exit(judged.code)


def up(
    context: typer.Context,
    stacks: Names = None,
    environment: Environment = "production",
    yes: Yes = False,
    adopt: Annotated[
        list[str] | None,
        typer.Option(metavar="URN=ID", help="What a killed run made, where Lifeline cannot look it up."),
    ] = None,
    gone: Annotated[list[str] | None, typer.Option(metavar="URN", help="What a killed run did not make.")] = None,
    output: Output = "text",
) -> None:
    """Make the stacks what the settings say: global, then the founder's site, then the other.

    What a killed run left half done is settled first: looked up, and adopted or forgotten.
    """
    project: Project = context.obj
    chosen = project.stacks(environment, stacks)
    if not yes and not sys.stdin.isatty():
        confirm(f"Apply {', '.join(chosen)}?", yes=False)
    engine = target.engine(project)
    results = []
    known, absent = settling.known(adopt or []), gone or []
    for stack in chosen:
        settling.settle(engine, stack, known, absent)
        if not yes:
            (planned,) = run(engine, "preview", [stack])
            show(planned)
            if not planned.empty:
                confirm(f"Apply this to {stack}?", yes=False)
        results += run(engine, "up", [stack])
    report(results, output, "lifeline status")


def refresh(
    context: typer.Context, stacks: Names = None, environment: Environment = "production", output: Output = "text"
) -> None:
    """Take into the state what is really there."""
    _each("refresh", "preview", context, stacks, environment, output)


def destroy(
    context: typer.Context,
    stacks: Names = None,
    environment: Environment = "production",
    yes: Yes = False,
    output: Output = "text",
) -> None:
    """Delete everything of the stacks, the standby's first; refused while protection is on."""
    from infra.settings.load import destroy_order

    project: Project = context.obj
    found = project.stacks(environment, stacks)
    chosen = dict(sorted(found.items(), key=lambda item: destroy_order(item[1])))
    engine = target.engine(project)
    protected = [urn for stack in chosen for urn in engine.protected(stack)]
    if protected:
        names = "\n  ".join(protected)
        raise Refused(
            f"{len(protected)} resources are protected:\n  {names}\n"
            "set `lifeline:protection: off`, run `lifeline up`, then destroy"
        )
    confirm(f"Delete everything of {', '.join(chosen)}?", yes=yes)
    for stack in chosen:
        settling.settle(engine, stack)
    report([changes for stack in chosen for changes in run(engine, "destroy", [stack])], output, "lifeline up")


def status(context: typer.Context, environment: Environment = "production", output: Output = "text") -> None:
    """Who serves, who may write, what runs: at both sites and at the edge. What does not answer is unknown."""
    from operations.status import look
    from operations.topology import from_settings
    from scripts.picture import draw

    project: Project = context.obj
    settings = project.settings(environment)
    target.announce(project)
    seen = look(from_settings(settings), settings.active_site)
    if output == "json":
        emit_json(seen.document())
    else:
        emit(draw(seen))
        next_step(f"lifeline promote --to {seen.standby}")


def _each(
    action: "Action", then: str, context: typer.Context, stacks: list[str] | None, environment: str, output: str
) -> None:
    """An action that nobody has to be asked about, on all stacks side by side."""
    project: Project = context.obj
    chosen = list(project.stacks(environment, stacks))
    report(run(target.engine(project), action, chosen), output, f"lifeline {then} {' '.join(chosen)}")
