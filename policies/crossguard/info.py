"""What the engine is told of a pack: every rule with its severity, controls, parameters, mending and page."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as protocol

from policies import discovery
from policies.enforcement import Enforcement
from policies.rule import Pack, Rule

SEVERITIES = {
    "low": protocol.POLICY_SEVERITY_LOW,
    "medium": protocol.POLICY_SEVERITY_MEDIUM,
    "high": protocol.POLICY_SEVERITY_HIGH,
    "critical": protocol.POLICY_SEVERITY_CRITICAL,
}
LEVELS: dict[Enforcement, Any] = {
    "advisory": protocol.ADVISORY,
    "mandatory": protocol.MANDATORY,
    "disabled": protocol.DISABLED,
}
DISPLAY: dict[Pack, str] = {"hipaa": "Lifeline: HIPAA Security Rule", "cost": "Lifeline: cost"}


def of_pack(pack: Pack, rules: Iterable[Rule], level: Any, version: str) -> Any:
    """`level(rule)` is its enforcement where the user said nothing."""
    return protocol.AnalyzerInfo(
        name=f"lifeline-{pack}",
        displayName=DISPLAY[pack],
        version=version,
        supportsConfig=True,
        policies=[_of_rule(rule, level(rule)) for rule in rules],
    )


def _of_rule(rule: Rule, level: Enforcement) -> Any:
    whole_stack = rule.once or rule.scope in ("stack", "account")
    return protocol.PolicyInfo(
        name=rule.id,
        displayName=rule.what.removesuffix("."),
        description=f"{rule.what} {rule.why}",
        enforcementLevel=LEVELS[level],
        policy_type=protocol.POLICY_TYPE_STACK if whole_stack else protocol.POLICY_TYPE_RESOURCE,
        severity=SEVERITIES[rule.severity],
        framework=_framework(rule),
        tags=[rule.pack, rule.level],
        remediation_steps=f"{rule.fix.text}\n\nPython:\n{rule.fix.python}\n\nYAML:\n{rule.fix.yaml}",
        url=page(rule),
        configSchema=_schema(rule),
    )


def page(rule: Rule) -> str:
    """Where it is documented, from the root of the repository."""
    return _pages()[rule.id]


@cache
def _pages() -> dict[str, str]:
    """As `policies.document` writes them: one page a file of rules."""
    return {
        rule.id: f"docs/rules/{pack}-{module.__name__.rsplit('.', 1)[-1].replace('_', '-')}.md#{rule.id}"
        for pack in discovery.PACKS
        for module in discovery.modules(pack)
        for rule in discovery.of(module)
    }


def _framework(rule: Rule) -> Any:
    """Only where sources map it to HIPAA."""
    cited = [*rule.citations, *rule.also_cited]
    if not cited:
        return None
    return protocol.PolicyComplianceFramework(
        name="HIPAA Security Rule", version="45 CFR Part 164 Subpart C", reference=", ".join(cited)
    )


def _schema(rule: Rule) -> Any:
    if not rule.parameters:
        return None
    schema = protocol.PolicyConfigSchema()
    json_format.ParseDict({item.name: item.schema for item in rule.parameters}, schema.properties)
    return schema
