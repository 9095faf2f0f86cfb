"""The edge: TLS and HTTPS always, nothing of a patient's cached, and only the edge reaches the sites."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from infra.settings.cdn import CdnSettings, LogPush
from policies.edge_language import holds
from tests.infra.declared import Declared, run, shipped
from tests.infra.stacks import declared

RULESET, SETTING = "cloudflare:index/ruleset:Ruleset", "cloudflare:index/zoneSetting:ZoneSetting"
RECORD, DNSSEC = "cloudflare:index/dnsRecord:DnsRecord", "cloudflare:index/zoneDnssec:ZoneDnssec"


def with_cdn(**changes: Any) -> Declared:
    settings = shipped("global")
    return run(settings.model_copy(update={"cdn": settings.cdn.model_copy(update=changes)}))


@cache
def most() -> Declared:
    """With all that the settings can ask for; run once."""
    push = LogPush(destination="s3://logs/edge?region=us-east-2&sse=AES256", ownership_challenge="token")
    return with_cdn(
        cached=("/terms",),
        countries=("US", "CA"),
        authorities=("amazon.com", "letsencrypt.org"),
        mail="none",
        log_push=push,
        event_push=push,
    )


@cache
def least() -> Declared:
    """A zone of which the program says as little as it can; run once."""
    return with_cdn(authorities=(), dnssec=False, mail="external")


def ruleset(stack: Declared, phase: str) -> list[dict[str, Any]]:
    (found,) = [item for item in stack.of(RULESET) if item.inputs["phase"] == phase]
    rules: list[dict[str, Any]] = found.inputs["rules"]
    return rules


def test_the_zone_speaks_modern_tls_and_https_only() -> None:
    found = {item.inputs["settingId"]: item.inputs["value"] for item in declared("global").of(SETTING)}
    assert found["min_tls_version"] == "1.2" and found["tls_1_3"] == "on"
    assert found["ssl"] == "strict" and found["always_use_https"] == "on"
    assert found["0rtt"] == "off"
    hsts = found["security_header"]["strict_transport_security"]
    assert hsts["enabled"] is True and hsts["max_age"] == 31536000 and hsts["include_subdomains"] is True


def decided(rules: list[dict[str, Any]], path: str, method: str = "GET") -> bool:
    """Whether a path is cached: a reading of the few expressions that the component makes; the last match decides."""
    ending = path.rsplit(".", 1)[-1] if "." in path.rsplit("/", 1)[-1] else ""
    cached = False
    for rule in rules:
        expression = rule["expression"]
        assert expression.startswith('http.host eq "nl-fhir.clinic.example.com"')
        endings = re.search(r"extension in \{(.+?)\}", expression)
        stems = re.findall(r'path eq "([^"]+)"', expression)
        matches = not endings and not stems
        if endings:
            matches = f'"{ending}"' in endings[1]
        if stems:
            matches = any(path == stem or path.startswith(f"{stem}/") for stem in stems)
        if 'method eq "GET"' in expression:
            matches = matches and method == "GET"
        if matches:
            cached = (
                rule["action_parameters"]["cache"] if "action_parameters" in rule else rule["actionParameters"]["cache"]
            )
    return cached


@pytest.mark.parametrize(
    ("path", "cached"),
    [
        ("/app.css", True),
        ("/assets/logo.svg", True),
        ("/", False),
        ("/orders/1", False),
        ("/fhir/ValueSet/1", False),
        ("/fhir/static/app.css", False),
        ("/terms/list", True),
        ("/fhir-guide", False),
    ],
)
def test_static_files_and_chosen_responses_are_cached_and_fhir_never_is(path: str, cached: bool) -> None:
    rules = ruleset(most(), "http_request_cache_settings")
    assert decided(rules, path) is cached


def test_only_reads_of_chosen_responses_are_cached() -> None:
    rules = ruleset(most(), "http_request_cache_settings")
    assert decided(rules, "/terms/list", "POST") is False


def test_the_firewall_runs_both_managed_rulesets_and_one_address_is_limited() -> None:
    stack = declared("global")
    firewall = ruleset(stack, "http_request_firewall_managed")
    assert [rule["action"] for rule in firewall] == ["execute", "execute"]
    (rate,) = ruleset(stack, "http_ratelimit")
    assert rate["action"] == "block" and rate["ratelimit"]["requestsPerPeriod"] == 600
    assert "ip.src" in rate["ratelimit"]["characteristics"]


def test_methods_and_countries_that_nobody_needs_are_refused() -> None:
    (methods,) = ruleset(declared("global"), "http_request_firewall_custom")
    assert methods["action"] == "block"
    ask = {"http.host": "nl-fhir.clinic.example.com", "http.request.method": "GET", "ip.src.country": "US"}
    assert holds(methods["expression"], ask) is False
    assert holds(methods["expression"], {**ask, "http.request.method": "TRACE"}) is True
    assert holds(methods["expression"], {**ask, "http.host": "another.example.com"}) is not True
    _, countries = ruleset(most(), "http_request_firewall_custom")
    assert holds(countries["expression"], ask) is False
    assert holds(countries["expression"], {**ask, "ip.src.country": "XX"}) is True


def test_the_edge_shows_its_certificate_to_the_sites_and_to_its_probes() -> None:
    stack = declared("global")
    pulls = stack.one("cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings")
    assert pulls.inputs["enabled"] is True
    monitor = stack.one("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor")
    assert monitor.inputs["probeZone"] == "clinic.example.com"


def test_a_zone_that_others_configure_is_left_alone() -> None:
    stack = with_cdn(zone="external")
    assert stack.of(SETTING) == stack.of(RULESET) == stack.of(DNSSEC) == []
    assert {item.inputs["type"] for item in stack.of(RECORD)} == {"CNAME"}, "those that validate certificates"
    assert stack.of("cloudflare:index/loadBalancer:LoadBalancer")


def records(stack: Declared, type: str) -> list[Mapping[str, Any]]:
    return [item.inputs for item in stack.of(RECORD) if item.inputs["type"] == type]


def test_the_zone_says_who_issues_its_certificates_and_is_signed() -> None:
    stack = most()
    # What waits for nothing is registered in any order.
    issued = sorted((record["data"] for record in records(stack, "CAA")), key=lambda data: str(data["value"]))
    assert issued == [
        {"flags": 0, "tag": "issue", "value": "amazon.com"},
        {"flags": 0, "tag": "issue", "value": "letsencrypt.org"},
    ]
    signed = stack.one(DNSSEC)
    assert signed.inputs["status"] == "active"
    assert signed.protect, "without it, and with a DS at the registrar, nobody finds the zone"
    assert least().of(DNSSEC) == []
    assert records(least(), "CAA") == []


def test_a_domain_without_mail_says_so_and_one_with_mail_is_left_alone() -> None:
    stack = most()
    texts = {record["name"]: record["content"] for record in records(stack, "TXT")}
    assert texts["clinic.example.com"] == '"v=spf1 -all"'
    assert "p=reject" in texts["_dmarc.clinic.example.com"]
    (mx,) = records(stack, "MX")
    assert (mx["content"], mx["priority"]) == (".", 0)
    assert CdnSettings().mail == "external", "records of a mail service that is there already must not be doubled"
    assert records(least(), "TXT") == records(least(), "MX") == []


def test_logs_are_pushed_only_where_asked_for_and_hold_no_query() -> None:
    job = "cloudflare:index/logpushJob:LogpushJob"
    assert declared("global").of(job) == []
    jobs = {each.inputs["dataset"]: each.inputs for each in most().of(job)}
    assert set(jobs) == {"http_requests", "firewall_events"}
    for given in jobs.values():
        assert given["enabled"] is True
        fields = given["outputOptions"]["fieldNames"]
        assert "ClientRequestPath" in fields
        hidden = {"ClientRequestURI", "ClientRequestQuery", "ClientRequestReferer", "Cookies", "RequestHeaders"}
        assert not hidden & set(fields)


def test_geographic_steering_names_both_pools_for_each_region() -> None:
    settings = shipped("global")
    traffic = settings.traffic.model_copy(
        update={"steering": "geographic", "near": {"east": ("ENAM", "WEU"), "west": ("WNAM",)}}
    )
    balancer = run(settings.model_copy(update={"traffic": traffic})).one("cloudflare:index/loadBalancer:LoadBalancer")
    assert balancer.inputs["steeringPolicy"] == "geo"
    east, west = "global-traffic-pool-east-id", "global-traffic-pool-west-id"
    assert balancer.inputs["regionPools"] == {"ENAM": [east, west], "WEU": [east, west], "WNAM": [west, east]}
    assert balancer.inputs["sessionAffinity"] == "none"


def test_what_is_never_cached_cannot_be_cached() -> None:
    found = list(CdnSettings(cached=("/fhir/metadata", "/fhir-guide")).problems())
    assert [(key, what) for key, what, _ in found] == [
        ("cdn.cached[0]", "'/fhir/metadata' lies in '/fhir', which is never cached")
    ]
