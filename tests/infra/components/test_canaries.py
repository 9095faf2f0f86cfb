"""Canaries look from where nothing of the service runs, and their script says what failed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from infra.journey import journey
from tests.infra.stacks import declared


def test_each_epic_has_a_canary_in_the_witness_region_that_goes_through_the_edge() -> None:
    canaries = declared("global").of("synthetics/canary:Canary")
    assert {item.inputs["tags"]["epic"] for item in canaries} == {"1", "2", "3", "4"}
    for item in canaries:
        assert item.inputs["region"] == "us-east-2"
        assert len(item.inputs["name"]) <= 21 and item.inputs["name"].replace("-", "").isalnum()
        told = item.inputs["runConfig"]["environmentVariables"]
        assert told["CANARY_URL"] == "https://nl-fhir.clinic.example.com"
        _health, submits, reads = json.loads(told["CANARY_STEPS"])
        assert submits["method"] == "POST" and json.loads(submits["body"])["order_id"] == "{run}"
        assert reads["path"] == submits["path"] + "/{run}" and reads["contains"] == '"synthetic": true'
        assert item.inputs["handler"] == "journey.handler"


def test_a_canary_that_fails_or_does_not_run_is_critical_in_its_own_region() -> None:
    stack = declared("global")
    alarms = [item for item in stack.of("cloudwatch/metricAlarm:MetricAlarm") if item.name.endswith("-fails")]
    assert len(alarms) == 4
    for item in alarms:
        assert item.inputs["treatMissingData"] == "breaching"
        assert item.inputs["region"] == "us-east-2"
        (topic,) = item.inputs["alarmActions"]
        assert topic == "arn:mock:global-witness-notifications-critical"
    assert stack.one("sns/topic:Topic", "global-witness-notifications-critical").inputs["region"] == "us-east-2"


class Service(BaseHTTPRequestHandler):
    """What the journey meets; keeps what it was asked."""

    asked: list[tuple[str, str, dict[str, str], bytes]]

    def do_GET(self) -> None:
        self._answer(200 if self.path != "/broken" else 503, b'{"resourceType": "CapabilityStatement"}')

    def do_POST(self) -> None:
        self._answer(201, b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        type(self).asked.append((self.command, self.path, dict(self.headers), sent))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Service]]:
    kind = type("Kind", (Service,), {"asked": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("CANARY_URL", f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.setenv("CANARY_NAME", "orders")
    yield kind
    server.shutdown()
    server.server_close()


def run(monkeypatch: pytest.MonkeyPatch, *steps: dict[str, Any]) -> object:
    whole = [{"method": "GET", "status": 200, **step} for step in steps]
    monkeypatch.setenv("CANARY_STEPS", json.dumps(whole))
    return journey.handler({}, None)


def test_the_journey_takes_each_step_and_marks_it_as_a_canary_s(
    service: type[Service], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body = '{"text": "synthetic"}'
    steps = ({"path": "/fhir/metadata", "contains": "CapabilityStatement"}, {"path": "/orders", "method": "POST"})
    assert run(monkeypatch, steps[0], {**steps[1], "status": 201, "body": body}) == "passed"
    assert [(method, path) for method, path, _, _ in service.asked] == [("GET", "/fhir/metadata"), ("POST", "/orders")]
    _, _, headers, sent = service.asked[1]
    assert headers["X-Lifeline-Canary"] == "orders" and headers["Idempotency-Key"] and sent == body.encode()
    assert "synthetic" not in capsys.readouterr().out


def test_what_one_step_submits_under_the_run_s_name_the_next_asks_for(
    service: type[Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    submits = {"path": "/orders", "method": "POST", "status": 201, "body": '{"order_id": "{run}"}'}
    names = set()
    for _ in range(2):
        service.asked.clear()
        run(monkeypatch, submits, {"path": "/orders/{run}"})
        (_, _, _, sent), (_, path, _, _) = service.asked
        name = json.loads(sent)["order_id"]
        assert name.startswith("canary-orders-") and path == f"/orders/{name}"
        names.add(name)
    assert len(names) == 2


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"path": "/broken"}, "step 1, GET /broken: answered 503 instead of 200"),
        ({"path": "/", "contains": "Patient"}, "step 1, GET /: the answer lacks 'Patient'"),
    ],
)
def test_a_step_that_does_not_give_what_it_should_ends_the_journey(
    service: type[Service], monkeypatch: pytest.MonkeyPatch, step: dict[str, Any], said: str
) -> None:
    with pytest.raises(journey.JourneyFailed) as failed:
        run(monkeypatch, step, {"path": "/next"})
    assert str(failed.value) == said
    assert len(service.asked) == 1


def test_a_service_that_is_not_there_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CANARY_NAME", "orders")
    with pytest.raises(journey.JourneyFailed, match=r"^step 1, GET /: no answer \(URLError\)$"):
        run(monkeypatch, {"path": "/"})
