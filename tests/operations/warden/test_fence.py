"""The fence in a real server: who is refused, when, and who cannot get round it."""

import time
from collections.abc import Callable

import psycopg
import pytest

from operations.warden.lease import beat
from tests.operations.warden.site import Site

WRITES = {
    "insert": "insert into orders values (2, 'x')",
    "insert of no row": "insert into orders select 1, 'x' where false",
    "update": "update orders set body = 'y'",
    "update of no row": "update orders set body = 'y' where false",
    "delete": "delete from orders",
    "truncate": "truncate orders",
    "upsert": "insert into orders values (1, 'x') on conflict (id) do update set body = 'z'",
    "merge": "merge into orders o using (select 7 as id) s on o.id = s.id when not matched then insert values (7, 'x')",
    "in a WITH": "with gone as (delete from orders returning 1) select count(*) from gone",
}

ATTEMPTS = (
    "alter table orders disable trigger lifeline_fence",
    "alter table orders disable trigger all",
    "drop trigger lifeline_fence on orders",
    "alter event trigger lifeline_guard disable",
    "drop event trigger lifeline_guard",
    "create or replace function lifeline.fence() returns trigger language plpgsql as 'begin return null; end'",
    "update lifeline.lease set valid_until = 'infinity'",
    "insert into lifeline.lease values ('east', 99, 'infinity', now())",
    "delete from lifeline.lease",
    "select lifeline.renew('east', 99, clock_timestamp(), '1 hour')",
    "select lifeline.extend_unread('east', 't', 5, '{a,b}', 'r', now())",
    "select lifeline.revoke('east', 99)",
    "select lifeline.settle('1 s')",
    "select lifeline.give_up(99)",
    "select lifeline.count_rows('orders')",
    "set session_replication_role = replica",
    "alter role app superuser",
)


def sqlstate(act: Callable[[], object]) -> str | None:
    """The SQLSTATE that it fails with, None when it does not."""
    try:
        act()
    except psycopg.Error as error:
        return error.sqlstate
    return None


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_write_needs_a_lease_whoever_writes(site: Site, write: str) -> None:
    site.run("lifeline", "grant truncate on orders to app")
    for role in ("app", "app_owner", "lifeline"):
        with site.connect(role) as connection:
            assert sqlstate(lambda on=connection: on.execute(write.encode())) == "LL001", "no lease was ever held"  # type: ignore[misc]
            site.lease(30)
            assert sqlstate(lambda on=connection: on.execute(write.encode())) is None  # type: ignore[misc]
            site.expire()
            assert sqlstate(lambda on=connection: on.execute(write.encode())) == "LL001", "the lease has run out"  # type: ignore[misc]
            site.run(
                "lifeline",
                "update lifeline.lease set valid_until = 'infinity'; delete from orders; delete from lifeline.lease",
            )


def test_the_refusal_says_whose_lease_ran_out_and_what_to_do(site: Site) -> None:
    with pytest.raises(psycopg.DatabaseError, match="no site has ever held a lease"):
        site.run("app", WRITES["insert"])
    site.lease(30, epoch=3)
    site.expire()
    with pytest.raises(psycopg.DatabaseError, match=r"lease of site east \(epoch 3\) ran out") as refused:
        site.run("app", WRITES["insert"])
    assert "Send the write to the active site" in (refused.value.diag.message_hint or "")


def test_reading_needs_no_lease(site: Site) -> None:
    assert site.run("app", "select count(*) from orders") == 0


def test_copy_is_refused(site: Site) -> None:
    def copy() -> None:
        with site.connect("app") as connection, connection.cursor().copy("copy orders from stdin") as rows:
            rows.write_row((1, "x"))

    assert sqlstate(copy) == "LL001"


def test_the_lease_of_the_highest_epoch_counts(site: Site) -> None:
    site.lease(30, epoch=1, site="east")
    site.lease(30, epoch=2, site="west")
    site.expire()
    assert not site.writes(), "an older epoch's lease is worth nothing, however long it lasts"
    assert site.run("app", "select lifeline.current_epoch()") == 2


@pytest.mark.parametrize(
    "creation",
    [
        "create table later (id int)",
        "create table later as select 1 as id",
        "select 1 as id into later",
        "create unlogged table later (id int)",
        "create schema clinic create table later (id int); set search_path = clinic",
        "create table parts (id int) partition by range (id);"
        " create table later partition of parts for values from (0) to (9)",
    ],
    ids=["plain", "as", "into", "unlogged", "in a new schema", "partition"],
)
def test_a_new_table_is_fenced_from_its_first_moment(site: Site, creation: str) -> None:
    site.lease(30)
    with site.connect("app_owner") as connection:
        connection.execute(creation.encode())
        connection.execute("insert into later values (1)")
        site.expire()
        assert sqlstate(lambda: connection.execute("insert into later values (1)")) == "LL001"
    assert site.run("lifeline", "select count(*) from lifeline.unguarded") == 0


def test_the_application_may_use_what_its_owner_makes(site: Site) -> None:
    site.lease(30)
    site.run("app_owner", "create table later (id int generated always as identity, body text)")
    site.run("app", "insert into later (body) values ('x')")
    assert site.run("app", "select body from later") == "x"
    assert sqlstate(lambda: site.run("app", "create table mine (id int)")) == "42501", "it owns no table"


def test_temporary_tables_are_free(site: Site) -> None:
    with site.connect("app") as connection:
        connection.execute("create temporary table scratch (id int)")
        connection.execute("insert into scratch values (1)")


def test_replaying_is_no_way_round(site: Site) -> None:
    with site.connect("lifeline") as connection:
        connection.execute("set session_replication_role = replica")
        assert sqlstate(lambda: connection.execute("insert into orders values (1, 'x')")) == "LL001"


def test_the_application_cannot_take_the_fence_away(site: Site) -> None:
    site.lease(30)
    with site.connect("app") as connection:
        for attempt in ATTEMPTS:
            assert sqlstate(lambda tried=attempt: connection.execute(tried.encode())) == "42501", attempt  # type: ignore[misc]


def test_the_owner_who_takes_it_off_finds_it_back(site: Site) -> None:
    for attempt in (
        "alter table orders disable trigger lifeline_fence",
        "drop trigger lifeline_fence on orders",
        "alter table orders enable replica trigger lifeline_fence",
        "create or replace trigger lifeline_fence before insert on orders"
        " for each statement execute function lifeline.fence()",
    ):
        site.run("app_owner", attempt)
        assert not site.writes()
        assert site.run("lifeline", "select count(*) from lifeline.unguarded") == 0
    assert sqlstate(lambda: site.run("app_owner", "select lifeline.renew('east', 9, now(), '1 h')")) == "42501"


def test_repeatable_read_sees_the_lease_run_out(site: Site) -> None:
    site.lease(0.3)
    with site.connect("app") as connection:
        connection.execute("begin isolation level repeatable read")
        connection.execute("insert into orders values (1, 'x')")
        time.sleep(0.35)
        assert sqlstate(lambda: connection.execute("insert into orders values (2, 'x')")) == "LL001"


@pytest.mark.parametrize("role", ["app", "app_owner"])
def test_a_transaction_longer_than_its_bound_is_ended(site: Site, role: str) -> None:
    site.lease(30)
    with site.connect(role) as connection:
        assert connection.execute("show transaction_timeout").fetchone() == ("1s",)
        connection.execute("begin")
        connection.execute("insert into orders values (1, 'x')")
        time.sleep(1.2)
        assert sqlstate(lambda: connection.execute("commit")) == "25P04"
        assert connection.closed
    assert site.run("app", "select count(*) from orders") == 0


def test_the_wardens_own_test_write_passes_the_same_fence(site: Site) -> None:
    with site.connect("warden") as connection:
        assert not beat(connection, "east")
        site.lease(30)
        assert beat(connection, "east")
        assert beat(connection, "east")
        assert sqlstate(lambda: connection.execute("update lifeline.lease set valid_until = 'infinity'")) == "42501"
        assert sqlstate(lambda: connection.execute("select * from orders")) == "42501", "the warden reads no order"
