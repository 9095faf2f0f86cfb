"""From YAML files, or from what the engine hands over, to `Settings`; every problem at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from infra.settings import checks
from infra.settings.files import read_yaml
from infra.settings.model import GLOBAL, Settings
from infra.settings.problems import Problem, SettingsError
from infra.settings.words import describe

PROJECT_FILE = "Pulumi.yaml"
NAMESPACE = "lifeline"


@dataclass(frozen=True)
class Raw:
    """Settings before they are checked: values by key, and the file that holds each."""

    project: str
    stack: str
    values: Mapping[str, Any]
    files: Mapping[str, str]

    @property
    def stack_file(self) -> str:
        return f"Pulumi.{self.stack}.yaml"

    def file_of(self, key: str) -> str:
        """The file that holds the key; the stack's own for what is missing everywhere."""
        top = key.split(".")[0].split("[")[0]
        if top in self.files:
            return self.files[top]
        return self.stack_file if top in {"environment", "scope"} else PROJECT_FILE


def load(root: Path, stack: str, overlay: Path | None = None) -> Settings:
    """The settings of one stack, from `Pulumi.yaml` and `Pulumi.<stack>.yaml` in `root`.

    Raises SettingsError with every problem.
    """
    return parse(overlaid(from_files(root, stack), overlay))


def environment(root: Path, name: str, overlay: Path | None = None) -> dict[str, Settings]:
    """Every stack of one environment, by stack name, in the order of a first `up`."""
    found = {stack: load(root, stack, overlay) for stack in stack_names(root)}
    mine = {stack: settings for stack, settings in found.items() if settings.environment == name}
    if not mine:
        raise SettingsError([Problem("Pulumi.*.yaml", "environment", f"no stack is of {name!r}", _known(found))])
    return dict(sorted(mine.items(), key=lambda item: apply_order(item[1])))


def apply_order(settings: Settings) -> int:
    """`global` first, then the founder, whose database member the other site's follows."""
    if settings.is_global:
        return 0
    return 1 if settings.site.founder else 2


def destroy_order(settings: Settings) -> int:
    """The standby first: RDS lets the writer's cluster go only when no other follows it. `global` last."""
    if settings.is_global:
        return 2
    return 1 if settings.scope == settings.active_site else 0


def stack_names(root: Path) -> list[str]:
    """The stacks that have a file in `root`."""
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in root.glob("Pulumi.?*.yaml"))


def from_files(root: Path, stack: str) -> Raw:
    """As Pulumi reads them: the project's `config:`, overridden key by key by the stack's."""
    project = read_yaml(root / PROJECT_FILE)
    path = root / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        known = ", ".join(stack_names(root)) or "none yet"
        raise SettingsError([Problem(path.name, "config", "no such stack file", f"the stacks here: {known}")])
    name = project.get("name")
    if not isinstance(name, str):
        raise SettingsError([Problem(PROJECT_FILE, "name", "is missing", "the project's name")])
    values: dict[str, Any] = {}
    files: dict[str, str] = {}
    for file, holder in ((PROJECT_FILE, project), (path.name, read_yaml(path))):
        for key, value in _config(file, holder).items():
            values[key] = _plain(file, key, value, inherited=file == PROJECT_FILE)
            files[key] = file
    return Raw(name, stack, values, files)


def from_engine(root: Path, stack: str, config: Mapping[str, str]) -> Raw:
    """What the engine hands to a program (`lifeline:key` → text; objects as JSON), with the files' names for errors."""
    files = from_files(root, stack)
    prefix = f"{NAMESPACE}:"
    values = {key.removeprefix(prefix): _typed(key, text) for key, text in config.items() if key.startswith(prefix)}
    return Raw(files.project, stack, values, files.files)


def overlaid(raw: Raw, overlay: Path | None) -> Raw:
    """The same with a sandbox's own values on top (a shorter lease, say)."""
    if overlay is None:
        return raw
    extra = read_yaml(overlay)
    return Raw(
        raw.project,
        raw.stack,
        {**raw.values, **extra},
        {**raw.files, **dict.fromkeys(extra, overlay.name)},
    )


def parse(raw: Raw) -> Settings:
    """Check everything, raise SettingsError with all that is wrong."""
    try:
        settings = Settings.model_validate_json(json.dumps({**raw.values, "project": raw.project}))
    except ValidationError as error:
        raise SettingsError([_problem(raw, *describe(item)) for item in error.errors()]) from None
    except TypeError as error:
        raise SettingsError([Problem(raw.stack_file, "config", str(error), "plain YAML values")]) from None
    found = [_problem(raw, *finding) for finding in checks.problems(settings)]
    if found:
        raise SettingsError(found)
    return settings


def _problem(raw: Raw, key: str, what: str, allowed: str) -> Problem:
    return Problem(raw.file_of(key), key, what, allowed)


def _config(file: str, holder: Mapping[str, Any]) -> dict[str, Any]:
    config = holder.get("config") or {}
    if not isinstance(config, dict):
        raise SettingsError([Problem(file, "config", "is no mapping", "lines such as `lifeline:scope: east`")])
    prefix = f"{NAMESPACE}:"
    return {str(key).removeprefix(prefix): value for key, value in config.items() if str(key).startswith(prefix)}


def _plain(file: str, key: str, value: Any, *, inherited: bool) -> Any:
    """Undo the wrappings that Pulumi allows around a value."""
    if (odd := _odd_key(value)) is not None:
        raise SettingsError([Problem(file, key, f"has the key {odd!r}, which is no text", f'"{odd}" in quotes')])
    if isinstance(value, dict) and set(value) == {"secure"}:
        raise SettingsError([Problem(file, key, "is encrypted", "a plain value: no setting is a secret")])
    if inherited and isinstance(value, dict) and ("value" in value or "default" in value):
        return value.get("value", value.get("default"))
    return value


def _odd_key(value: Any) -> Any:
    """A key that YAML reads as a number, say: Pulumi takes only text."""
    if isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str):
                return name
            if (odd := _odd_key(item)) is not None:
                return odd
    if isinstance(value, list):
        return next((odd for item in value if (odd := _odd_key(item)) is not None), None)
    return None


def _typed(key: str, text: str) -> Any:
    """The engine hands every value over as text; the field's own type says what it stood for."""
    field = Settings.model_fields.get(key.split(":", 1)[1])
    if field is None or field.annotation is str:
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _known(found: Mapping[str, Settings]) -> str:
    return "one of " + ", ".join(sorted({settings.environment for settings in found.values()}))


__all__ = [
    "GLOBAL",
    "PROJECT_FILE",
    "Raw",
    "apply_order",
    "destroy_order",
    "environment",
    "from_engine",
    "from_files",
    "load",
    "overlaid",
    "parse",
    "stack_names",
]
