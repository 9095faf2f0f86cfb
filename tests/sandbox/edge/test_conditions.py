"""Rule conditions, and what else a load balancer can do than forward."""

from typing import Any

import pytest

from sandbox.edge.conditions import holds
from sandbox.edge.monitors import expected
from sandbox.edge.request import Request
from tests.sandbox.edge.conftest import World, rule

REQUEST = Request("POST", "nl-fhir.clinic.example.com", "/nlp/orders?dry=1", [("X-Team", "Ward 7")])


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"Field": "path-pattern", "PathPatternConfig": {"Values": ["/fhir/*", "/nlp/*"]}}, True),
        ({"Field": "path-pattern", "Values": ["/nlp/order?"]}, True),
        ({"Field": "path-pattern", "Values": ["/NLP/*"]}, False),
        ({"Field": "path-pattern", "Values": ["/nlp"]}, False),
        ({"Field": "host-header", "HostHeaderConfig": {"Values": ["NL-FHIR.*"]}}, True),
        ({"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}}, False),
        ({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "x-team", "Values": ["ward*"]}}, True),
        ({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "x-none", "Values": ["*"]}}, False),
        ({"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "dry", "Value": "1"}]}}, True),
        ({"Field": "query-string", "QueryStringConfig": {"Values": [{"Value": "2"}]}}, False),
        ({"Field": "source-ip", "SourceIpConfig": {"Values": ["0.0.0.0/0"]}}, False),
    ],
)
def test_condition(condition: dict[str, Any], outcome: bool) -> None:
    assert holds([condition], REQUEST) is outcome


def test_all_conditions_must_hold() -> None:
    path = {"Field": "path-pattern", "Values": ["/nlp/*"]}
    assert not holds([path, {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["PUT"]}}], REQUEST)


def test_the_lowest_priority_number_wins(world: World) -> None:
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410", "MessageBody": "gone"}}
    world.aws.by_listener["listener-east"].append(rule(5, ["*"], fixed))
    answer = world.post()
    assert (answer.status_code, answer.text) == (410, "gone")
    assert "x-sandbox-missing" not in answer.headers


def test_redirect(world: World) -> None:
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    action = {"Type": "redirect", "RedirectConfig": redirect, "Order": 1}
    world.aws.by_listener["listener-east"] = [rule(0, [], action)]
    answer = world.client.get("/orders?x=1")
    assert answer.status_code == 301
    assert answer.headers["location"] == "https://nl-fhir.clinic.example.com:443/orders?x=1"


@pytest.mark.parametrize(
    ("codes", "status", "outcome"),
    [("200", 200, True), ("2xx", 204, True), ("2xx", 301, False), ("200-202, 301", 301, True), ("200-202", 203, False)],
)
def test_expected_codes(codes: str, status: int, outcome: bool) -> None:
    assert expected(codes, status) is outcome
