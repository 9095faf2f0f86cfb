"""What the guard sends is what the alarms look at, and a write is not lost with one failed call."""

import json
import threading
from typing import Any

import pytest

from infra.permissions import METRICS
from infra.watch import recovery
from operations.guard import __main__ as process
from operations.guard import report
from operations.guard.environment import EnvironmentIncomplete, GuardEnvironment, guard_environment
from operations.guard.sight import Seen
from operations.record.store import RecordStore
from tests.operations.record.replica_double import REGIONS, TABLE, Table

TOLD = {
    "LIFELINE_APPLICATION": "nl-fhir",
    "LIFELINE_ENVIRONMENT": "production",
    "LIFELINE_SITE": "east",
    "LIFELINE_REGION": "us-east-1",
    "PEER_SITE": "west",
    "CONTROL_TABLE": TABLE,
    "CONTROL_REGIONS": ",".join(REGIONS),
    "GUARD_SECONDS": "0.01",
}


class CloudWatch:
    """Keeps what it is sent; the call numbers in `fails` end with an error."""

    def __init__(self, fails: tuple[int, ...] = (), stop_after: int = 1) -> None:
        self.sent: list[dict[str, Any]] = []
        self.calls = 0
        self.stop = threading.Event()
        self._fails, self._last = fails, stop_after

    def put_metric_data(self, **given: Any) -> None:
        self.calls += 1
        if self.calls >= self._last:
            self.stop.set()
        if self.calls in self._fails:
            raise OSError("no answer")
        self.sent.append(given)

    def values(self, name: str) -> list[float]:
        return [item["Value"] for given in self.sent for item in given["MetricData"] if item["MetricName"] == name]


def environment() -> GuardEnvironment:
    return guard_environment(TOLD)


def test_the_metrics_are_those_of_the_alarms() -> None:
    client = CloudWatch()
    report.Reporter(environment()).send(client, Seen(1, ("us-west-2",), 12.0, {}))
    (given,) = client.sent
    alarms = recovery.alarms("nl-fhir", "production", "east", "nl-fhir-production-east")
    watched = {
        (metric.namespace, metric.name): dict(metric.dimensions)
        for name in ("record-written", "guard-silent", "peer-silent", "replica-unreachable")
        for metric in alarms[name].metrics.values()
    }
    sent = {
        (given["Namespace"], item["MetricName"]): {pair["Name"]: pair["Value"] for pair in item["Dimensions"]}
        for item in given["MetricData"]
    }
    assert sent == watched and given["Namespace"] == METRICS


def test_what_is_not_known_is_not_sent() -> None:
    client = CloudWatch()
    report.Reporter(environment()).send(client, Seen(None, REGIONS, None, {}))
    (given,) = client.sent
    assert {item["MetricName"]: item["Value"] for item in given["MetricData"]} == {report.UNREACHABLE: 2}


def test_a_write_that_could_not_be_told_is_told_with_the_next_look(
    table: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = CloudWatch(fails=(2,), stop_after=4)
    store = RecordStore(TABLE, "nl-fhir", REGIONS, "east", table.factory)

    def factory(service: str, region: str) -> Any:
        return client if service == "cloudwatch" else table.factory(service, region)

    monkeypatch.setattr(process, "bounded", factory)
    original = client.put_metric_data

    def after_the_first(**given: Any) -> None:
        original(**given)
        if client.calls == 1:
            store.acquire_lock("ann", "p1", "lock")

    monkeypatch.setattr(client, "put_metric_data", after_the_first)
    process.watch(environment(), client.stop)
    assert client.values(report.CHANGES) == [0, 1, 0]
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (written,) = [line for line in said if line["event"] == "the record was written"]
    assert written["lock"]["holder"] == "ann"


def test_what_is_missing_is_said_all_at_once() -> None:
    with pytest.raises(EnvironmentIncomplete, match=r"PEER_SITE is not set; .*GUARD_SECONDS is 'x'"):
        guard_environment({**TOLD, "PEER_SITE": "", "GUARD_SECONDS": "x"})
