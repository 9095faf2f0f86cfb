"""The order of clock, read and write; and how a lease ends before its time."""

import threading
import time
from collections.abc import Callable

import psycopg
import pytest

from operations.record.record import Record, RecordUnreachable
from operations.warden import lease
from tests.operations.warden.site import Site

EAST = Record("east", 0, "")


def reading(record: Record, pause: float = 0.0) -> Callable[[], Record]:
    """A strong read that gives this record, and a warden that is then held up for so many seconds."""

    def read() -> Record:
        time.sleep(pause)
        return record

    return read


def renew(site: Site, seconds: float, record: Record, pause: float = 0.0) -> str:
    with site.connect("warden") as connection:
        return lease.renew(connection, "east", seconds, reading(record, pause)).outcome


def current(site: Site) -> lease.Lease:
    with site.connect("warden") as connection:
        held = lease.current(connection)
    assert held is not None
    return held


def test_a_lease_is_counted_from_before_the_read(site: Site) -> None:
    with site.connect("warden") as connection:
        assert lease.current(connection) is None
    assert renew(site, 30, EAST, pause=0.5) == "renewed"
    held = current(site)
    assert (held.site, held.epoch, held.revoked) == ("east", 0, False)
    assert (held.valid_until - held.taken_at).total_seconds() == 30
    assert held.remaining < 29.5
    assert site.writes()


def test_held_up_between_read_and_write_revives_nothing(site: Site) -> None:
    assert renew(site, 0.4, EAST) == "renewed"
    assert renew(site, 0.4, EAST, pause=0.45) == "late"
    assert current(site).remaining < 0
    assert not site.writes()
    assert renew(site, 30, EAST) == "renewed"
    assert site.writes()


def test_an_older_read_does_not_shorten_a_newer_lease(site: Site) -> None:
    def overtaken() -> Record:
        assert renew(site, 30, EAST) == "renewed"
        return EAST

    with site.connect("warden") as connection:
        assert lease.renew(connection, "east", 5, overtaken).outcome == "overtaken"
    assert current(site).remaining > 25


def test_an_epoch_lower_than_the_rows_renews_nothing(site: Site) -> None:
    assert renew(site, 30, Record("east", 4, "")) == "renewed"
    assert renew(site, 30, Record("east", 3, "")) == "superseded"
    site.lease(30, epoch=5, site="west")
    assert renew(site, 30, Record("east", 5, "")) == "superseded", "two sites in one epoch cannot be"
    assert renew(site, 30, Record("east", 6, "")) == "renewed"
    assert current(site).epoch == 6


def test_when_the_record_names_another_site_the_lease_ends_at_once(site: Site) -> None:
    assert renew(site, 30, EAST) == "renewed"
    assert renew(site, 30, Record("west", 1, "")) == "gave up"
    assert not site.writes()
    assert renew(site, 30, Record("west", 1, "")) == "standby"
    assert renew(site, 30, Record("east", 2, "")) == "renewed"
    assert site.writes()


def test_no_record_no_lease(site: Site) -> None:
    def silent() -> Record:
        raise RecordUnreachable("read", {"us-east-1": "down"})

    with site.connect("warden") as connection:
        with pytest.raises(RecordUnreachable):
            lease.renew(connection, "east", 30, silent)
        assert lease.current(connection) is None


def test_a_revoked_epoch_is_not_renewed_and_the_next_one_is(site: Site) -> None:
    assert renew(site, 30, EAST) == "renewed"
    with site.connect("warden") as connection:
        assert lease.revoke(connection, "east", 0)
        assert lease.revoke(connection, "east", 0), "asked twice, done once"
        assert lease.settle(connection, 1) == 0
    assert not site.writes()
    assert current(site).revoked
    assert renew(site, 30, EAST) == "revoked"
    assert not site.writes()
    assert renew(site, 30, Record("east", 1, "")) == "renewed"
    assert site.writes()
    with site.connect("warden") as connection:
        assert not lease.revoke(connection, "east", 0), "a later epoch is not ended by an older request"
    assert site.writes()


def test_revoking_before_any_lease_keeps_it_from_being_taken(site: Site) -> None:
    with site.connect("warden") as connection:
        assert lease.revoke(connection, "east", 0)
    assert renew(site, 30, EAST) == "revoked"


def test_a_revocation_waits_for_a_writer_in_flight(site: Site) -> None:
    site.lease(30)
    writer = site.connect("app")
    writer.execute("begin")
    writer.execute("insert into orders values (1, 'x')")
    settled = threading.Event()

    def revoke() -> None:
        with site.connect("warden") as connection:
            assert lease.revoke(connection, "east", 0)
            lease.settle(connection, 10)
        settled.set()

    thread = threading.Thread(target=revoke)
    thread.start()
    while not current(site).revoked:
        time.sleep(0.01)
    assert not settled.wait(0.3), "someone let in by the old lease can still commit"
    with pytest.raises(psycopg.DatabaseError, match="ran out"):
        site.connect("app").execute("set statement_timeout = 0; insert into orders values (2, 'x')")
    thread.join(10)
    assert settled.is_set()
    assert site.run("app", "select count(*) from orders") == 0


def test_after_a_revocation_nothing_commits_and_what_had_committed_stays(site: Site) -> None:
    site.lease(30)
    writer = site.connect("app")
    writer.execute("begin")
    writer.execute("insert into orders values (1, 'x')")
    with site.connect("warden") as connection:
        lease.revoke(connection, "east", 0)
        with pytest.raises(psycopg.DatabaseError, match="ran out"):
            writer.execute("insert into orders values (2, 'x')")
        writer.execute("rollback")
        assert lease.settle(connection, 2) == 0


def test_a_revocation_ends_older_snapshots(site: Site) -> None:
    """REPEATABLE READ would go on seeing the lease as it was: a shortened one is invisible to it."""
    site.lease(30)
    old = site.connect("app")
    old.execute("begin isolation level repeatable read")
    old.execute("select count(*) from orders")
    idle = site.connect("app")
    with site.connect("warden") as connection:
        assert lease.revoke(connection, "east", 0)
        assert lease.settle(connection, 2) == 1
    with pytest.raises(psycopg.OperationalError):
        old.execute("insert into orders values (1, 'x')")
    with pytest.raises(psycopg.DatabaseError, match="ran out"):
        idle.execute("insert into orders values (1, 'x')")


def test_impatience_is_said(site: Site) -> None:
    site.lease(30)
    with site.connect("app_owner") as writer, site.connect("warden") as connection:
        writer.execute("begin")
        writer.execute("insert into orders values (1, 'x')")
        lease.revoke(connection, "east", 0)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            lease.settle(connection, 0.1)
        writer.execute("rollback")
