"""Cloudflare: rules that let requests past the firewall."""

from model.values import UNKNOWN, UnknownMet
from policies.case import Case
from policies.edge import BALANCER, published
from policies.edge_rulesets import (
    CUSTOM_PHASE,
    MANAGED_PHASE,
    NOWHERE,
    RATE_PHASE,
    RULESET,
    covers,
    enabled_rules,
    host,
    readable,
)
from policies.examples import Example, Given, example
from policies.rule import Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail

_HOST = "app.example.com"
_EDGE = Given(BALANCER, "edge", {"zoneId": "a-zone", "proxied": True, "name": _HOST})


def _ruleset(phase: str, *rules: dict[str, object]) -> Given:
    given = [{"expression": "true", **rule} for rule in rules]
    return Given(RULESET, "rules", {"zoneId": "a-zone", "kind": "zone", "phase": phase, "rules": given})


_SKIPPED = frozenset({MANAGED_PHASE, CUSTOM_PHASE, RATE_PHASE})


def _skips_all(case: Case) -> Verdict:
    """No enabled rule skips the firewall for every request, whatever its expression looks like."""
    rules = list(enabled_rules(case.resource))
    if not rules:
        return NOT_APPLICABLE
    listed = [one for one, _ in published(case.view)]
    names = {host(case.view, one) for one in listed if one.at("name") is not UNKNOWN}
    for path, rule in rules:
        inside = case.inside(rule, path)
        action = inside.at("action")
        if action is UNKNOWN:
            raise UnknownMet(f"{path}.action")
        if str(action).strip().lower() != "skip" or not _of_the_firewall(inside):
            continue
        known = [NOWHERE, *sorted(name for name in names if name is not None)]
        name = next((one for one in known if covers(inside.at("expression"), one)), None)
        if name is not None:
            whom = "every request" if name == NOWHERE else f"every request for {name}"
            return fail(f"{path} skips the firewall for {whom}", f"{path}.expression")
        if any(one.at("name") is UNKNOWN for one in listed):
            raise UnknownMet(f"{path}.expression")
    return PASS


def _of_the_firewall(case: Case) -> bool:
    """Whether a skip is about firewall or rate limits, and not about a small product such as hotlinks alone."""
    parameters = "actionParameters"
    phases = {str(item).strip().lower() for item in case.at(f"{parameters}.phases[*]") or ()}
    products = {str(item).strip().lower() for item in case.at(f"{parameters}.products[*]") or ()}
    return bool(
        phases & _SKIPPED
        or "waf" in products
        or case.at(f"{parameters}.ruleset")
        or case.at(f"{parameters}.rulesets[*]")
    )


def _skip(expression: str, **parameters: object) -> Example:
    rule: dict[str, object] = {
        "action": "skip",
        "expression": expression,
        "actionParameters": parameters or {"phases": [MANAGED_PHASE]},
    }
    return example(_EDGE, _ruleset(CUSTOM_PHASE, rule))


NO_SKIP_ALL = Rule(
    id="cf-no-skip-all",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(RULESET,),
    what="No rule lets every request past the firewall.",
    why="A skip that is true of everything switches the firewall off, while its rules still look as if they held.",
    fix=Fix(
        "Let the expression of a rule with the action skip name what it is for, or set enabled to false.",
        python='rules=[{"action": "skip", "expression": "ip.src in {192.0.2.0/24}", '
        '"action_parameters": {"phases": ["http_ratelimit"]}}]',
        yaml='rules:\n  - action: skip\n    expression: "ip.src in {192.0.2.0/24}"\n'
        "    actionParameters: {phases: [http_ratelimit]}",
    ),
    # Wider than the catalogue's expression "true": what is true of every ordinary request is the same hole.
    check=readable(_skips_all),
    passing=(
        _skip("ip.src in {192.0.2.0/24}"),
        _skip('http.request.uri.path eq "/health"', ruleset="current"),
        _skip("true", products=["bic", "hot"]),
        _skip("cf.client.bot"),
        example(
            _ruleset(CUSTOM_PHASE, {"action": "skip", "enabled": False, "actionParameters": {"ruleset": "current"}})
        ),
        example(_ruleset(CUSTOM_PHASE, {"action": "block"})),
    ),
    failing=(
        _skip("true"),
        _skip("(true)", ruleset="current"),
        _skip(f'http.host eq "{_HOST}"', phases=[RATE_PHASE, MANAGED_PHASE]),
        _skip('http.host ne ""', products=["waf"]),
        _skip("ip.src in {0.0.0.0/0 ::/0}"),
        _skip('starts_with(http.request.uri.path, "/") or cf.client.bot'),
        _skip("not (ip.src eq 192.0.2.1)", rulesets=["efb7b8c949ac4650a09736fc376e9aee"]),
        _skip('http.request.uri.path wildcard "*"'),
    ),
)
