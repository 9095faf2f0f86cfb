"""How strictly a rule holds: its severity says so by environment, and the settings may say otherwise."""

from typing import Literal

from policies.case import PRODUCTION
from policies.rule import Rule

Enforcement = Literal["mandatory", "advisory", "disabled"]
"""Pulumi's own words."""

MANDATORY = {
    ("hipaa", "production"): ("critical", "high", "medium"),
    ("hipaa", "elsewhere"): ("critical", "high"),
    ("cost", "production"): ("critical", "high"),
    ("cost", "elsewhere"): ("critical", "high"),
}
"""Pack and environment → severities that stop a change."""


def default(rule: Rule, environment: str) -> Enforcement:
    """Where nobody said otherwise. What is only recommended never stops a change by itself."""
    if rule.level == "recommended":
        return "advisory"
    place = "production" if environment.lower() in PRODUCTION else "elsewhere"
    return "mandatory" if rule.severity in MANDATORY[rule.pack, place] else "advisory"
