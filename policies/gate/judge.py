"""From views to a result: every rule over every stack, then waivers and enforcement."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from model.types import PROVIDER, STACK, canonical
from model.view import View
from policies.discovery import rules as all_rules
from policies.evaluate import Finding, Parameters, evaluate
from policies.examples import Example, Given
from policies.gate import waivers as waiving
from policies.gate.result import Coverage, Judged, Result, Status
from policies.gate.waivers import Waiver
from policies.rule import ANY, Rule, Severity
from policies.settings import PolicySettings


def judge(
    views: Mapping[str, View],
    rules: Sequence[Rule],
    settings: PolicySettings,
    waivers: Sequence[Waiver],
    today: date,
    *,
    environments: Mapping[str, str],
    account: bool = False,
    recommended: bool = True,
    complete: bool = False,
    fail_on: Severity | None = None,
) -> Result:
    """`environments`: stack → environment. `complete`: all rules over all stacks, so that an unused waiver shows."""
    findings: list[tuple[str, Finding]] = []
    together: dict[str, list[View]] = {}
    for stack, view in views.items():
        environment = environments.get(stack, "production")
        asked = [rule for rule in rules if settings.level(rule, environment) != "disabled"]
        parameters = Parameters(environment, account, recommended, settings.values)
        alone = [rule for rule in asked if not rule.across]
        findings.extend((stack, finding) for finding in evaluate(view, alone, parameters))
        together.setdefault(environment, []).append(view)
    for environment, those in together.items():
        spanning = [rule for rule in rules if rule.across and settings.level(rule, environment) != "disabled"]
        parameters = Parameters(environment, account, recommended, settings.values)
        owner = {resource.urn: view.stack for view in those for resource in view.resources}
        found = evaluate(View.joined(those), spanning, parameters)
        findings.extend((owner[finding.resource.urn], finding) for finding in found)
    open_ = [(stack, finding) for stack, finding in findings if finding.outcome in ("fail", "unknown")]
    faults = tuple(waiving.faults(waivers, open_, today, complete=complete))
    holding = [waiver for waiver in waivers if waiver not in [fault.waiver for fault in faults]]
    judged = [
        _judged(stack, finding, settings, environments.get(stack, "production"), holding) for stack, finding in findings
    ]
    return Result(
        tuple(sorted(judged, key=lambda item: item.order)),
        faults,
        coverage(views.values()),
        len(rules),
        tuple(views),
        fail_on,
    )


def against(result: Result, before: Result, base: str) -> Result:
    """The same result, seen from an older one: what was there is not new, what is gone is fixed."""
    old = {item.identity for item in before.of("fail", "unknown")}
    now = {item.identity for item in result.of("fail", "unknown", "waived")}
    judged = tuple(replace(item, new=item.identity not in old) for item in result.judged)
    fixed = tuple(item for item in before.of("fail") if item.identity not in now)
    return replace(result, judged=judged, base=base, fixed=fixed)


def coverage(views: Iterable[View]) -> Coverage:
    """What the rules know of these stacks. Components, stacks and providers are no resources of a cloud."""
    known = known_types()
    count, unknown = 0, Counter[str]()
    for view in views:
        for resource in view.resources:
            if not resource.custom or resource.kind.startswith(PROVIDER) or resource.kind == STACK:
                continue
            count += 1
            if resource.kind not in known:
                unknown[resource.type] += 1
    return Coverage(count, dict(sorted(unknown.items())))


@cache
def known_types() -> frozenset[str]:
    """Types that some rule is about, or looks at: the examples name them all."""
    return frozenset().union(*(looks_at(rule) for rule in all_rules()))


@cache
def looks_at(rule: Rule) -> frozenset[str]:
    """Canonical types that a rule is about, and those of its examples."""
    found = {canonical(token) for token in rule.types if token != ANY}
    for sample in (*rule.passing, *rule.failing):
        given = sample.resources if isinstance(sample, Example) else (sample,)
        found.update(canonical(item.type) for item in given if isinstance(item, Given))
    return frozenset(found)


def _judged(
    stack: str, finding: Finding, settings: PolicySettings, environment: str, waivers: Sequence[Waiver]
) -> Judged:
    status: Status = finding.outcome
    waiver = None
    if status in ("fail", "unknown"):
        waiver = next((item for item in waivers if item.covers(finding, stack)), None)
        status = "waived" if waiver else status
    return Judged(finding, stack, status, settings.level(finding.rule, environment), waiver)
