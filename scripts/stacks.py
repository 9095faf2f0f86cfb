"""preview, up, refresh, destroy, status."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from operations.outcomes import Refused
from scripts import target
from scripts.project import Project
from scripts.terminal import Environment, Output, Yes, confirm, emit, emit_json, next_step, say

if TYPE_CHECKING:
    from operations.stacks.changes import Changes

Names = Annotated[list[str] | None, typer.Argument(metavar="[STACK]...", help="Default: all of the environment.")]


def add(app: typer.Typer) -> None:
    for command in (preview, up, refresh, destroy, status):
        app.command()(command)


def preview(
    context: typer.Context, stacks: Names = None, environment: Environment = "production", output: Output = "text"
) -> None:
    """Show what `up` would change. Changes nothing."""
    _each("preview", "up", context, stacks, environment, output)


def up(
    context: typer.Context,
    stacks: Names = None,
    environment: Environment = "production",
    yes: Yes = False,
    output: Output = "text",
) -> None:
    """Make the stacks what the settings say: global, then the founder's site, then the other."""
    project: Project = context.obj
    chosen = project.stacks(environment, stacks)
    if not yes and not sys.stdin.isatty():
        confirm(f"Apply {', '.join(chosen)}?", yes=False)
    engine = target.engine(project)
    results = []
    for stack in chosen:
        if not yes:
            planned = _live(stack, engine.preview)
            _show([planned])
            if not planned.empty:
                confirm(f"Apply this to {stack}?", yes=False)
        results.append(_live(stack, engine.up))
    _report(results, output, "lifeline status")


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
    """Delete everything of the stacks; refused while protection is on."""
    project: Project = context.obj
    chosen = dict(reversed(project.stacks(environment, stacks).items()))
    engine = target.engine(project)
    protected = [urn for stack in chosen for urn in engine.protected(stack)]
    if protected:
        names = "\n  ".join(protected)
        raise Refused(
            f"{len(protected)} resources are protected:\n  {names}\n"
            "set `lifeline:protection: off`, run `lifeline up`, then destroy"
        )
    confirm(f"Delete everything of {', '.join(chosen)}?", yes=yes)
    _report([_live(stack, engine.destroy) for stack in chosen], output, "lifeline up")


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
    action: str, then: str, context: typer.Context, stacks: list[str] | None, environment: str, output: str
) -> None:
    """An action that nobody has to be asked about, on each stack in turn."""
    project: Project = context.obj
    chosen = project.stacks(environment, stacks)
    engine = target.engine(project)
    _report([_live(stack, getattr(engine, action)) for stack in chosen], output, f"lifeline {then} {' '.join(chosen)}")


def _report(results: list["Changes"], output: str, then: str) -> None:
    if output == "json":
        emit_json({"stacks": [changes.document() for changes in results]})
    else:
        _show(results)
        next_step(then)


def _live(stack: str, run: Any) -> "Changes":
    """Run one engine action with a line of live progress where there is a terminal, else one line at the end."""
    import time

    began = time.monotonic()
    terminal = sys.stderr.isatty()

    def progress(changes: "Changes") -> None:
        if terminal:
            print(f"\r{stack}: {len(changes.changes)} resources seen", end="\x1b[K", file=sys.stderr, flush=True)

    try:
        changes: Changes = run(stack, progress)
    finally:
        if terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    counts = ", ".join(f"{count} {kind}" for kind, count in changes.counts.items() if count) or "nothing"
    say(f"{stack}: {counts} ({time.monotonic() - began:.1f} s)")
    for severity, text in changes.messages:
        say(f"{stack}: {severity}: {text}")
    return changes


def _show(results: list["Changes"]) -> None:
    for changes in results:
        for item in changes.listed():
            mark = "stateful, " if item.stateful and item.kind in {"replace", "delete"} else ""
            what = f" ({', '.join(item.properties)})" if item.properties else ""
            emit(f"{changes.stack}: {mark}{item.kind} {item.type} {item.name}{what}")
        if changes.empty:
            emit(f"{changes.stack}: no change")
