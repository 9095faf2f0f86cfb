"""Cloudflare: what the edge may keep."""

from model.resource import Resource
from model.values import UnknownMet, truth
from policies.case import Case, Check
from policies.edge import BALANCER, RECORD, for_every_host
from policies.edge_language import holds
from policies.edge_rulesets import (
    CACHE_PHASE,
    CUSTOM_PHASE,
    RULESET,
    enabled_rules,
    host_for,
    in_python,
    in_yaml,
    of_phase,
    readable,
    request,
)
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail

_BELOW = ("", "/Patient/1", "/Binary/1.pdf")
"""The path itself, a record, and a file whose ending the edge keeps by default."""


def _never_kept(published: Resource) -> Check:
    """Of a ruleset: what it says last of requests below every path is that they are not kept."""

    def decides(case: Case) -> Verdict:
        if not of_phase(case, CACHE_PHASE):
            return NOT_APPLICABLE
        for prefix in case.value("paths"):
            for below in _BELOW:
                path = f"{str(prefix).rstrip('/')}{below}" or "/"
                if _kept(case, published, path):
                    return fail(f"no rule decides that {path} is never kept", "rules")
        return PASS

    return readable(decides)


def _kept(case: Case, published: Resource, path: str) -> bool:
    """Whether the edge may keep it: the last rule that is true of a request decides, and without one its default."""
    kept = True
    for where, rule in enabled_rules(case.resource):
        inside = case.inside(rule, where)
        value = truth(inside.at("actionParameters.cache"))
        if value is None:
            continue
        expression = inside.at("expression")
        if not isinstance(expression, str):
            raise UnknownMet(f"{where}.expression")
        matches = holds(expression, request(host_for(rule, case.view, published), path))
        if matches is True:
            kept = value
        elif matches is None and value:
            kept = True
    return kept


_HOST = "app.example.com"
_EDGE = Given(BALANCER, "edge", {"zoneId": "a-zone", "proxied": True, "name": _HOST})


def _rule(expression: str, keep: bool, **other: object) -> dict[str, object]:
    given = {"action": "set_cache_settings", "expression": expression, "actionParameters": {"cache": keep}}
    return {**given, **other}


def _rules(*rules: dict[str, object], phase: str = CACHE_PHASE, zone: str = "a-zone") -> Given:
    return Given(RULESET, "cache", {"zoneId": zone, "kind": "zone", "phase": phase, "rules": list(rules)})


_BYPASS = _rule('starts_with(http.request.uri.path, "/api") or starts_with(http.request.uri.path, "/fhir")', False)
_FILES = _rule('http.request.uri.path.extension in {"pdf" "css"}', True)

CACHE_BYPASS = Rule(
    id="cf-cache-bypass-phi",
    pack="hipaa",
    severity="high",
    scope="stack",
    level="recommended",
    once=True,
    types=(RULESET,),
    what="The edge never keeps what the API answers.",
    why="One patient's answer, kept at the edge, is given to whoever asks for the same path next.",
    fix=Fix(
        f"Bypass the cache for these paths in a zone ruleset of the phase {CACHE_PHASE}, after every rule that keeps "
        "something: the last one that matches decides.",
        python=in_python(
            CACHE_PHASE,
            '{"action": "set_cache_settings", "expression": "starts_with(http.request.uri.path, \\"/fhir\\")", '
            '"action_parameters": {"cache": False}}',
        ),
        yaml=in_yaml(
            CACHE_PHASE,
            "{action: set_cache_settings, expression: 'starts_with(http.request.uri.path, \"/fhir\")', "
            "actionParameters: {cache: false}}",
        ),
    ),
    parameters=(
        Parameter("paths", ["/api", "/fhir"], "Paths below which answers hold PHI; they begin with a slash.", "array"),
    ),
    check=for_every_host(RULESET, _never_kept, f"ruleset of the phase {CACHE_PHASE} that keeps no answer of the API"),
    passing=(
        example(_EDGE, _rules(_FILES, _BYPASS)),
        example(_EDGE, _rules(_rule("true", False))),
        example(
            _EDGE, _rules(_rule(f'http.host eq "{_HOST}"', False), _rule('http.request.uri.path eq "/logo"', True))
        ),
        example(
            _EDGE,
            _rules(_rule('http.request.uri.path matches "^/records(/|$)"', False)),
            parameters={"paths": ["/records"]},
        ),
        example(Given(RECORD, "mail", {"type": "MX"})),
    ),
    failing=(
        example(_EDGE, note="the edge's defaults keep files by their endings"),
        example(_EDGE, _rules(_rule("true", True))),
        example(_EDGE, _rules(_BYPASS, _FILES), note="a later rule keeps documents below the path"),
        example(_EDGE, _rules({**_BYPASS, "enabled": False})),
        example(_EDGE, _rules(_rule('starts_with(http.request.uri.path, "/api")', False)), note="not below /fhir"),
        example(_EDGE, _rules(_rule('http.request.uri.path eq "/fhir"', False)), parameters={"paths": ["/fhir"]}),
        example(_EDGE, _rules(_rule('http.host eq "b.example.com"', False))),
        example(_EDGE, _rules(_rule("true", False), phase=CUSTOM_PHASE)),
        example(_EDGE, _rules(_rule("true", False), zone="another-zone")),
    ),
)
