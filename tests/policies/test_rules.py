"""Every rule is in the catalogue, as it says there, and is documented."""

import ast
import re
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from model.types import canonical
from policies import discovery
from policies.discovery import rules
from policies.rule import Pack, Rule
from tests.policies.catalogue import ENTRIES, level

ROOT = Path(__file__).parents[2]

every_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)


@every_rule
def test_it_is_what_the_catalogue_says(rule: Rule) -> None:
    if rule.scope == "plan":
        assert rule.id.startswith("plan-")
        assert rule.id not in ENTRIES
        return
    if rule.across:  # what no tool of the field looks at: more than one stack
        assert rule.id.startswith("path-") and rule.level == "recommended"
        assert rule.id not in ENTRIES
        return
    entry = ENTRIES[rule.id]
    said = (entry["kind"], entry["severity"], entry["scope"], level(entry))
    assert (rule.pack, rule.severity, rule.scope, rule.level) == said
    if entry["hipaa_basis"] == "mapped":
        assert {*rule.citations, *rule.also_cited} == set(entry["hipaa"])
        assert list(rule.citations) == entry["hipaa_consensus"]
    else:
        assert rule.citations == rule.also_cited == ()


@every_rule
def test_it_is_documented(rule: Rule) -> None:
    for text in (rule.what, rule.why, rule.fix.text):
        assert text.endswith("."), text
        assert len(text) > 20, text
    assert isinstance(yaml.safe_load(rule.fix.yaml), dict | list), "the fix is no YAML"
    try:
        ast.parse(rule.fix.python)
    except SyntaxError:
        ast.parse(f"f({textwrap.dedent(rule.fix.python)})")  # arguments
    assert len({parameter.name for parameter in rule.parameters}) == len(rule.parameters)
    for parameter in rule.parameters:
        assert parameter.what.endswith(".")
    assert all(token == canonical(token) for token in rule.types), "types are given by their canonical token"


@pytest.mark.parametrize("pack", discovery.PACKS)
def test_it_stands_in_its_pack_under_a_name_of_its_own(pack: Pack) -> None:
    for module in discovery.modules(pack):
        listed = discovery.of(module)
        assert listed, f"{module.__name__} holds no rule"
        assert {rule.pack for rule in listed} == {pack}


def test_a_second_rule_of_the_same_id_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = ModuleType("twice")
    twice.__dict__["AGAIN"] = rules()[0]
    real = discovery.modules
    monkeypatch.setattr(discovery, "modules", lambda pack: [*real(pack), twice])
    discovery.rules.cache_clear()
    try:
        with pytest.raises(discovery.DuplicateRule, match=discovery.of(twice)[0].id):
            discovery.rules()
    finally:
        discovery.rules.cache_clear()


def test_pages_that_count_the_rules_count_them_right() -> None:
    for page in ("README.md", "docs/gate.md"):
        counted = re.search(r"(\d+) (HIPAA and cost )?rules", (ROOT / page).read_text())
        assert counted is not None and int(counted[1]) == len(rules()), page
