"""Cloudflare's rules language: what an expression is true of, and what it leaves open."""

import pytest

from policies.edge_language import Unreadable, holds
from policies.edge_rulesets import covers, reaches, request

HOST = "app.example.com"
PATIENT = request(HOST, "/fhir/Patient/1")


@pytest.mark.parametrize(
    "expression",
    [
        "true",
        "((true))",
        "not false",
        "!false",
        f'http.host eq "{HOST}"',
        f'http.host == "{HOST}" && ssl',
        'http.host ne ""',
        f'lower(http.host) in {{"b.example.com" "{HOST}"}}',
        'starts_with(http.request.uri.path, "/fhir")',
        'not starts_with(http.request.uri.path, "/api") and ssl',
        'http.request.uri.path contains ""',
        'http.request.uri.path matches r"^/fhir/\\w+/\\d+$"',
        'http.request.uri.path ~ "^/FHIR" or http.request.uri.path wildcard "/FHIR/*"',
        'http.request.method in {"GET", "HEAD"}',
        'http.request.method not in {"POST"}',
        "ip.src in {198.51.100.0/24 2001:db8::/32}",
        "ip.src in {198.51.100.1..198.51.100.9}",
        "len(http.host) in {10..20}",
        'cf.bot_management.score lt 30 or ssl',
        'false xor true',
    ],
)  # fmt: skip
def test_it_is_true_of_the_request(expression: str) -> None:
    assert holds(expression, PATIENT) is True


@pytest.mark.parametrize(
    "expression",
    [
        "false",
        "not true",
        'http.host eq "b.example.com"',
        'http.host eq "b.example.com" and cf.bot_management.score lt 30',
        'http.request.uri.path strict wildcard "/FHIR/*"',
        'http.request.uri.path eq "/fhir" || http.request.uri.path == "/fhir/"',
        "ip.src in {198.51.101.0/24 2001:db8::/32}",
        "true and true xor true",
        "cf.client.bot",
    ],
)
def test_it_is_false_of_the_request(expression: str) -> None:
    assert holds(expression, PATIENT) is False


@pytest.mark.parametrize(
    "expression",
    [
        "cf.bot_management.score lt 30",
        "not cf.bot_management.score lt 30",
        "ssl and cf.threat_score gt 10",
        "ip.src in $office",
        'http.request.headers["authorization"][0] eq "x"',
        'any(http.request.headers.names[*] eq "x-key")',
        "cidr(ip.src, 24, 48) eq 198.51.100.0",
    ],
)
def test_what_is_not_known_of_a_request_leaves_it_open(expression: str) -> None:
    assert holds(expression, PATIENT) is None


@pytest.mark.parametrize(
    "expression",
    ["", "(", "true true", "http.host eq", '"open', "http.host in {(}", "a ? b", "(" * 90 + "true" + ")" * 90],
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(Unreadable):
        holds(expression, PATIENT)


def test_a_rule_covers_a_host_only_where_every_ordinary_request_for_it_matches() -> None:
    assert covers("ip.src in {0.0.0.0/0 ::/0}", HOST)
    assert covers(f'http.host eq "{HOST}" and not http.request.uri.path eq "/one"', HOST)
    assert not covers('http.request.method eq "GET"', HOST)
    assert not covers("not cf.bot_management.verified_bot", HOST)
    assert reaches('http.request.uri.path eq "/login"', HOST)
    assert not reaches(f'http.host eq "{HOST}" and ssl', "b.example.com")
