"""Whether some rule notices a mutation of the compliant stacks.

Rules are functions of what they read. So only those are asked again that read the mutated property of that very
resource when the stacks were judged whole, and of those that read of nothing but the resource itself, only about it.
Nothing is sampled and nothing is lost by it: all others would read the same as before, and say the same.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from model.from_program import views
from model.types import PROVIDER
from model.view import View
from policies.case import Case
from policies.discovery import rules
from policies.evaluate import Finding, Parameters, evaluate, one, subjects
from policies.rule import Rule
from policies.settings import DEFAULT_FILE, load
from tests.policies.mutations import Mutation
from tests.policies.watched import Reads, watched

ROOT = Path(__file__).parents[2]
SETTINGS = load(ROOT / DEFAULT_FILE, rules())
ASKED = Parameters(account=True, values=SETTINGS.values)
"""As the gate asks of these stacks, and of the account too."""


@cache
def stacks() -> dict[str, View]:
    return {view.stack: view for view in views(ROOT)}


@dataclass(frozen=True, slots=True)
class Reader:
    """A rule that read a property."""

    rule: Rule
    alone: bool
    """Whether it read of no resource but the one that it was asked about."""


@dataclass(slots=True)
class Judged:
    """What the rules say of the compliant stacks, and what they read for it."""

    outcomes: set[tuple[str, str, str]] = field(default_factory=set)
    """(rule, URN, outcome)"""
    readers: dict[tuple[str, str], list[Reader]] = field(default_factory=lambda: defaultdict(list))
    """(URN, top-level property) → rules."""
    named: set[tuple[str, str]] = field(default_factory=set)
    """(URN, path) of what some rule reads by its name; what goes through whole resources does not count."""


@cache
def judged() -> Judged:
    found = Judged()
    everything = View.joined(list(stacks().values()))
    for view in (*stacks().values(), everything):
        reads = Reads()
        with watched(view.resources, reads) as resources:
            for rule in rules():
                off = SETTINGS.level(rule, ASKED.environment) == "disabled"
                if not off and rule.across == (view is everything):
                    _judge(rule, View(view.stack, view.source, resources), reads, found)
    return found


def _judge(rule: Rule, view: View, reads: Reads, found: Judged) -> None:
    """One rule, about every resource of a stack."""
    paths: set[tuple[str, str]] = set()
    scanned, alone = False, not rule.once
    for resource, change in subjects(rule, view):
        reads.clear()
        finding = one(rule, Case(resource, view, ASKED.of(rule), ASKED.environment, change))
        if finding is not None:
            found.outcomes.add(_said(finding))
        paths |= reads.paths
        scanned = scanned or reads.scanned
        others = {urn for urn, _ in reads.paths if urn != resource.urn}
        alone = alone and all((view.get(urn) or resource).kind.startswith(PROVIDER) for urn in others)
    for key in sorted({(urn, path.partition(".")[0]) for urn, path in paths}):
        found.readers[key].append(Reader(rule, alone))
    if not scanned:
        found.named |= paths


def _said(finding: Finding) -> tuple[str, str, str]:
    return finding.rule.id, finding.resource.urn, finding.outcome


def noticed(mutation: Mutation) -> bool:
    """Whether some rule fails, or can no longer tell, where it passed before."""
    return any(finding.blocks and _said(finding) not in judged().outcomes for finding in _asked_again(mutation))


def read(mutation: Mutation) -> bool:
    """Whether some rule reads the property by its name."""
    return (mutation.resource.urn, mutation.path) in judged().named


def _asked_again(mutation: Mutation) -> Iterator[Finding]:
    readers = judged().readers.get((mutation.resource.urn, mutation.path.partition(".")[0]), [])
    view = mutation.view(stacks()[mutation.stack]) if readers else None
    for reader in readers:
        rule = reader.rule
        if view is None:
            return
        if rule.across:
            yield from evaluate(mutation.view(View.joined(list(stacks().values()))), [rule], ASKED)
        elif reader.alone:
            finding = one(rule, Case(mutation.mutated, view, ASKED.of(rule), ASKED.environment))
            yield from () if finding is None else (finding,)
        else:
            yield from evaluate(view, [rule], ASKED)
