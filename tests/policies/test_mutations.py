"""What a compliant stack can lose without any rule noticing: all of it is on a reviewed list, and nothing else may be.

`make mutants` writes the list again; read its difference before you commit it, and give each new line its reason.
"""

import os
import random
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from model.from_program import views
from model.view import View
from policies.discovery import rules
from policies.evaluate import Parameters, evaluate
from policies.rule import ANY, Rule
from tests.policies.mutations import Mutation, mutations

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("survivors.yaml")
SAMPLE = 400
SEED = 20261124
HEAD = "# Written by `make mutants`, which keeps reasons and puts what is new at the end. `*` stands for anything.\n"
TO_DO = "not reviewed yet"


@cache
def stacks() -> dict[str, View]:
    return {view.stack: view for view in views(ROOT)}


@cache
def judged(stack: str) -> dict[str, frozenset[tuple[str, str]]]:
    """Rule → (resource, outcome) of the compliant stack."""
    found: dict[str, set[tuple[str, str]]] = {}
    for item in evaluate(stacks()[stack], rules(), Parameters(account=True)):
        found.setdefault(item.rule.id, set()).add((item.resource.urn, item.outcome))
    return {rule: frozenset(outcomes) for rule, outcomes in found.items()}


@cache
def all_mutations() -> tuple[Mutation, ...]:
    """In an order of their own: the program registers what waits for nothing in any order."""
    found = [mutation for name in sorted(stacks()) for mutation in mutations(stacks()[name])]
    return tuple(sorted(found, key=lambda each: (each.where, each.stack, each.resource.urn)))


@cache
def asked(kind: str) -> tuple[Rule, ...]:
    """Rules that can notice: of the type, of any type, or of others that look at it (their examples have it)."""
    from policies.gate.judge import looks_at

    return tuple(rule for rule in rules() if ANY in rule.types or rule.once or kind in looks_at(rule))


def killed(mutation: Mutation) -> bool:
    """Whether some rule fails, or can no longer tell, where it passed before."""
    view = mutation.view(stacks()[mutation.stack])
    before = judged(mutation.stack)
    for rule in asked(mutation.kind):
        for item in evaluate(view, [rule], Parameters(account=True)):
            worse = item.outcome == "fail" or (item.outcome == "unknown" and rule.unknown_blocks)
            if worse and (item.resource.urn, item.outcome) not in before.get(rule.id, ()):
                return True
    return False


def reviewed() -> list[tuple[str, list[str]]]:
    """(why no rule has to notice, patterns of `operator type path`; `*` stands for anything)"""
    entries: list[dict[str, Any]] = yaml.safe_load(LIST.read_text()) or []
    return [(entry["why"], list(entry["survives"])) for entry in entries]


def unlisted(alive: set[str]) -> list[str]:
    patterns = [pattern for _, listed in reviewed() for pattern in listed]
    return sorted(line for line in alive if not any(fnmatchcase(line, pattern) for pattern in patterns))


def survivors(chosen: Iterable[Mutation]) -> tuple[set[str], int]:
    """(where mutations survive, how many were killed)"""
    alive: set[str] = set()
    dead = 0
    for mutation in chosen:
        if killed(mutation):
            dead += 1
        else:
            alive.add(mutation.where)
    return alive, dead


def test_a_sample_of_mutations_is_noticed_or_reviewed(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = random.Random(SEED).sample(all_mutations(), SAMPLE)
    alive, dead = survivors(chosen)
    with capsys.disabled():
        print(f"\nmutations: {dead} of {len(chosen)} noticed by a rule (a sample of {len(all_mutations())})")
    assert dead, "a sample of which nothing is noticed is no sample"
    assert unlisted(alive) == [], "new survivors: give each a rule, or a line with its reason"


@pytest.mark.rehearsal
def test_every_mutation_is_noticed_or_reviewed(capsys: pytest.CaptureFixture[str]) -> None:
    alive, dead = survivors(all_mutations())
    with capsys.disabled():
        print(f"\nmutations: {dead} of {len(all_mutations())} noticed by a rule; {len(alive)} kinds survive")
    if os.environ.get("UPDATE_SURVIVORS"):
        write(alive)
    assert unlisted(alive) == [], "new survivors: give each a rule, or a line with its reason"
    stale = [item for _, listed in reviewed() for item in listed if not any(fnmatchcase(line, item) for line in alive)]
    assert stale == [], "noticed by now, or not declared any more: take it off the list"


def write(alive: set[str]) -> None:
    """What is there keeps its place and reason, but for lines of no use; what is new stands at the end."""
    entries = []
    for why, listed in reviewed():
        kept = [item for item in listed if any(fnmatchcase(line, item) for line in alive)]
        entries += [{"why": why, "survives": kept}] if kept else []
    if new := unlisted(alive):
        entries.append({"why": TO_DO, "survives": new})
    LIST.write_text(HEAD + yaml.safe_dump(entries, sort_keys=False, width=200))


def test_every_survivor_has_its_reason() -> None:
    assert [why for why, _ in reviewed() if len(why) < 15 or why == TO_DO] == []
