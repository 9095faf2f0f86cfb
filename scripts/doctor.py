"""doctor: every prerequisite, and what to do about each that fails."""

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from scripts.project import Project
from scripts.terminal import Environment, Output, emit, emit_json, next_step

if TYPE_CHECKING:
    from toolchain.doctor import Check


def add(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(context: typer.Context, environment: Environment = "production", output: Output = "text") -> None:
    """Look at every prerequisite, and say what to do about each that is not met."""
    from toolchain.doctor import checks

    project: Project = context.obj
    settings, sites = _settings(project, environment)
    found = [settings, *checks(project.root, sites, os.environ)]
    if output == "json":
        emit_json([asdict(check) for check in found])
    else:
        for check in found:
            emit(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.detail}")
            if not check.ok:
                emit(f"      → {check.remedy}")
    failed = sum(not check.ok for check in found)
    if failed:
        next_step(f"mend the {failed} above, then `lifeline doctor` again")
        raise typer.Exit(1)
    next_step("lifeline sandbox demo")


def _settings(project: Project, environment: str) -> "tuple[Check, dict[str, str]]":
    """The check of the settings themselves, and site → region where they can be read."""
    from infra.settings import SettingsError
    from toolchain.doctor import Check

    try:
        settings = project.settings(environment)
    except SettingsError as error:
        detail = "; ".join(str(error).splitlines())
        return Check("settings", False, detail, "mend the files named here"), {}
    sites = {name: site.region for name, site in settings.sites.items()}
    detail = ", ".join(f"{name} in {region}" for name, region in sites.items())
    return Check("settings", True, f"{environment}: {detail}; {settings.active_site} is active"), sites
