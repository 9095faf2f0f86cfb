"""Waivers: findings that somebody answers for, for a while. What is right for good is a parameter, not a waiver."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from infra.settings.files import read_yaml
from infra.settings.frozen import Frozen
from infra.settings.problems import Problem, SettingsError
from infra.settings.words import describe
from policies.evaluate import Finding
from policies.rule import Rule

DEFAULT_FILE = "policies/waivers.yaml"
LONGEST_DAYS = 180
MOST_RESOURCES = 10
"""A waiver for more than these is no exception any more."""
LEAST_LITERAL = 3
"""Characters of a pattern that are no wildcards."""

Text = Annotated[str, Field(min_length=1)]


class Waiver(Frozen):
    """One exception."""

    rule: Text
    resource: Text
    """The resource's name or URN; `*` and `?` are wildcards."""
    stack: str | None = None
    reason: Annotated[str, Field(min_length=15)]
    owner: Text
    ticket: Text
    expires: date
    """Its last day."""

    def covers(self, finding: Finding, stack: str) -> bool:
        if self.rule != finding.rule.id or self.stack not in (None, stack):
            return False
        resource = finding.resource
        return any(fnmatchcase(name, self.resource) for name in (resource.name, resource.urn))


class Waivers(Frozen):
    """The file."""

    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Fault:
    """A waiver that does not hold: it fails the gate, and what it covered is a finding again."""

    waiver: Waiver
    what: str

    def __str__(self) -> str:
        return f"the waiver of {self.waiver.rule} for {self.waiver.resource} ({self.waiver.ticket}) {self.what}"


def load(path: Path, rules: Iterable[Rule]) -> tuple[Waiver, ...]:
    """Reads and checks a file. Raises SettingsError with every problem."""
    content = read_yaml(path)
    try:
        found = Waivers.model_validate(content, strict=False)
    except ValidationError as error:
        raise SettingsError([Problem(path.name, *describe(item, Waivers)) for item in error.errors()]) from None
    known = [rule.id for rule in rules]
    problems = []
    for index, waiver in enumerate(found.waivers):
        if waiver.rule not in known:
            close = get_close_matches(waiver.rule, known, n=1)
            allowed = f"did you mean {close[0]}?" if close else "`lifeline gate rules` lists them"
            problems.append(Problem(path.name, f"waivers[{index}].rule", f"{waiver.rule!r} is no rule", allowed))
    if problems:
        raise SettingsError(problems)
    return found.waivers


def faults(
    waivers: Sequence[Waiver], findings: Sequence[tuple[str, Finding]], today: date, *, complete: bool
) -> Iterator[Fault]:
    """Waivers that are expired, too long, too broad, or, where all findings are there (`complete`), of no use."""
    for waiver in waivers:
        left = (waiver.expires - today).days
        covered = [finding for stack, finding in findings if waiver.covers(finding, stack)]
        if left < 0:
            yield Fault(waiver, f"expired on {waiver.expires}: mend what it covers, or have it granted anew")
        elif left > LONGEST_DAYS:
            yield Fault(waiver, f"runs until {waiver.expires}: {LONGEST_DAYS} days at most")
        elif len(waiver.resource.replace("*", "").replace("?", "")) < LEAST_LITERAL:
            yield Fault(waiver, f"covers any resource with the pattern {waiver.resource!r}: name the resource")
        elif len(covered) > MOST_RESOURCES:
            yield Fault(waiver, f"covers {len(covered)} resources: {MOST_RESOURCES} at most, or set the rule's level")
        elif complete and not covered:
            yield Fault(waiver, "covers nothing any more: delete it")
