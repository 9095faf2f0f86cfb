"""The fence in a whole estate: what stops an abandoned site, what does not, and the break-glass.

The tests share one estate, with test_life_cycle after them, and run in their order; each leaves east serving.
"""

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.engine.estate import LEASE_SECONDS, Estate, wait
from tests.engine.writers import Writers


@pytest.fixture(scope="module")
def it(applied: Estate) -> Estate:
    Writers.prepare(applied, "east")
    return applied


@pytest.fixture(autouse=True)
def mended(it: Estate) -> Iterator[None]:
    yield
    it.control.post("/clear", {})
    it.wait_served("east")


def clock(it: Estate, site: str) -> Any:
    with it.database(site) as database:
        return database.execute("SELECT clock_timestamp()").fetchone()[0]


def lease_end(it: Estate, site: str) -> Any:
    with it.database(site) as database:
        row = database.execute("SELECT valid_until FROM lifeline.lease ORDER BY epoch DESC LIMIT 1").fetchone()
        return row[0]


def refused(it: Estate, site: str) -> bool:
    """Whether the site's database refuses an application's write just now, by the fence."""
    import psycopg

    name = it.settings.application.replace("-", "_")
    port = it.database_at(site)["port"]
    with psycopg.connect(host="127.0.0.1", port=port, dbname=name, user="app", autocommit=True) as connection:
        try:
            connection.execute("INSERT INTO fence_probe DEFAULT VALUES")
        except psycopg.Error as error:
            if error.sqlstate != "LL001":
                raise
            return True
    return False


def test_a_partitioned_region_stops_by_itself_within_the_lease(it: Estate) -> None:
    with Writers(it) as writers:
        it.control.post("/dark", {"region": "us-east-1"})
        dark_at = clock(it, "east")
        wait(lambda: refused(it, "east"), "east refuses writes", 6 * LEASE_SECONDS)
    east = writers.seen["east"]
    last = max(at for _, _, at in east.writes)
    end = lease_end(it, "east")
    assert last <= end, "nothing was accepted after the lease"
    # A read that was under way when the region went dark may still have come back.
    assert end <= dark_at + timedelta(seconds=LEASE_SECONDS), "nobody extended it in the dark"
    assert east.codes == {"LL001"}
    assert it.status()["tasks"]["us-east-1"]["warden"], "its warden is alive all along"


def test_without_its_warden_a_site_stops(it: Estate) -> None:
    ecs = it.aws("ecs", "us-east-1")
    cluster = it.topology.one("ecs_cluster", "east").id
    ecs.update_service(cluster=cluster, service="warden", desiredCount=0)
    wait(lambda: not it.status()["tasks"]["us-east-1"].get("warden"), "the warden ends")
    wait(lambda: refused(it, "east"), "east refuses writes", 6 * LEASE_SECONDS)
    status, body, headers = it.order("while-the-warden-is-dead")
    assert status == 503 and "Retry-After" in headers, (status, body)
    ecs.update_service(cluster=cluster, service="warden", desiredCount=1)


def test_a_killed_warden_is_replaced_and_orders_go_on(it: Estate) -> None:
    (pid,) = it.status()["tasks"]["us-east-1"]["warden"]
    os.kill(pid, signal.SIGKILL)
    wait(lambda: it.status()["tasks"]["us-east-1"].get("warden") not in ([], [pid], None), "a new warden runs")
    it.wait_served("east")
    assert it.order("after-the-warden-was-killed")[0] == 201


def test_a_warden_that_slept_past_its_lease_does_not_revive_it(it: Estate) -> None:
    """Woken after the lease ended it must read again before it may write; meanwhile nothing is accepted."""
    (pid,) = it.status()["tasks"]["us-east-1"]["warden"]
    os.kill(pid, signal.SIGSTOP)
    try:
        wait(lambda: refused(it, "east"), "east refuses writes", 6 * LEASE_SECONDS)
        it.control.post("/dark", {"region": "us-east-1"})
    finally:
        os.kill(pid, signal.SIGCONT)
    for _ in range(10):
        assert refused(it, "east")
        time.sleep(0.2)


def test_an_outage_of_the_table_in_one_region_stops_no_order(it: Estate) -> None:
    for region in ("us-east-1", "us-west-2"):
        it.control.post("/dark", {"region": region, "service": "dynamodb"})
        before = lease_end(it, "east")
        for number in range(4 * LEASE_SECONDS):
            status, body, _ = it.order(f"table-out-in-{region}-{number}")
            assert status == 201, (region, number, body)
            time.sleep(0.5)
        assert lease_end(it, "east") > before, "renewed through the other replica"
        it.control.post("/clear", {})


def test_with_the_table_out_everywhere_the_break_glass_lets_orders_go_on(it: Estate) -> None:
    arguments = ("--site", "east", "--minutes", "5", "--reason", "the table is out in all regions", "--yes")
    shown = it.lifeline("lease", "extend", *arguments, "--second-person", "dr.grace")
    assert shown.returncode == 10 and "a replica of the control table answers" in shown.stderr
    for region in ("us-east-1", "us-west-2"):
        it.control.post("/dark", {"region": region, "service": "dynamodb"})
    wait(lambda: alarm(it) == "ALARM", "the alarm says that the lease is not renewed", 20 * LEASE_SECONDS)
    wait(lambda: refused(it, "east"), "east refuses writes", 6 * LEASE_SECONDS)
    assert it.order("without-a-lease")[0] == 503
    alone = it.lifeline("lease", "extend", *arguments, "--second-person", "")
    assert alone.returncode == 10 and "two people" in alone.stderr
    standby = it.lifeline("lease", "extend", "--site", "west", *arguments[2:], "--second-person", "dr.grace")
    assert standby.returncode == 10 and "west stands by" in standby.stderr
    shown = it.lifeline("lease", "extend", *arguments, "--second-person", "dr.grace")
    assert shown.returncode == 0, shown.stderr
    assert "BOTH" in shown.stderr, "it says what it risks"
    wait(lambda: it.order("under-the-extension")[0] in (200, 201), "orders go on", 60)
    with it.database("east") as east:
        row = east.execute("SELECT * FROM lifeline.lease_extension").fetchone()
    assert row is not None and "the table is out in all regions" in str(row) and "dr.grace" in str(row)


def test_a_region_killed_outright_loses_all_that_runs_and_comes_back(it: Estate) -> None:
    shown = it.lifeline("sandbox", "fault", "set", "dark", "us-west-2", "--kill", "--name", "test")
    assert shown.returncode == 0, shown.stderr
    wait(lambda: not any(it.status()["tasks"]["us-west-2"].values()), "no task is left in us-west-2")
    assert it.database_at("west")["writer"] is None, "its database is gone too"
    assert it.order("while-the-standby-is-dead")[0] == 201
    assert it.lifeline("sandbox", "fault", "clear", "--name", "test").returncode == 0
    wait(lambda: it.database_at("west")["writer"] is False, "its database follows again")
    wait(lambda: it.status()["tasks"]["us-west-2"].get("web"), "its services run again")


def alarm(it: Estate) -> str:
    pages = it.aws("cloudwatch", "us-east-1").get_paginator("describe_alarms").paginate()
    alarms = [found for page in pages for found in page["MetricAlarms"]]
    (lease,) = [found for found in alarms if "lease" in found.get("MetricName", "")]
    return str(lease["StateValue"])
