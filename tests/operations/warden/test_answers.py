"""What a site's warden says to whoever asks through the table."""

import hashlib
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from operations.record.attributes import Value
from operations.record.mailbox import Mailbox, Request
from operations.warden.answers import Answers
from operations.warden.standing import Standing
from tests.operations.warden.cloud import REGIONS, Cloud
from tests.operations.warden.site import Site

REFUSED_COUNTS: tuple[tuple[dict[str, Value], str], ...] = (
    ({}, "needs `table`"),
    ({"table": "orders", "digests": []}, "needs `column`"),
    ({"table": "orders", "column": "id", "digests": [""] * 4001}, "at most 4000"),
    ({"table": "nothing"}, "UndefinedTable"),
    ({"table": "lifeline.lease"}, "UndefinedTable"),
    ({"table": "pg_authid"}, "UndefinedTable"),
    ({"table": "orders; drop table orders"}, "SyntaxError|InvalidName|UndefinedTable"),
    ({"table": "orders", "column": "id from orders --", "digests": ["x"]}, "UndefinedColumn"),
)


@pytest.fixture
def mailbox(cloud: Cloud) -> Mailbox:
    return Mailbox(cloud.table, REGIONS, cloud.factory)


@pytest.fixture
def answers(site: Site, mailbox: Mailbox) -> Answers:
    return Answers(site.environment(), Standing("east", 4), mailbox)


def ask(
    answers: Answers, kind: str, arguments: Mapping[str, Value] | None = None, wait: float = 30
) -> dict[str, Value]:
    until = (datetime.now(UTC) + timedelta(seconds=wait)).isoformat()
    return answers.answer(Request("east", "1", kind, dict(arguments or {}), "ann", "", until))


def test_prove_writable_is_a_write(answers: Answers, site: Site) -> None:
    refused = ask(answers, "prove-writable")
    assert (refused["site"], refused["writable"], refused["holder"]) == ("east", False, None)
    assert "no valid lease" in str(refused["reason"])
    site.lease(30, epoch=2)
    proved = ask(answers, "prove-writable")
    assert (proved["writable"], proved["epoch"], proved["holder"]) == (True, 2, "east")
    assert site.run("warden", "select count(*) from lifeline.heartbeat") == 1


def test_revoke(answers: Answers, site: Site) -> None:
    site.lease(30, epoch=2)
    assert "needs `epoch`" in str(ask(answers, "revoke")["error"])
    assert "needs `epoch`" in str(ask(answers, "revoke", {"epoch": True})["error"])
    older = ask(answers, "revoke", {"epoch": 1})
    assert (older["revoked"], older["epoch"]) == (False, 2)
    assert site.writes()
    done = ask(answers, "revoke", {"epoch": 2})
    assert (done["revoked"], done["settled"], done["lease_revoked"]) == (True, True, True)
    assert not site.writes()


def test_a_revocation_that_a_writer_outwaits_is_not_settled(answers: Answers, site: Site) -> None:
    site.lease(30)
    with site.connect("lifeline") as writer:  # the one role here whose transactions nothing bounds
        writer.execute("begin")
        writer.execute("insert into orders values (1, 'x')")
        done = ask(answers, "revoke", {"epoch": 0})
        assert (done["revoked"], done["settled"]) == (True, False)


def test_count_names_what_is_missing_by_digest_only(answers: Answers, site: Site) -> None:
    site.lease(30)
    site.run("app", "insert into orders select n, 'x' from generate_series(1, 10) n")
    assert ask(answers, "count", {"table": "orders"})["rows"] == 10
    digests: list[Value] = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(8, 14)]
    counted = ask(answers, "count", {"table": "public.orders", "column": "id", "digests": digests})
    assert (counted["rows"], counted["asked"]) == (10, 6)
    missing = counted["missing"]
    assert isinstance(missing, list)
    assert sorted(map(str, missing)) == sorted(map(str, digests[3:]))


def test_count_counts_only_the_applications_tables(answers: Answers) -> None:
    for arguments, why in REFUSED_COUNTS:
        error = str(ask(answers, "count", arguments)["error"])
        assert any(part in error for part in why.split("|")), error


def test_probe(answers: Answers, site: Site) -> None:
    site.lease(30, epoch=1)
    seen = ask(answers, "probe")
    assert (seen["writer"], seen["unguarded"], seen["behind_seconds"]) == (True, 0, None)
    assert (seen["epoch"], seen["holder"], seen["lease_revoked"]) == (1, "east", False)
    remaining = seen["remaining"]
    assert isinstance(remaining, float)
    assert 20 < remaining <= 30


def test_extension_is_refused_while_the_table_answers(answers: Answers) -> None:
    refused = ask(answers, "extend-lease", {"minutes": 5})
    assert refused["extended"] is False
    assert "the control table answers" in str(refused["reason"])


def test_what_it_does_not_do(answers: Answers, site: Site) -> None:
    assert "no kind of request" in str(ask(answers, "format-disk")["error"])
    site.lease(30)
    late = ask(answers, "revoke", {"epoch": 0}, wait=-1)
    assert "nothing was done" in str(late["error"])
    malformed = answers.answer(Request("east", "1", "revoke", {"epoch": 0}, "ann", "", "None"))
    assert "nothing was done" in str(malformed["error"])
    assert site.writes()


def test_no_database_is_an_error_not_a_no(mailbox: Mailbox) -> None:
    answers = Answers(Site(1, "orders").environment(), Standing("east", 4), mailbox)
    answer = ask(answers, "prove-writable")
    assert "takes no connection" in str(answer["error"])
    assert "writable" not in answer


def test_through_the_table(answers: Answers, mailbox: Mailbox, site: Site) -> None:
    site.lease(30)
    stop = threading.Event()
    thread = threading.Thread(target=answers.run, args=(stop,))
    thread.start()
    try:
        assert mailbox.ask("east", "prove-writable", {}, "ann", timeout=20)["writable"] is True
    finally:
        stop.set()
        thread.join()


def test_the_fences_own_events_are_told(answers: Answers, site: Site) -> None:
    before = ask(answers, "fence-events")["refused_writes"]
    site.lease(30, epoch=2)
    ask(answers, "revoke", {"epoch": 2})
    assert not site.writes() and not site.writes()
    ask(answers, "prove-writable")
    told = ask(answers, "fence-events")
    assert int(str(told["refused_writes"])) == int(str(before)) + 2, "rolled back, and counted; its own tests are not"
    leases = told["leases"]
    assert isinstance(leases, list) and isinstance(leases[0], dict)
    assert (leases[0]["site"], leases[0]["epoch"]) == ("east", 2) and leases[0]["revoked_at"] is not None
    assert told["extensions"] == []
