"""Cloudflare: a zone's own rules at the edge: what they stop, how often one may ask, and bots."""

from policies.case import Check
from policies.edge import BALANCER, RECORD, for_every_host
from policies.edge_rulesets import (
    CUSTOM_PHASE,
    RATE_PHASE,
    RULESET,
    STOPS,
    for_some_request,
    has_rule,
    in_python,
    in_yaml,
)
from policies.examples import Given, example
from policies.rule import Fix, Rule, Severity
from policies.vocabulary import all_of, any_of, at_least, one_of, true

BOTS = "cloudflare:index/botManagement:BotManagement"

_HOST = "app.example.com"
_EDGE = Given(BALANCER, "edge", {"zoneId": "a-zone", "proxied": True, "name": _HOST})
_RATE = {"characteristics": ["ip.src"], "period": 60, "requestsPerPeriod": 600, "mitigationTimeout": 60}


def _ruleset(phase: str, *rules: dict[str, object], zone: str = "a-zone") -> Given:
    given = [{"expression": "true", **rule} for rule in rules]
    return Given(RULESET, "rules", {"zoneId": zone, "kind": "zone", "phase": phase, "rules": given})


def _own(
    id: str,
    severity: Severity,
    phase: str,
    check: Check,
    texts: tuple[str, str, str],
    right: tuple[dict[str, object], ...],
    wrong: tuple[dict[str, object], ...],
    fix: tuple[str, str],
) -> Rule:
    """A rule that a zone's own ruleset of a phase stops something; `right` and `wrong` are rules in it."""
    what, why, lacks = texts
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
            f"Declare a zone ruleset of the phase {phase} with such a rule.",
            python=in_python(phase, fix[0]),
            yaml=in_yaml(phase, fix[1]),
        ),
        check=for_every_host(
            RULESET,
            has_rule(phase, all_of(check, for_some_request), lacks),
            f"ruleset of the phase {phase} with {lacks}",
        ),
        passing=(
            *(example(_EDGE, _ruleset(phase, rule)) for rule in right),
            example(_EDGE, _ruleset(phase, {**right[0], "expression": f'http.host eq "{_HOST}"'})),
            example(_EDGE, _ruleset(phase, {**right[0], "expression": 'http.request.uri.path eq "/login"'})),
            example(Given(RECORD, "www", {"zoneId": "a-zone", "proxied": False})),
        ),
        failing=(
            example(_EDGE),
            *(example(_EDGE, _ruleset(phase, rule)) for rule in wrong),
            example(_EDGE, _ruleset(phase, {**right[0], "enabled": False})),
            example(_EDGE, _ruleset(phase, {**right[0], "expression": 'http.host eq "b.example.com" and true'})),
            example(_EDGE, _ruleset(phase, {**right[0], "expression": "not true"})),
            example(_EDGE, _ruleset(phase, right[0], zone="another-zone")),
        ),
    )


RATE_LIMIT = _own(
    "cf-rate-limit",
    "medium",
    RATE_PHASE,
    all_of(
        one_of("action", *STOPS),
        at_least("ratelimit.period", 1),
        any_of(at_least("ratelimit.requestsPerPeriod", 1), at_least("ratelimit.scorePerPeriod", 1)),
    ),
    (
        "Requests that come too often are stopped at the edge.",
        "Guessing passwords takes many requests, and so does keeping the service from everybody else.",
        "an action that stops, and a number of requests in ratelimit",
    ),
    ({"action": "block", "ratelimit": _RATE}, {"action": "managed_challenge", "ratelimit": _RATE}),
    (
        {"action": "log", "ratelimit": _RATE},
        {"action": "block"},
        {"action": "block", "ratelimit": {"characteristics": ["ip.src"], "period": 60}},
        {"action": "block", "ratelimit": {"characteristics": ["ip.src"], "requestsPerPeriod": 600}},
    ),
    (
        '{"action": "block", "expression": "true", "ratelimit": {"characteristics": ["cf.colo.id", "ip.src"], '
        '"period": 60, "requests_per_period": 600, "mitigation_timeout": 60}}',
        '{action: block, expression: "true", ratelimit: {characteristics: [cf.colo.id, ip.src], period: 60, '
        "requestsPerPeriod: 600, mitigationTimeout: 60}}",
    ),
)
CUSTOM_BLOCK = _own(
    "cf-custom-block-rules",
    "low",
    CUSTOM_PHASE,
    one_of("action", *STOPS),
    (
        "The zone has rules of its own that stop requests which the service never expects.",
        "What nobody may ask for (a method, a path, a country) is refused before it reaches the service.",
        "an action that stops",
    ),
    ({"action": "block"}, {"action": "js_challenge"}),
    ({"action": "log"}, {"action": "skip", "actionParameters": {"ruleset": "current"}}),
    (
        '{"action": "block", "expression": "http.request.method in {\\"TRACE\\" \\"CONNECT\\"}"}',
        '{action: block, expression: \'http.request.method in {"TRACE" "CONNECT"}\'}',
    ),
)


BOT_FIGHT = Rule(
    id="cf-bot-fight",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(BOTS,),
    what="Where a zone says how it treats bots, it stops those that certainly are some.",
    why="Programs try stolen passwords by the thousand; a challenge costs them more than a person.",
    fix=Fix(
        'Set fight_mode, or (from Pro on) sbfm_definitely_automated to "block" or "managed_challenge".',
        python='sbfm_definitely_automated="managed_challenge"',
        yaml="sbfmDefinitelyAutomated: managed_challenge",
    ),
    check=any_of(true("fightMode"), one_of("sbfmDefinitelyAutomated", "block", "managed_challenge")),
    passing=(
        {"fightMode": True},
        {"sbfmDefinitelyAutomated": "block"},
        {"fightMode": False, "sbfmDefinitelyAutomated": "managed_challenge"},
    ),
    failing=(
        {},
        {"fightMode": False},
        {"sbfmDefinitelyAutomated": "allow"},
        {"enableJs": True, "sbfmLikelyAutomated": "block"},
    ),
)
