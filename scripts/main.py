"""The Typer app and its exit codes. Nothing here loads a provider SDK or boto3."""

import atexit
import gc
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from scripts import (
    bootstrap,
    doctor,
    edge,
    forget,
    gate,
    lease,
    promote,
    reconcile,
    rejoin,
    report,
    sandbox,
    stacks,
    topology,
)
from scripts.project import Project

INTERRUPTED = 130
"""What typer makes of a KeyboardInterrupt inside a command."""

app = typer.Typer(
    name="lifeline",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich takes longer to load than all the rest
    help="Declare a service in two regions, and move it when one dies.",
    epilog="First time here? `lifeline doctor` looks at the machine, `lifeline sandbox demo` shows it all.",
)
for module in (stacks, gate, promote, report, reconcile, rejoin, forget, lease, topology, edge, bootstrap, doctor):
    module.add(app)
app.add_typer(sandbox.app, name="sandbox")


@app.callback()
def options(
    context: typer.Context,
    project: Annotated[
        Path | None,
        typer.Option(help="The folder with Pulumi.yaml. Default: the nearest one upwards.", envvar="LIFELINE_PROJECT"),
    ] = None,
    debug: Annotated[bool, typer.Option(help="Show tracebacks.")] = False,
) -> None:
    context.obj = Project(project, debug=debug)


def main() -> None:
    """The console script: one clear line for what went wrong, and the exit code that goes with it."""
    # Imports make hundreds of thousands of objects that stay; Python's default looks them through again and again.
    gc.set_threshold(50_000)
    # It collects once more when it ends, and walks every class of the SDKs for nothing.
    atexit.register(gc.freeze)
    command = typer.main.get_command(app)
    debug = "--debug" in sys.argv
    try:
        result = command.main(standalone_mode=False)
    except TyperException as error:
        # Its usage errors know how to show themselves.
        show = getattr(error, "show", None)
        if show is None:
            print(error, file=sys.stderr)
        else:
            show()
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        result = INTERRUPTED
    except typer.Exit as error:
        result = error.exit_code
    except Exception as error:
        if debug:
            raise
        code, text = explain(error)
        print(text, file=sys.stderr)
        sys.exit(code)
    if result == INTERRUPTED:
        print("cancelled: you interrupted; run the same command again to go on", file=sys.stderr)
        sys.exit(8)
    sys.exit(result if isinstance(result, int) else 0)


def explain(error: Exception) -> tuple[int, str]:
    """Exit code and text. Compared by name where importing the class would load an SDK."""
    from infra.settings.problems import SettingsError
    from operations.outcomes import Refused, Stopped

    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, SettingsError):
        count = len(error.problems)
        return 2, f"{count} problem{'s' if count > 1 else ''} in the settings; nothing was touched:\n{error}"
    if "InputError" in names:
        return 2, str(error)
    if isinstance(error, Refused):
        return 10, f"refused, nothing was changed: {error}"
    if isinstance(error, Stopped):
        return 11, f"stopped half-way: {error}"
    if "EngineError" in names:
        return getattr(error, "code", 1), f"{getattr(error, 'stack', 'stack')}: {error}"
    if "StackNotFoundError" in names:
        return 6, str(error)
    if names & {"NoCredentialsError", "PartialCredentialsError"}:
        return 3, f'no credentials: {error}; set AWS_PROFILE, or `eval "$(lifeline sandbox env)"` for the sandbox'
    if names & {"ValueError", "RuntimeError", "EdgeError"} or type(error) is LookupError:
        return 1, str(error)  # ours: they say what happened, why, and what to do
    if names & {"OSError", "BotoCoreError", "ClientError"}:
        return 1, f"{type(error).__name__}: {error}"
    return 255, f"internal error: {type(error).__name__}: {error}; run again with --debug and report it"


if __name__ == "__main__":
    main()
