"""gate: the policy rules over the program, a state, a preview or a list; no engine, account or network."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from model.collector import paused
from scripts.project import Project
from scripts.terminal import Output, emit, emit_json, next_step, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.view import View
    from policies.gate.result import Result
    from policies.rule import Rule

group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
LONG_MEGABYTES = 20
"""From here on it is said that judging takes a while."""
Format = Literal["text", "json", "sarif", "junit", "markdown", "github"]


class Severity(StrEnum):
    """An enum, since typer takes no list of literals."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def add(app: typer.Typer) -> None:
    app.add_typer(group, name="gate", help="Judge a change by the policy rules before anybody applies it.")


@group.callback()
@paused()
def gate(
    context: typer.Context,
    state: Annotated[Path | None, typer.Option(help="What `pulumi stack export` wrote.", metavar="FILE")] = None,
    preview: Annotated[Path | None, typer.Option(help="A preview's events.", metavar="FILE")] = None,
    resources: Annotated[Path | None, typer.Option(help="A JSON list of resources.", metavar="FILE")] = None,
    base: Annotated[str | None, typer.Option(help="Only what is new against this git ref.", metavar="REF")] = None,
    environment: Annotated[str | None, typer.Option("--environment", "-e", help="Default: the stacks' own.")] = None,
    stack: Annotated[list[str] | None, typer.Option(help="Only this stack; may be repeated.")] = None,
    pack: Annotated[list[str] | None, typer.Option(help="hipaa or cost; may be repeated.")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Only this rule; may be repeated.")] = None,
    severity: Annotated[list[Severity] | None, typer.Option(help="Only these; may be repeated.")] = None,
    fail_on: Annotated[Severity | None, typer.Option(help="This severity and graver ones stop.")] = None,
    account: Annotated[bool | None, typer.Option(help="Ask the rules about an account too.")] = None,
    recommended: Annotated[bool, typer.Option(help="Ask the rules that are only recommended.")] = True,
    waivers: Annotated[Path | None, typer.Option(help="Default: policies/waivers.yaml.", metavar="FILE")] = None,
    config: Annotated[Path | None, typer.Option(help="Default: policies/config.json.", metavar="FILE")] = None,
    show_passes: Annotated[bool, typer.Option("--show-passes", help="List what passes, too.")] = False,
    max_megabytes: Annotated[int, typer.Option(help="Read no file that is larger.", min=1, metavar="MB")] = 250,
    today: Annotated[datetime | None, typer.Option(hidden=True, formats=["%Y-%m-%d"])] = None,
    output: Annotated[Format, typer.Option("--output", "-o", help="How to show it.")] = "text",
) -> None:
    """Without a file: the program of this project, all its stacks. Exit code 0: clean; 5: violations; 2: bad input."""
    if context.invoked_subcommand is not None:
        return
    from model.problems import InputError
    from policies.gate.select import select

    project: Project = context.obj
    files = {"state": state, "preview": preview, "resources": resources}
    given = {kind: path for kind, path in files.items() if path is not None}
    if len(given) > 1 or (given and base):
        named = ", ".join(f"--{kind}" for kind in (*given, *(["base"] if base else [])))
        raise InputError(f"{named} cannot go together: each says what to judge; give one of them")
    chosen = select(pack, rule, severity)
    run = Run(project, chosen, waivers, config, (today or datetime.now(UTC)).date(), environment, account, recommended)
    filtered = bool(pack or rule or severity or stack)
    if given:
        ((kind, path),) = given.items()
        result = run.judge(_read(kind, path, stack, max_megabytes), complete=False, fail_on=fail_on)
    else:
        if base is not None:
            from policies.gate import base as older

            older.verify(project.root, base)  # before the program runs, which takes longer
        result = run.judge(_program(project, stack, environment), complete=not filtered, fail_on=fail_on)
        if base is not None:
            from policies.gate.judge import against

            before = older.views(project.root, base, list(result.stacks))
            result = against(result, run.judge(before, complete=False, fail_on=fail_on), base)
    from policies.outputs import render

    typer.echo(render(result, output, show_passes=show_passes), nl=False)
    _next(result)
    raise typer.Exit(result.code)


class Run:
    """What holds for every view of one run of rules, here and in `lifeline preview`."""

    def __init__(
        self,
        project: Project,
        rules: "Sequence[Rule]",
        waivers: Path | None,
        config: Path | None,
        today: date,
        environment: str | None,
        account: bool | None,
        recommended: bool,
    ) -> None:
        from policies import settings as policy_settings
        from policies.discovery import rules as all_rules
        from policies.gate import waivers as waiving

        self._rules, self._today, self._project = rules, today, project
        self._environment, self._account, self._recommended = environment, account, recommended
        waived = _file(project, waivers, waiving.DEFAULT_FILE)
        configured = _file(project, config, policy_settings.DEFAULT_FILE)
        self._waivers = waiving.load(waived, all_rules()) if waived else ()
        self._settings = (
            policy_settings.load(configured, all_rules()) if configured else policy_settings.PolicySettings()
        )

    def judge(self, views: "Mapping[str, View]", *, complete: bool, fail_on: Severity | None) -> "Result":
        from policies.gate.judge import judge

        return judge(
            views,
            self._rules,
            self._settings,
            self._waivers,
            self._today,
            environments={stack: self._environment or _environment(self._project, stack) for stack in views},
            account=bool(self._account),
            recommended=self._recommended,
            complete=complete,
            fail_on=fail_on.value if fail_on else None,
        )


def _environment(project: Project, stack: str) -> str:
    """What a stack's file says it belongs to; production where there is none, since that asks for most."""
    from infra.settings.load import from_files
    from infra.settings.problems import SettingsError
    from operations.outcomes import Refused

    try:
        return str(from_files(project.root, stack).values.get("environment", "production"))
    except (SettingsError, Refused):
        return "production"


def _file(project: Project, named: Path | None, default: str) -> Path | None:
    """A file that was named has to be there; the default one need not."""
    if named is not None:
        return named
    from operations.outcomes import Refused

    try:
        path = project.root / default
    except Refused:  # a file of another project may be judged anywhere
        return None
    return path if path.is_file() else None


def _read(kind: str, path: Path, stacks: list[str] | None, most: int) -> "dict[str, View]":
    from importlib import import_module

    from model.files import check_size
    from model.problems import InputError

    source = {"state": "model.from_state", "preview": "model.from_preview", "resources": "model.from_list"}[kind]
    megabytes = check_size(path, most)
    if megabytes >= LONG_MEGABYTES:
        say(f"reading {path}, {megabytes} MB; that takes a while")
    view: View = import_module(source).read(path)
    if stacks and view.stack not in stacks:
        raise InputError(f"{path} is of the stack {view.stack!r}, not of {', '.join(stacks)}: leave --stack out")
    return {view.stack: view}


def _program(project: Project, stacks: list[str] | None, environment: str | None) -> "dict[str, View]":
    from model.from_program import views

    names = list(project.stacks(environment or "production", stacks)) if stacks or environment else None
    return {view.stack: view for view in views(project.root, names)}


def _next(result: "Result") -> None:
    first = next((item for item in (*result.errors, *result.blocking)), None)
    if first is not None:
        next_step(f"lifeline gate explain {first.finding.rule.id}")
    elif result.faults:
        next_step("mend policies/waivers.yaml")
    else:
        next_step("lifeline preview")


@group.command()
def explain(rule: Annotated[str, typer.Argument(help="The rule's id.")], output: Output = "text") -> None:
    """One rule: what, why, how to mend it, where it comes from."""
    from policies.gate import explain as telling
    from policies.gate.select import one

    found = one(rule)
    if output == "json":
        emit_json(telling.document(found))
    else:
        emit(telling.markdown(found))


@group.command()
def rules(
    pack: Annotated[list[str] | None, typer.Option(help="hipaa or cost; may be repeated.")] = None,
    severity: Annotated[list[Severity] | None, typer.Option(help="Only these; may be repeated.")] = None,
    output: Output = "text",
) -> None:
    """All rules."""
    from policies.gate import explain as telling
    from policies.gate.select import select

    chosen = select(pack, None, severity)
    if output == "json":
        emit_json([telling.document(rule) for rule in chosen])
        return
    for rule in chosen:
        emit(f"{rule.id:<48} {rule.pack:<6} {rule.severity:<9} {rule.level:<12} {rule.what}")
    say(f"{len(chosen)} rules")
    next_step("lifeline gate explain RULE")
