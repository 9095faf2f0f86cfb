"""The stacks that are judged in every form: the program's own, the same with many properties changed, and examples."""

import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from model.from_program import views
from model.links import NAMES
from model.resource import Resource
from model.values import UNKNOWN
from model.view import View
from tests.policies.mutations import Mutation, mutations

ROOT = Path(__file__).parents[3]


@cache
def ours() -> tuple[View, ...]:
    """Each stack of the program as it is once applied: mocks give every id."""
    return tuple(views(ROOT))


def at_a_preview(seen: View) -> View:
    """As the engine shows it before the first apply: what the cloud tells is unknown, and what it went into."""
    told = {item.urn: _told(item) for item in seen.resources}
    return View(seen.stack, "preview", [_before(item, told) for item in seen.resources])


def _told(item: Resource) -> frozenset[str]:
    """Texts that stand for this resource and that only the cloud tells."""
    if item.external:
        return frozenset()  # read, so told in a preview too
    found = [item.id, *(value for name, value in item.outputs.items() if name not in item.props)]
    return frozenset(text for text in found if isinstance(text, str) and text)


def _before(item: Resource, told: dict[str, frozenset[str]]) -> Resource:
    props = {}
    for name, value in item.props.items():
        went_in = frozenset[str]().union(*(told.get(urn, ()) for urn in (item.depends or {}).get(name, ())))
        props[name] = _blanked(value, went_in)
    if item.external:
        return replace(item, props=props)
    return replace(item, props=props, outputs={}, id=UNKNOWN)


def _blanked(value: Any, texts: frozenset[str]) -> Any:
    if isinstance(value, str):
        return UNKNOWN if any(text in value for text in texts) else value
    if isinstance(value, dict):
        return {key: _blanked(item, texts) for key, item in value.items()}
    return [_blanked(item, texts) for item in value] if isinstance(value, list) else value


def varied(seen: View, seed: int, share: float) -> View:
    """The stack with one mutation in that share of its resources."""
    draw = random.Random(seed)
    by_resource = _mutations(seen)
    chosen: dict[str, Resource] = {}
    for urn, listed in by_resource.items():
        if draw.random() < share:
            chosen[urn] = draw.choice(listed).mutated
    return View(seen.stack, seen.source, [chosen.get(item.urn, item) for item in seen.resources])


def _mutations(seen: View) -> dict[str, list[Mutation]]:
    found: dict[str, list[Mutation]] = {}
    for mutation in mutations(seen):
        # What others call it by would change with it wherever they name it; here they would go on naming what is gone.
        if mutation.path.partition(".")[0] in (*NAMES, "region"):
            continue
        found.setdefault(mutation.resource.urn, []).append(mutation)
    return found
