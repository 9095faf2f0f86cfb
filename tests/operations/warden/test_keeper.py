"""One turn of the warden's loop, against a real database and whatever the record does."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from operations.record.record import Record, RecordUnreachable
from operations.warden import lease
from operations.warden.environment import WardenEnvironment
from operations.warden.extension import Extensions
from operations.warden.loop import Keeper
from operations.warden.metric import Metric
from operations.warden.standing import Standing
from tests.operations.warden.cloud import Cloud
from tests.operations.warden.site import Site


class Script:
    """A record as the test sets it; None: no replica answers."""

    def __init__(self) -> None:
        self.record: Record | None = Record("east", 0, "")

    def read(self) -> Record:
        if self.record is None:
            raise RecordUnreachable("get_item", {"us-east-1": "down", "us-west-2": "down"})
        return self.record


class Warden:
    def __init__(self, environment: WardenEnvironment, cloud: Cloud) -> None:
        self.script = Script()
        self.standing = Standing(environment.site, environment.lease_seconds)
        extensions = Extensions(environment.extension_parameter, environment.region, cloud.factory)
        self.keeper = Keeper(environment, self.standing, self.script.read, extensions)


@pytest.fixture
def warden(site: Site, cloud: Cloud) -> Warden:
    return Warden(site.environment(lease_seconds=20), cloud)


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_turn_takes_the_lease_and_tests_a_write(warden: Warden, site: Site) -> None:
    assert not warden.standing.serves()
    warden.keeper.round()
    assert warden.standing.serves()
    view = warden.standing.view()
    assert view.lease is not None
    assert (view.lease.site, view.lease.epoch) == ("east", 0)
    assert view.valid_to - view.now <= 20
    assert site.writes()


def test_another_site_is_active(warden: Warden, site: Site) -> None:
    warden.keeper.round()
    warden.script.record = Record("west", 1, "")
    warden.keeper.round()
    assert not warden.standing.serves()
    assert not warden.standing.view().holds
    assert warden.standing.lease_age() is None, "nothing to renew here, so no alarm"
    assert not site.writes()


def test_the_lease_lives_on_while_no_replica_answers_and_then_ends(
    site: Site, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    warden = Warden(site.environment(lease_seconds=3), cloud)
    warden.keeper.round()
    warden.script.record = None
    warden.keeper.round()
    assert site.writes(), "an outage of the table is survived for as long as the lease lasts"
    assert warden.standing.view().holds
    while site.writes():
        warden.keeper.round()
    warden.keeper.round()
    assert not warden.standing.serves()
    lines = said(capsys)
    alarms = [line for line in lines if line["level"] == "alarm"]
    assert [alarm["event"] for alarm in alarms] == ["the lease is not renewed"], "said once, not every turn"
    assert any("us-west-2: down" in line.get("what", "") for line in lines)
    warden.script.record = Record("east", 0, "")
    warden.keeper.round()
    assert warden.standing.serves()


def test_the_break_glass_works_only_while_no_replica_answers(
    warden: Warden, site: Site, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    warden.keeper.round()
    site.expire()
    grant = {"minutes": 5, "by": ["ann", "bob"], "reason": "outage", "at": datetime.now(UTC).isoformat()}
    cloud.clients["ssm"].put_parameter(
        Name="/nl-fhir/production/east/lease-extension", Value=json.dumps(grant), Type="String"
    )
    warden.keeper.round()
    assert site.run("warden", "select count(*) from lifeline.lease_extension") == 0, "a replica answers"
    site.expire()
    assert not site.writes()

    warden.script.record = None
    warden.keeper.round()
    assert site.writes()
    assert warden.standing.serves()
    (loud,) = [line for line in said(capsys) if line["event"] == "LEASE EXTENDED WITHOUT THE RECORD"]
    assert (loud["level"], loud["by"], loud["reason"]) == ("alarm", ["ann", "bob"], "outage")
    warden.keeper.round()
    assert site.run("warden", "select count(*) from lifeline.lease_extension") == 1

    warden.script.record = Record("west", 1, "")
    warden.keeper.round()
    assert not site.writes(), "the table is back and names another: the extension ends at once"


def test_a_bad_grant_is_an_alarm(warden: Warden, site: Site, cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.clients["ssm"].put_parameter(
        Name="/nl-fhir/production/east/lease-extension", Value='{"minutes": 5}', Type="String"
    )
    warden.script.record = None
    warden.keeper.round()
    warden.keeper.round()
    refused = [line for line in said(capsys) if line["event"] == "lease extension refused"]
    assert len(refused) == 1
    assert refused[0]["level"] == "alarm"


def test_a_database_without_the_fence_is_waited_for(
    site: Site, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    site.run("lifeline", "create database bare")
    try:
        warden = Warden(Site(site.port, "bare").environment(), cloud)
        warden.keeper.round()
        assert not warden.standing.serves()
        assert said(capsys)[0]["event"] == "waiting for the fence"
        warden.keeper._forget()
    finally:
        site.run("lifeline", "drop database bare with (force)")


def test_a_database_that_ends_the_connection_is_connected_to_again(
    warden: Warden, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    warden.keeper.round()
    site.run("lifeline", "select pg_terminate_backend(pid, 2000) from pg_stat_activity where usename = 'warden'")
    warden.keeper.round()
    warden.keeper.round()
    assert warden.standing.serves()
    assert any(line["event"] == "database failed" for line in said(capsys))


def test_no_database_no_service(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    warden = Warden(Site(1, "orders").environment(), cloud)
    warden.keeper.round()
    assert not warden.standing.serves()
    (line,) = said(capsys)
    assert line["event"] == "database unreachable"


def test_a_test_write_that_is_too_old_is_worth_nothing(site: Site) -> None:
    standing = Standing("east", 10)
    site.lease(30)
    with site.connect("warden") as connection:
        held = lease.current(connection)
    now = standing.view().now
    standing.observe(held, True, now, 0)
    assert not standing.serves(), "no test write yet"
    standing.beat(now)
    assert standing.serves()
    standing.beat(now - 5.1)
    assert not standing.serves()
    assert standing.view().holds


def test_what_was_asked_before_a_loss_is_not_shown_after_it(site: Site) -> None:
    standing = Standing("east", 10)
    site.lease(30)
    with site.connect("warden") as connection:
        held = lease.current(connection)
    changes, now = standing.changes, standing.view().now
    standing.beat(now)
    standing.lose()
    standing.observe(held, True, now, changes)
    assert not standing.view().holds
    assert not standing.serves()
    standing.observe(held, False, now, standing.changes)
    assert not standing.view().holds, "a standby holds no lease, whatever its copy says"


class _Metrics:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def put_metric_data(self, **parameters: Any) -> None:
        self.sent.append(parameters)


def test_the_age_is_sent_only_where_there_is_a_lease_to_renew(warden: Warden, site: Site) -> None:
    client = _Metrics()
    metric = Metric(site.environment(), warden.standing, lambda service, region: client)
    metric.send(client)
    assert client.sent == []
    warden.keeper.round()
    metric.send(client)
    (sent,) = client.sent
    assert sent["Namespace"] == "Lifeline"
    (datum,) = sent["MetricData"]
    assert datum["MetricName"] == "lease_age_seconds"
    assert {item["Name"]: item["Value"] for item in datum["Dimensions"]} == {
        "Application": "nl-fhir",
        "Environment": "production",
        "Site": "east",
    }
    assert datum["Value"] >= 0
