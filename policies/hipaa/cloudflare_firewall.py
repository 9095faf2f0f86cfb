"""Cloudflare: its managed firewall rules at the edge."""

from policies.edge import BALANCER, RECORD, ZONE, for_every_host
from policies.edge_rulesets import (
    CUSTOM_PHASE,
    MANAGED_PHASE,
    RULESET,
    for_every_request,
    has_rule,
    in_python,
    in_yaml,
)
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule, Severity
from policies.vocabulary import all_of, none_of, not_false, one_of

MANAGED, OWASP = "efb7b8c949ac4650a09736fc376e9aee", "4814384a9e5d4991b9815dcfc25d2f1f"
"""Cloudflare's own ids of its managed rules and of OWASP's core rules, the same in every zone."""

_HOST = "app.example.com"
_EDGE = Given(BALANCER, "edge", {"zoneId": "a-zone", "proxied": True, "name": _HOST})


def _ruleset(phase: str, *rules: dict[str, object], zone: str = "a-zone") -> Given:
    given = [{"expression": "true", **rule} for rule in rules]
    return Given(RULESET, "rules", {"zoneId": zone, "kind": "zone", "phase": phase, "rules": given})


def _executes(ruleset: str, **other: object) -> dict[str, object]:
    return {"action": "execute", "actionParameters": {"id": ruleset}, **other}


def _managed(id: str, severity: Severity, ruleset: str, texts: tuple[str, str, str]) -> Rule:
    """A rule that the managed phase executes a ruleset of Cloudflare for every request."""
    what, why, name = texts
    other = OWASP if ruleset == MANAGED else MANAGED
    return Rule(
        id=id,
        pack="hipaa",
        severity=severity,
        scope="stack",
        level="recommended",
        once=True,
        types=(RULESET,),
        what=what,
        why=why,
        fix=Fix(
            f"Execute {name} in a zone ruleset of the phase {MANAGED_PHASE}, for every request, without an override "
            "that switches it off (a Pro plan or above has it).",
            python=in_python(
                MANAGED_PHASE,
                '{"action": "execute", "expression": "true", "action_parameters": {"id": "' + ruleset + '"}}',
            ),
            yaml=in_yaml(
                MANAGED_PHASE, f'{{action: execute, expression: "true", actionParameters: {{id: {ruleset}}}}}'
            ),
        ),
        check=for_every_host(
            RULESET,
            has_rule(
                MANAGED_PHASE,
                all_of(
                    one_of("action", "execute"),
                    one_of("actionParameters.id", ruleset),
                    not_false("actionParameters.overrides.enabled"),
                    # An override to "log" lets through what it was meant to stop.
                    none_of("actionParameters.overrides.action", "log"),
                    for_every_request,
                ),
                f"the action execute and the id {ruleset}",
            ),
            f"ruleset of the phase {MANAGED_PHASE} that executes {name}",
        ),
        passing=(
            example(_EDGE, _ruleset(MANAGED_PHASE, _executes(other), _executes(ruleset))),
            example(_EDGE, _ruleset(MANAGED_PHASE, _executes(ruleset, expression=f'http.host eq "{_HOST}"'))),
            example(
                Given(RECORD, "www", {"zoneId": "a-zone", "proxied": True, "name": "www"}),
                _ruleset(
                    MANAGED_PHASE, _executes(ruleset, expression='(http.host in {"www.example.com" "b.example"})')
                ),
                note="a short name, spelled out in the expression",
            ),
            example(
                Given(ZONE, "zone", {"name": "example.com"}),
                Given(RECORD, "www", {"zoneId": ref("zone"), "proxied": True, "name": "www"}),
                Given(
                    RULESET,
                    "rules",
                    {
                        "zoneId": ref("zone"),
                        "phase": MANAGED_PHASE,
                        "rules": [{**_executes(ruleset), "expression": 'ends_with(http.host, ".example.com")'}],
                    },
                ),
            ),
            example(
                _EDGE,
                _ruleset(
                    MANAGED_PHASE,
                    _executes(ruleset, expression='not starts_with(http.request.uri.path, "/upload/raw")'),
                ),
                note="one path is an exception",
            ),
            example(Given(RECORD, "mail", {"type": "MX"})),
        ),
        failing=(
            example(_EDGE),
            example(_EDGE, _ruleset(MANAGED_PHASE, _executes(other))),
            example(_EDGE, _ruleset(MANAGED_PHASE, _executes(ruleset, enabled=False))),
            example(_EDGE, _ruleset(MANAGED_PHASE, _executes(ruleset, expression="false"))),
            example(_EDGE, _ruleset(MANAGED_PHASE, _executes(ruleset, expression='http.host eq "b.example.com"'))),
            example(
                _EDGE,
                _ruleset(MANAGED_PHASE, _executes(ruleset, expression='http.request.uri.path eq "/login"')),
                note="one path only",
            ),
            example(
                _EDGE,
                _ruleset(
                    MANAGED_PHASE,
                    _executes(ruleset, actionParameters={"id": ruleset, "overrides": {"enabled": False}}),
                ),
            ),
            example(
                _EDGE,
                _ruleset(
                    MANAGED_PHASE,
                    _executes(ruleset, actionParameters={"id": ruleset, "overrides": {"action": "log"}}),
                ),
            ),
            example(_EDGE, _ruleset(CUSTOM_PHASE, _executes(ruleset)), note="another phase"),
            example(_EDGE, _ruleset(MANAGED_PHASE, _executes(ruleset), zone="another-zone")),
        ),
    )


WAF_MANAGED = _managed(
    "cf-waf-managed",
    "high",
    MANAGED,
    (
        "Cloudflare's managed firewall rules look at every request for a published host.",
        "They stop exploits of known weaknesses at the edge, often before there is a patch for what runs behind it.",
        "Cloudflare's managed ruleset",
    ),
)
WAF_OWASP = _managed(
    "cf-waf-owasp",
    "medium",
    OWASP,
    (
        "OWASP's core rules look at every request for a published host.",
        "They see the forms of an attack (injection, traversal) where no rule knows the exploit yet.",
        "OWASP's core ruleset",
    ),
)
