"""The policy settings: one file in Pulumi's own form for all engines (`--policy-pack-config FILE`).

{
  "rds-cluster-backup-retention": {"enforcementLevel": "mandatory", "min_days": 14},
  "s3-versioning": "advisory",
  "dynamodb-cmk": {"enforcementLevel": "disabled"}
}

The engine takes the file once for each pack (`--policy-pack-config` after each `--policy-pack`). It refuses an entry
without a level where the rule is of the other pack, so a file for both names the level beside the parameters.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, TypeAdapter, ValidationError

from infra.settings.problems import Problem, SettingsError
from policies.enforcement import Enforcement, default
from policies.rule import Parameter, Rule

DEFAULT_FILE = "policies/config.json"
"""Below the project's folder; it need not be there."""
LEVEL = "enforcementLevel"
ALL = "all"
"""Pulumi's word for every rule of a pack."""
LEVELS = get_args(Enforcement)


@dataclass(frozen=True)
class PolicySettings:
    """What the file says."""

    enforcement: Mapping[str, Enforcement] = field(default_factory=dict)
    """Rule → level; `all` for those that are not named."""
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Rule → parameter → value."""

    def level(self, rule: Rule, environment: str) -> Enforcement:
        own = self.enforcement.get(rule.id) or self.enforcement.get(ALL)
        return own or default(rule, environment)


def load(path: Path, rules: Iterable[Rule]) -> PolicySettings:
    """Reads and checks a file. Raises SettingsError with every problem."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([Problem(path.name, "file", f"cannot be read: {error.strerror}", "a JSON file")]) from None
    except ValueError as error:
        raise SettingsError([Problem(path.name, "file", f"is no JSON: {error}", "a JSON object")]) from None
    if not isinstance(content, dict):
        raise SettingsError([Problem(path.name, "file", "is no object", "{rule: {parameter: value}}")])
    by_id = {rule.id: rule for rule in rules}
    problems: list[Problem] = []
    enforcement: dict[str, Enforcement] = {}
    values: dict[str, dict[str, Any]] = {}
    for name, given in content.items():
        rule = by_id.get(name)
        if rule is None and name != ALL:
            close = get_close_matches(name, by_id, n=1)
            allowed = f"did you mean {close[0]}?" if close else "`lifeline gate rules` lists them"
            problems.append(Problem(path.name, name, "is no rule", allowed))
            continue
        entry = {LEVEL: given} if isinstance(given, str) else given
        if not isinstance(entry, dict):
            problems.append(Problem(path.name, name, f"is {given!r}", "a level, or an object of parameters"))
            continue
        level: Any = entry.get(LEVEL)
        if level in LEVELS:
            enforcement[name] = level
        elif level is not None:
            problems.append(Problem(path.name, f"{name}.{LEVEL}", f"is {level!r}", f"one of {', '.join(LEVELS)}"))
        own = {key: value for key, value in entry.items() if key != LEVEL}
        problems.extend(_wrong(path.name, name, rule, own))
        if own:
            values[name] = own
    if problems:
        raise SettingsError(problems)
    return PolicySettings(enforcement, values)


def _wrong(file: str, name: str, rule: Rule | None, own: Mapping[str, Any]) -> Iterable[Problem]:
    known = {parameter.name: parameter for parameter in rule.parameters} if rule else {}
    for key, value in own.items():
        parameter = known.get(key)
        if parameter is None:
            allowed = f"one of {', '.join(known)}" if known else "it has none"
            yield Problem(file, f"{name}.{key}", "is no parameter of this rule", allowed)
            continue
        try:
            _adapter(parameter).validate_python(value)
        except ValidationError as error:
            yield Problem(file, f"{name}.{key}", f"is {value!r}", error.errors()[0]["msg"])


def _adapter(parameter: Parameter) -> TypeAdapter[Any]:
    bounds = Field(ge=parameter.minimum, le=parameter.maximum)
    kinds: dict[str, Any] = {
        "boolean": StrictBool,
        "integer": Annotated[StrictInt, bounds],
        "number": Annotated[StrictInt | StrictFloat, bounds],
        "string": StrictStr,
        "array": list[StrictStr],
    }
    chosen: Any = Literal[parameter.one_of] if parameter.one_of else kinds[parameter.kind]
    return TypeAdapter(chosen)
