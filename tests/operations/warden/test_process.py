"""The warden as it runs: its own process, real databases, a real socket to the table."""

import json
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operations.record.mailbox import Mailbox
from operations.record.store import RecordStore
from operations.warden.install import install
from sandbox.postgres import Databases
from sandbox.processes import Process
from tests.operations.warden.cloud import REGIONS, Cloud
from tests.operations.warden.site import Site

_ROOT = Path(__file__).resolve().parents[3]
LEASE = 2.0
PATH = "/.well-known/lifeline"
SITES = {"east": "us-east-1", "west": "us-west-2"}


def until(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.05)


class Warden:
    """One warden's process; its log lines and its health."""

    def __init__(self, site: str, database: Site, cloud: Cloud, folder: Path, lease: float = LEASE) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.log = folder / f"{site}.log"
        self.key = f"AKIA{site.upper()}".ljust(20, "0")
        own, other = SITES[site], SITES["west" if site == "east" else "east"]
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(_ROOT),
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "LIFELINE_APPLICATION": "nl-fhir",
            "LIFELINE_ENVIRONMENT": "production",
            "LIFELINE_SITE": site,
            "LIFELINE_REGION": own,
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(database.port),
            "DATABASE_NAME": database.name,
            "DATABASE_USER": "warden",
            "CONTROL_TABLE": cloud.table,
            "CONTROL_REGIONS": f"{own},{other}",
            "LEASE_SECONDS": str(lease),
            "TRANSACTION_SECONDS": "1",
            "FOUNDER_SITE": "east",
            "PEER_SITE": "west" if site == "east" else "east",
            "PORT": str(self.port),
        }
        self.process = Process.start([sys.executable, "-m", "operations.warden"], environment, folder, self.log)

    def ask(self, path: str = PATH) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, {}

    def serves(self) -> bool:
        return self.ask()[0] == 200

    def said(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def store(cloud: Cloud) -> RecordStore:
    return RecordStore(cloud.table, "nl-fhir", REGIONS, "east", cloud.factory)


@pytest.fixture
def mailbox(cloud: Cloud) -> Mailbox:
    return Mailbox(cloud.table, REGIONS, cloud.factory)


@pytest.fixture
def warden(site: Site, cloud: Cloud, tmp_path: Path) -> Iterator[Warden]:
    warden = Warden("east", site, cloud, tmp_path)
    yield warden
    warden.process.kill()


def test_stopped_between_its_read_and_its_write_and_woken_later(
    site: Site, cloud: Cloud, store: RecordStore, tmp_path: Path
) -> None:
    # Shorter than the SDK's read timeout: woken after that, the warden drops the answer and reads again.
    warden = Warden("east", site, cloud, tmp_path, lease=1)
    try:
        for _attempt in range(5):
            until(site.writes, "the lease is taken")
            cloud.hold()
            assert cloud.read.wait(20), "the read is done, its answer on the way"
            warden.process.suspend()
            cloud.release()
            store.move(store.read(), "west")
            time.sleep(1.05)  # counted from the read, whose clock was asked before it
            assert not site.writes(), "the lease has run out"
            outcomes = len(warden.said("lease"))
            warden.process.resume()
            while len(warden.said("lease")) == outcomes:
                assert not site.writes(), "what it had read was true once"
            until(lambda: warden.said("lease")[-1]["what"].startswith("standby"), "it learns who is active")
            assert not site.writes()
            if any(line["what"].startswith("late") for line in warden.said("lease")):
                break
            store.move(store.read(), "east")
        else:
            pytest.fail("five times the machine was too slow to wake it up in time")
    finally:
        warden.process.kill()


def test_killed_it_leaves_a_lease_that_ends(warden: Warden, site: Site) -> None:
    until(warden.serves, "the lease is taken")
    assert warden.ask(f"{PATH}/alive") == (200, {"site": "east", "alive": True})
    assert warden.ask("/")[0] == 404
    assert site.writes()
    warden.process.kill()
    until(lambda: not site.writes(), "the lease runs out by itself")


def test_it_ends_when_it_is_asked_to(warden: Warden) -> None:
    until(lambda: warden.ask(f"{PATH}/alive")[0] == 200, "it is up")
    assert warden.process.stop(grace=20) == 0
    assert warden.said("ending")


def test_an_outage_of_the_table_then_the_break_glass(warden: Warden, site: Site, cloud: Cloud) -> None:
    until(warden.serves, "the lease is taken")
    until(lambda: cloud.metrics > 0, "the metric was sent, its failure ignored")
    cloud.table_down = True
    until(lambda: bool(warden.said("the lease is not renewed")), "the alarm")
    until(lambda: not site.writes(), "the lease runs out")
    assert not warden.serves()
    grant = {"minutes": 5, "by": ["ann", "bob"], "reason": "outage", "at": datetime.now(UTC).isoformat()}
    cloud.clients["ssm"].put_parameter(
        Name="/nl-fhir/production/east/lease-extension", Value=json.dumps(grant), Type="String"
    )
    until(site.writes, "orders go on")
    until(warden.serves, "and so does traffic")


class Writer:
    """Writes to one database without a pause worth the name and remembers when it was acknowledged."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stop = threading.Event()
        self.acknowledged: list[float] = []
        self.refused = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self._site.port, dbname=self._site.name, user="app", autocommit=True
        ) as connection:
            while not self._stop.wait(0.02):
                try:
                    connection.execute("insert into orders values (default)")
                    self.acknowledged.append(time.monotonic())
                except psycopg.DatabaseError as error:
                    if error.sqlstate not in ("LL001", "25006"):  # by the fence, or by a standby
                        raise
                    self.refused += 1

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)


def test_a_failover_from_a_partitioned_site(
    state: Path, cloud: Cloud, store: RecordStore, mailbox: Mailbox, tmp_path: Path
) -> None:
    """The old site's database and warden are alive and cut off; nobody tells it anything."""
    databases = Databases(state / "pair")
    wardens: dict[str, Warden] = {}
    writers: dict[str, Writer] = {}
    try:
        databases.create("east", "orders", "lifeline", "secret")
        east = Site(databases.port("east"), "orders")
        with east.connect("lifeline") as connection:
            install(connection, transaction_seconds=1)
        east.run("app_owner", "create table orders (id int generated always as identity)")
        databases.create("west", "orders", "lifeline", "secret", source="east")
        west = Site(databases.port("west"), "orders")
        wardens = {"east": Warden("east", east, cloud, tmp_path), "west": Warden("west", west, cloud, tmp_path)}
        until(wardens["east"].serves, "east holds the lease")
        until(lambda: wardens["west"].ask()[1].get("holder") == "east", "west knows from the replicated row")
        assert wardens["west"].ask()[0] == 503
        assert wardens["west"].ask(f"{PATH}/alive")[0] == 200
        refused = mailbox.ask("west", "prove-writable", {}, "ann", timeout=20)
        assert (refused["writable"], refused["reason"]) == (False, "the database is a standby")
        writers = {"east": Writer(east), "west": Writer(west)}
        until(lambda: len(writers["east"].acknowledged) > 10, "orders are taken at east")

        databases.cut(("east", "west"))
        cloud.cut_off = {wardens["east"].key}
        moved = store.move(store.read(), "west")
        written_at = time.monotonic()
        time.sleep(LEASE + 1)  # the promotion's wait: the lease and the transaction bound
        assert not east.run("warden", "select max(valid_until) > clock_timestamp() from lifeline.lease")
        assert max(writers["east"].acknowledged) < written_at + LEASE + 1
        databases.promote("west")
        until(wardens["west"].serves, "west's warden takes the lease")
        until(lambda: len(writers["west"].acknowledged) > 10, "orders are taken at west")
        proved = mailbox.ask("west", "prove-writable", {}, "ann", timeout=20)
        assert (proved["writable"], proved["holder"], proved["epoch"]) == (True, "west", moved.epoch)
        assert databases.is_writer("east"), "east's database would take writes, were it not for the fence"
        assert not wardens["east"].serves()
        for writer in writers.values():
            writer.stop()
        assert writers["east"].acknowledged[-1] < writers["west"].acknowledged[0], "never both"
        assert writers["east"].refused > 0

        cloud.cut_off = set()
        until(lambda: any("standby" in line["what"] for line in wardens["east"].said("lease")), "east learns of it")
        assert east.run("warden", "select max(epoch) from lifeline.lease") == 0
    finally:
        for warden in wardens.values():
            warden.process.kill()
        for writer in writers.values():
            writer.stop()
        databases.close()
