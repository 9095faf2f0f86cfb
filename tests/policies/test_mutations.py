"""What a compliant stack can lose without any rule noticing: all of it is on a reviewed list, and nothing else may be.

`make mutants` writes the list again; read its difference before you commit it, and give each new line its reason.
"""

import os
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.policies.mutations import Mutation, mutations
from tests.policies.noticing import noticed, read, stacks

LIST = Path(__file__).with_name("survivors.yaml")
MUST = Path(__file__).with_name("must_be_noticed.txt")
SAMPLE = 400
SEED = 20261124
HEAD = "# Written by `make mutants`, which keeps reasons and puts what is new at the end. `*` stands for anything.\n"
TO_DO = "not reviewed yet"


@cache
def all_mutations() -> tuple[Mutation, ...]:
    """In an order of their own: the program registers what waits for nothing in any order."""
    found = [mutation for name in sorted(stacks()) for mutation in mutations(stacks()[name])]
    return tuple(sorted(found, key=lambda each: (each.where, each.stack, each.resource.urn)))


@cache
def kinds() -> frozenset[str]:
    return frozenset(mutation.where for mutation in all_mutations())


def reviewed() -> list[tuple[str, list[str]]]:
    """(why no rule has to notice, patterns of `operator type path`; `*` stands for anything)"""
    entries: list[dict[str, Any]] = yaml.safe_load(LIST.read_text()) or []
    return [(entry["why"], list(entry["survives"])) for entry in entries]


def covers(pattern: str, where: str) -> bool:
    """A line that is itself a kind (`rules.*`, any item of a list) stands for that alone, not for what is inside."""
    return where == pattern if pattern in kinds() else fnmatchcase(where, pattern)


def unlisted(alive: set[str]) -> list[str]:
    patterns = [pattern for _, listed in reviewed() for pattern in listed]
    return sorted(line for line in alive if not any(covers(pattern, line) for pattern in patterns))


@dataclass(slots=True)
class Outcome:
    """How many mutations were noticed."""

    alive: set[str] = field(default_factory=set)
    """Kinds of which one survives."""
    noticed: int = 0
    of: int = 0
    read: int = 0
    """Mutations of what some rule reads by name."""

    def __str__(self) -> str:
        every, telling = (100 * self.noticed / (number or 1) for number in (self.of, self.read))
        return (
            f"mutations: {self.noticed} of {self.of} noticed by a rule ({every:.1f} %); "
            f"of the {self.read} of properties that some rule reads: {telling:.1f} %"
        )


def outcome(chosen: Iterable[Mutation]) -> Outcome:
    found = Outcome()
    for mutation in chosen:
        found.of += 1
        found.read += read(mutation)
        if noticed(mutation):
            found.noticed += 1
        else:
            found.alive.add(mutation.where)
    return found


def test_a_sample_of_mutations_is_noticed_or_reviewed(capsys: pytest.CaptureFixture[str]) -> None:
    found = outcome(random.Random(SEED).sample(all_mutations(), SAMPLE))
    with capsys.disabled():
        print(f"\n{found} (a sample of {len(all_mutations())})")
    assert found.noticed, "a sample of which nothing is noticed is no sample"
    assert unlisted(found.alive) == [], "new survivors: give each a rule, or a line with its reason"


def test_what_must_be_noticed_is_noticed_everywhere_and_on_no_list() -> None:
    must = {line for line in MUST.read_text().splitlines() if line and not line.startswith("#")}
    assert must - kinds() == set(), "no resource of our stacks has it any more"
    assert {mutation.where for mutation in all_mutations() if mutation.where in must and not noticed(mutation)} == set()
    patterns = [pattern for _, listed in reviewed() for pattern in listed]
    assert [(item, line) for item in patterns for line in sorted(must) if covers(item, line)] == [], "too wide"


@pytest.mark.rehearsal
def test_every_mutation_is_noticed_or_reviewed(capsys: pytest.CaptureFixture[str]) -> None:
    found = outcome(all_mutations())
    with capsys.disabled():
        print(f"\n{found}; {len(found.alive)} of {len(kinds())} kinds survive somewhere")
    if os.environ.get("UPDATE_SURVIVORS"):
        write(found.alive)
    assert unlisted(found.alive) == [], "new survivors: give each a rule, or a line with its reason"
    listed = [item for _, items in reviewed() for item in items]
    stale = [item for item in listed if not any(covers(item, line) for line in found.alive)]
    assert stale == [], "noticed by now, or not declared any more: take it off the list"


def write(alive: set[str]) -> None:
    """What is there keeps its place and reason, but for lines of no use; what is new stands at the end."""
    entries = []
    for why, listed in reviewed():
        kept = [item for item in listed if any(covers(item, line) for line in alive)]
        entries += [{"why": why, "survives": kept}] if kept else []
    if new := unlisted(alive):
        entries.append({"why": TO_DO, "survives": new})
    LIST.write_text(HEAD + yaml.safe_dump(entries, sort_keys=False, width=200))


def test_every_survivor_has_its_reason() -> None:
    assert [why for why, _ in reviewed() if len(why) < 15 or why == TO_DO] == []
