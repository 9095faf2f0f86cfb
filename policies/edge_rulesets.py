"""Cloudflare's rulesets: which requests a rule is about, tried with ordinary requests instead of looking at names."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, Malformed, UnknownMet, items, truth
from model.view import View
from policies.case import Case, Check
from policies.edge import ZONE, place
from policies.edge_language import Unreadable, holds
from policies.edge_terms import Request
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown

RULESET = "cloudflare:index/ruleset:Ruleset"
MANAGED_PHASE, CUSTOM_PHASE = "http_request_firewall_managed", "http_request_firewall_custom"
RATE_PHASE, CACHE_PHASE = "http_ratelimit", "http_request_cache_settings"
STOPS = ("block", "challenge", "js_challenge", "managed_challenge")
"""Actions that stop a request, or ask who sends it."""

NOWHERE = "a-host.invalid"
"""A host that no rule names."""
_BROWSER, _PROGRAM = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "fhir-client/1.0"


def request(host: str | None, path: str = "/", method: str = "GET", **other: Any) -> Request:
    """An ordinary request. What differs from one to the next (scores, headers, cookies) is left open.

    `host` is None where it is not known.
    """
    name = path.rsplit("/", 1)[-1]
    return {
        **({} if host is None else {"http.host": host, "http.request.full_uri": f"https://{host}{path}"}),
        "http.request.method": method,
        "http.request.uri": path,
        "http.request.uri.path": path,
        "http.request.uri.path.extension": name.rpartition(".")[2] if "." in name else "",
        "http.request.uri.query": "",
        "raw.http.request.uri": path,
        "raw.http.request.uri.path": path,
        "http.request.version": "HTTP/2",
        "http.user_agent": _BROWSER,
        "http.referer": "",
        "ssl": True,
        "cf.client.bot": False,
        "cf.tls_version": "TLSv1.3",
        "ip.src": "198.51.100.7",
        "ip.src.country": "US",
        "ip.geoip.country": "US",
        **other,
    }


def ordinary(host: str | None) -> tuple[Request, ...]:
    """Requests that have little in common but the host: a rule that is true of all is true of every one."""
    abroad = {"ip.src": "203.0.113.9", "ip.src.country": "DE", "ip.geoip.country": "DE"}
    return (
        request(host),
        request(host, "/api/v1/orders", "POST", **{"http.user_agent": _PROGRAM}, **abroad),
        request(host, "/fhir/Patient/1", **{"ip.src": "2001:db8::7"}),
        request(host, "/a-path-of-no-rule/file.pdf", **abroad),
    )


def covers(expression: Any, host: str | None) -> bool:
    """Whether it is true of every request for the host. Raises UnknownMet, Malformed, Unreadable."""
    text = _text(expression)
    answers = {holds(text, one) for one in ordinary(host)}
    if host is None and False not in answers and None in answers:
        raise UnknownMet("name")
    return answers == {True}


def reaches(expression: Any, host: str | None) -> bool:
    """Whether it may be true of some request for the host. Raises UnknownMet, Malformed, Unreadable."""
    return holds(_text(expression), {} if host is None else {"http.host": host}) is not False


def _text(expression: Any) -> str:
    if expression is UNKNOWN:
        raise UnknownMet("expression")
    if not isinstance(expression, str):
        raise Malformed("expression", "a text is expected")
    return expression


def enabled_rules(ruleset: Resource) -> Iterator[tuple[str, Any]]:
    """(path, rule) of every rule that is not switched off. Raises UnknownMet, Malformed."""
    for index, rule in enumerate(items(ruleset.at("rules"))):
        path = f"rules[{index}]"
        if rule is UNKNOWN:
            raise UnknownMet(path)
        if not hasattr(rule, "get"):
            raise Malformed(path, "an object is expected")
        if truth(rule.get("enabled")) is not False:
            yield path, rule


def host(view: View, published: Resource) -> str | None:
    """The host that a record, a load balancer or a zone publishes.

    None where it is a short name (`www`), and the zone's name is not known. Raises UnknownMet.
    """
    name = published.at("name")
    if name is UNKNOWN:
        raise UnknownMet("name")
    if not isinstance(name, str) or not name.strip():
        return NOWHERE
    found, here = name.strip().lower().rstrip("."), place(view, published)
    zones = [zone.at("name") for zone in view.of(ZONE) if place(view, zone).same(here)]
    zone = next((text.lower() for text in zones if isinstance(text, str)), "")
    if zone and not (found == zone or found.endswith(f".{zone}")):
        return zone if found == "@" else f"{found}.{zone}"
    return found if "." in found else None


def has_rule(phase: str, check: Check, lacks: str) -> Callable[[Resource], Check]:
    """For `for_every_host`: a ruleset of the phase has an enabled rule that passes `check`.

    The check's paths start at the rule; its parameter `host` is the host.
    """

    def about(published: Resource) -> Check:
        def some(case: Case) -> Verdict:
            if not of_phase(case, phase):
                return NOT_APPLICABLE
            wrong, unclear = "", None
            for path, rule in enabled_rules(case.resource):
                inside = case.inside(rule, path)
                inside.parameters = {**case.parameters, "host": host_for(rule, case.view, published)}
                verdict = readable(check)(inside)
                if verdict.outcome == "pass":
                    return PASS
                if verdict.outcome == "unknown":
                    unclear = verdict
                elif verdict.outcome == "fail":
                    wrong = wrong or verdict.message
            return unclear or fail(wrong or f"it has no rule with {lacks}", "rules")

        return some

    return about


def of_phase(case: Case, phase: str) -> bool:
    """Whether the ruleset is one of the phase. Raises UnknownMet."""
    given = case.at("phase")
    if given is UNKNOWN:
        raise UnknownMet("phase")
    return str(given).strip().lower() == phase


def host_for(rule: Any, view: View, published: Resource) -> str | None:
    """As `host`; a short name as the rule spells it out, where the zone's name is not known."""
    known = host(view, published)
    expression = rule.get("expression")
    if known is not None or not isinstance(expression, str):
        return known
    short = str(published.at("name")).strip().lower()
    return next((word for word in re.findall(r'"([^"]+)"', expression.lower()) if word.startswith(f"{short}.")), None)


def readable(check: Check) -> Check:
    """The check, where an expression that cannot be read makes the verdict unknown: no guess, and no false pass."""

    def read(case: Case) -> Verdict:
        try:
            return check(case)
        except Unreadable as error:
            return unknown(f"{case.where('expression')} cannot be read: {error}", case.where("expression"))

    return read


def for_every_request(case: Case) -> Verdict:
    """Of a rule: its expression is true of every request for the host."""
    if covers(case.at("expression"), case.value("host")):
        return PASS
    where = case.where("expression")
    return fail(f"{where} is not true of every request for {case.value('host') or 'the host'}", where)


def for_some_request(case: Case) -> Verdict:
    """Of a rule: its expression can be true of a request for the host."""
    if reaches(case.at("expression"), case.value("host")):
        return PASS
    where = case.where("expression")
    return fail(f"{where} is true of no request for {case.value('host') or 'the host'}", where)


def in_python(phase: str, rule: str) -> str:
    """A zone's ruleset with one rule, for a fix."""
    return f'cloudflare.Ruleset("edge", zone_id=zone_id, kind="zone", name="edge", phase="{phase}", rules=[{rule}])'


def in_yaml(phase: str, rule: str) -> str:
    """The same in YAML."""
    return (
        "type: cloudflare:Ruleset\nproperties:\n  zoneId: ${zone.id}\n  kind: zone\n  name: edge\n"
        f"  phase: {phase}\n  rules:\n    - {rule}"
    )
