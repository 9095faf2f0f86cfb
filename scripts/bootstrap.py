"""bootstrap: where the state lives, before there is any."""

import typer

from scripts import target
from scripts.project import Project
from scripts.terminal import Environment, Output, Yes, confirm, emit, emit_json, next_step


def add(app: typer.Typer) -> None:
    app.command()(bootstrap)


def bootstrap(
    context: typer.Context, environment: Environment = "production", yes: Yes = False, output: Output = "text"
) -> None:
    """Make the state's bucket, its key and their copy, outside both sites. Safe to repeat."""
    project: Project = context.obj
    settings = project.settings(environment)
    from operations import clients
    from operations.state.backend import Backend
    from operations.state.bootstrap import bootstrap as run

    backend = Backend.of(settings)
    target.announce(project)
    confirm(
        f"Make the state's bucket and key in {backend.region}, and a copy in {backend.copy_region}, "
        f"in account {backend.account_id}?",
        yes=yes,
    )
    done = []
    for line in run(backend, clients.aws):
        done.append(line)
        if output == "text":
            emit(line)
    if output == "json":
        emit_json(
            {
                "changed": done,
                "backend": backend.url,
                "copy": backend.copy_url,
                "secrets_provider": backend.secrets_provider,
            }
        )
        return
    if not done:
        emit("all of it is there already: nothing was changed")
    emit(f"backend           {backend.url}")
    emit(f"copy              {backend.copy_url}")
    emit(f"secrets provider  {backend.secrets_provider}")
    next_step(
        f"pulumi login '{backend.url}', then for each stack: "
        f"pulumi stack init STACK --secrets-provider '{backend.secrets_provider}'"
    )
