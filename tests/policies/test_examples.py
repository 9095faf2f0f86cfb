"""Every rule, by its own examples: applied, at a preview, and written as people write."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from model.types import PROVIDER
from model.values import UNKNOWN
from model.view import View
from policies.discovery import rules
from policies.evaluate import Finding, Parameters, evaluate
from policies.examples import Example, view, whole
from policies.rule import Rule
from tests.policies.reads import Read, missing, properties_of, traced

every_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
ODD: tuple[Any, ...] = (
    0, -1, 1.5, 1e308, True, "", "x", "{", "[1]", "null", "\x00", "arn:", "*", [], {}, [[]], [None], [1, "x", {}],
    {"a": {"b": []}}, {"Statement": 1}, {"Statement": [None]}, '{"Statement":{"Effect":[],"Action":{},"Condition":1}}',
    UNKNOWN, [UNKNOWN], {"a": UNKNOWN},
)  # fmt: skip


def samples(rule: Rule) -> list[tuple[Example, bool]]:
    """(example, whether it passes)"""
    listed = [(sample, True) for sample in rule.passing] + [(sample, False) for sample in rule.failing]
    return [(whole(sample, rule.types[0]), passes) for sample, passes in listed]


def ask(rule: Rule, example: Example, seen: View) -> list[Finding]:
    parameters = Parameters(example.environment, account=True, values={rule.id: example.parameters})
    return evaluate(seen, [rule], parameters)


def verdict(found: list[Finding]) -> str:
    """Of a whole example: the gravest."""
    outcomes = {finding.outcome for finding in found}
    for outcome in ("error", "fail", "unknown", "pass"):
        if outcome in outcomes:
            return outcome
    return "not applicable"


def rewritten(seen: View, write: Callable[[Any], Any]) -> View:
    resources = [
        replace(item, props={key: write(value) for key, value in item.props.items()}) for item in seen.resources
    ]
    return View(seen.stack, seen.source, resources, seen.changes)


def as_texts(value: Any) -> Any:
    """true and 7 as "true" and "7"."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return {key: as_texts(item) for key, item in value.items()}
    return [as_texts(item) for item in value] if isinstance(value, list) else value


def one_for_a_list(value: Any) -> Any:
    """A single object where a list of one could stand."""
    if isinstance(value, Mapping):
        return {key: one_for_a_list(item) for key, item in value.items()}
    if isinstance(value, list):
        return one_for_a_list(value[0]) if len(value) == 1 and isinstance(value[0], Mapping) else value
    return value


def has_document(value: Any) -> bool:
    """Whether a policy document is in it."""
    if isinstance(value, Mapping):
        return any(str(key).lower() == "statement" for key in value) or any(map(has_document, value.values()))
    return isinstance(value, list) and any(map(has_document, value))


def policies_as_texts(value: Any) -> Any:
    """A policy document as the JSON text that most programs give."""
    if isinstance(value, Mapping) and any(str(key).lower() == "statement" for key in value):
        return json.dumps(value)
    return value


@every_rule
def test_examples_when_applied(rule: Rule) -> None:
    assert rule.passing
    assert rule.failing
    for example, passes in samples(rule):
        found = ask(rule, example, view(example, applied=True))
        assert verdict(found) in (("pass", "not applicable") if passes else ("fail",)), (example, found)
    passed = [ask(rule, example, view(example, applied=True)) for example, passes in samples(rule) if passes]
    assert any(verdict(found) == "pass" for found in passed), "no passing example is one that the rule applies to"


@every_rule
def test_examples_at_a_preview(rule: Rule) -> None:
    for example, passes in samples(rule):
        found = ask(rule, example, view(example, applied=False))
        outcome = verdict(found)
        assert outcome in (("pass", "not applicable", "unknown") if passes else ("fail", "unknown")), (example, found)
        if passes and outcome == "unknown":
            assert not rule.unknown_blocks, f"it would stop the first preview of what is right: {found}"
        if any(has_document(dict(item.props)) for item in view(example, applied=True).resources):
            assert not rule.unknown_blocks, "a policy with an ARN in it is one unknown text before the first apply"


@every_rule
@pytest.mark.parametrize("write", [as_texts, one_for_a_list, policies_as_texts])
def test_examples_as_people_write_them(rule: Rule, write: Callable[[Any], Any]) -> None:
    for example, _ in samples(rule):
        seen = view(example, applied=True)
        found = ask(rule, example, rewritten(seen, write))
        assert verdict(found) == verdict(ask(rule, example, seen)), (example, found)


@every_rule
def test_no_odd_value_makes_it_raise_and_no_unknown_one_changes_its_mind(rule: Rule) -> None:
    for example, _ in samples(rule):
        seen = view(example, applied=True)
        before = {item.resource.urn: item.outcome for item in ask(rule, example, seen)}
        for number, resource in enumerate(seen.resources):
            for name in resource.props:
                for odd in ODD:
                    depends = {key: urns for key, urns in (resource.depends or {}).items() if key != name}
                    other = replace(resource, props={**resource.props, name: odd}, depends=depends)
                    listed = [*seen.resources[:number], other, *seen.resources[number + 1 :]]
                    found = ask(rule, example, View(seen.stack, seen.source, listed, seen.changes))
                    assert not [item for item in found if item.outcome == "error"], (name, odd, found)
                    if odd is UNKNOWN:
                        after = {item.resource.urn: item.outcome for item in found}
                        for urn, outcome in before.items():
                            wrong = "pass" if outcome == "fail" else "fail"
                            assert after.get(urn, "pass") != wrong, (resource.name, name, found)


@every_rule
def test_what_it_reads_and_what_its_examples_set_is_in_the_sdk(rule: Rule) -> None:
    seen: set[Read] = set()
    with traced(seen):
        for example, _ in samples(rule):
            ask(rule, example, view(example, applied=True))
    given = {
        (item.kind, name)
        for example, _ in samples(rule)
        for item in view(example, applied=True).resources
        for name in item.props
    }
    assert [problem for problem in map(missing, sorted(seen | given)) if problem] == []
    for token in rule.types:
        if token != "*" and not token.startswith(PROVIDER):
            assert properties_of(token)
