"""SARIF 2.1.0, for code scanning: rules with their help, results with their lines, waivers as suppressions."""

import hashlib
import json
from typing import Any

from policies.gate.result import Judged, Result
from policies.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SECURITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}
"""GitHub's scale for `security-severity`: above 9 critical, 7 high, 4 medium."""


def render(result: Result, *, show_passes: bool = False) -> str:
    items = [*result.shown, *(result.of("pass") if show_passes else [])]
    rules = sorted({item.finding.rule.id: item.finding.rule for item in items}.values(), key=lambda rule: rule.id)
    index = {rule.id: position for position, rule in enumerate(rules)}
    errors = [_notification(item) for item in result.errors]
    errors += [{"level": "error", "message": {"text": str(fault)}} for fault in result.faults]
    invocation: dict[str, Any] = {"executionSuccessful": not result.errors}
    if errors:
        invocation["toolExecutionNotifications"] = errors
    run = {
        "tool": {"driver": {"name": "lifeline", "rules": [_rule(rule) for rule in rules]}},
        "invocations": [invocation],
        "results": [_result(result, item, index) for item in items if item.status != "error"],
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    cited = f"\n\nCited: {', '.join(rule.citations)}" if rule.citations else ""
    text = f"{rule.why} {rule.fix.text}"
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": f"{text}{cited}\n\n```python\n{rule.fix.python}\n```"},
        "defaultConfiguration": {"level": "error" if rule.severity in ("critical", "high") else "warning"},
        "properties": {
            "tags": ["security" if rule.pack == "hipaa" else "cost", rule.pack, rule.level, *rule.citations],
            "security-severity": SECURITY[rule.severity],
            "precision": "high",
        },
    }


def _result(result: Result, item: Judged, index: dict[str, int]) -> dict[str, Any]:
    rule, resource = item.finding.rule, item.finding.resource
    location: dict[str, Any] = {
        "logicalLocations": [{"name": resource.name, "fullyQualifiedName": resource.urn, "kind": "resource"}]
    }
    if resource.location:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": resource.location.file},
            "region": {"startLine": resource.location.line},
        }
    kind = {"pass": "pass", "unknown": "open"}.get(item.status, "fail")
    level = "none" if kind == "pass" else "error" if result.stops(item) else "warning"
    found: dict[str, Any] = {
        "ruleId": rule.id,
        "ruleIndex": index[rule.id],
        # SARIF allows a level other than "none" only for what fails; "open" is not decided.
        "kind": kind,
        "level": level if kind == "fail" else "none",
        "message": {"text": f"{item.stack}: {resource.name}: {item.finding.message or rule.what}"},
        "locations": [location],
        "partialFingerprints": {"finding/v1": _fingerprint(item)},
    }
    if item.waiver:
        found["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{item.waiver.reason} ({item.waiver.owner}, {item.waiver.ticket}, "
                f"until {item.waiver.expires})",
            }
        ]
    return found


def _notification(item: Judged) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": item.finding.message},
        "associatedRule": {"id": item.finding.rule.id},
    }


def _fingerprint(item: Judged) -> str:
    return hashlib.sha256("\n".join(item.identity).encode()).hexdigest()[:32]
