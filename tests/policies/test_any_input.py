"""No JSON-like input makes a rule raise: whatever stands where a property is, there is a verdict."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.resource import Change, Resource
from model.types import STACK, canonical
from model.values import UNKNOWN
from model.view import View
from policies.discovery import rules
from policies.evaluate import Parameters, evaluate
from policies.examples import view, whole

RULES = {rule.id: rule for rule in rules()}
WORDS = (
    "",
    "*",
    "0.0.0.0/0",
    "true",
    "-1",
    "arn:aws:s3:::a/*",
    "{",
    '{"Statement":[]}',
    '[{"Effect":"Allow"}]',
    "alias/",
)
KEYS = (
    "Statement",
    "Effect",
    "Action",
    "Principal",
    "Condition",
    "Resource",
    "cidrBlocks",
    "fromPort",
    "toPort",
    "rules",
)


def _unknown() -> object:
    """In a function, since Hypothesis looks at constants, and this one lets nobody."""
    return UNKNOWN


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=8)
    | st.sampled_from(WORDS)
    | st.builds(_unknown),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


def known_names() -> dict[str, tuple[str, ...]]:
    """Type → the top-level properties that the rules' examples give it."""
    found: dict[str, set[str]] = {}
    for rule in RULES.values():
        for sample in (*rule.passing, *rule.failing):
            for resource in view(whole(sample, rule.types[0]), applied=True).resources:
                found.setdefault(resource.type, set()).update(resource.props)
    return {kind: tuple(sorted(names)) for kind, names in found.items() if names}


NAMES = known_names()


@st.composite
def stacks(draw: st.DrawFn) -> View:
    """A few resources of types that rules look at, with anything in their properties."""
    resources = [Resource("urn:pulumi:s::p::t::s", STACK, "s", {}, custom=False)]
    for number, kind in enumerate(draw(st.lists(st.sampled_from(sorted(NAMES)), min_size=4, max_size=12))):
        props = {name: draw(VALUES) for name in NAMES[kind] if draw(st.booleans())}
        urns = st.lists(st.sampled_from([item.urn for item in resources]), max_size=2).map(tuple)
        depends = draw(st.none() | st.dictionaries(st.sampled_from(NAMES[kind]), urns, max_size=2))
        urn = f"urn:pulumi:s::p::{kind}::r{number}"
        resources.append(
            Resource(urn, kind, f"r{number}", props, depends=depends, parent=draw(st.sampled_from(resources)).urn)
        )
    changes = [Change("update", draw(st.sampled_from([None, item])), item) for item in resources[1:]]
    changes += [Change("replace", Resource(item.urn, item.type, item.name, {}), item) for item in resources[1:]]
    return View("s", "preview", resources, changes)


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(stacks(), st.sampled_from(["production", "staging"]))
def test_there_is_always_a_verdict(seen: View, environment: str) -> None:
    found = evaluate(seen, RULES.values(), Parameters(environment, account=True))
    assert [item.message for item in found if item.outcome == "error"] == []


def test_every_rule_of_a_type_is_asked_there() -> None:
    """Otherwise the test above would show nothing of a rule whose examples have no property."""
    asked = {canonical(kind) for kind in NAMES}
    silent = [
        rule.id
        for rule in RULES.values()
        if not rule.once and "*" not in rule.types and not asked & set(map(canonical, rule.types))
    ]
    assert silent == []
