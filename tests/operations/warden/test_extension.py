"""The break-glass: two people, fresh, once, written down, and never while a replica answers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.record.record import Record
from operations.warden import lease
from operations.warden.extension import Extensions, GrantRefused, extend, read_grant
from tests.operations.warden.cloud import Cloud
from tests.operations.warden.site import Site

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GIVEN: dict[str, Any] = {
    "minutes": 30,
    "by": ["ann", "bob"],
    "reason": "the table is out in every region",
    "at": "2026-03-01T11:58:00+00:00",
}


def test_a_grant_is_read() -> None:
    grant = read_grant(json.dumps(GIVEN), NOW)
    assert (grant.minutes, grant.by, grant.reason) == (30, ("ann", "bob"), "the table is out in every region")
    assert grant.token != read_grant(json.dumps(GIVEN | {"minutes": 31}), NOW).token


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"minutes": 0}, "1 to 240 whole minutes"),
        ({"minutes": 241}, "1 to 240 whole minutes"),
        ({"minutes": True}, "1 to 240 whole minutes"),
        ({"minutes": "30"}, "1 to 240 whole minutes"),
        ({"by": ["ann"]}, "two different people"),
        ({"by": ["ann", " Ann "]}, "two different people"),
        ({"by": ["ann", ""]}, "two different people"),
        ({"by": "ann, bob"}, "a list of two people"),
        ({"reason": " "}, "a reason"),
        ({"at": "2026-03-01T11:44:00+00:00"}, "only one of the last 15 minutes"),
        ({"at": "2026-03-01T12:05:00+00:00"}, "only one of the last 15 minutes"),
        ({"at": "2026-03-01T11:58:00"}, "no time zone"),
        ({"at": "yesterday"}, "cannot be read"),
        ({"at": None}, "cannot be read"),
        ({"promotes": "yes"}, "`promotes` must be true or false"),
    ],
)
def test_what_is_not_a_grant(change: dict[str, Any], why: str) -> None:
    with pytest.raises(GrantRefused, match=why):
        read_grant(json.dumps(GIVEN | change), NOW)


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", "3"])
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(GrantRefused, match="cannot be read"):
        read_grant(text, NOW)


def test_it_is_honoured_once_and_written_down(site: Site) -> None:
    site.lease(30)
    site.expire()
    assert not site.writes()
    grant = read_grant(json.dumps(GIVEN), NOW)
    with site.connect("warden") as connection:
        assert extend(connection, "east", grant)
        held = lease.current(connection)
        assert held is not None
        assert 29 * 60 < held.remaining <= 30 * 60
        assert site.writes()
        site.expire()
        assert not extend(connection, "east", grant)
        assert not site.writes()
        row = connection.execute("select site, epoch, minutes, granted_by, reason from lifeline.lease_extension")
        assert row.fetchall() == [("east", 0, 30, ["ann", "bob"], "the table is out in every region")]


def test_a_site_that_did_not_hold_the_lease_last_gets_none(site: Site) -> None:
    grant = read_grant(json.dumps(GIVEN), NOW)
    with site.connect("warden") as connection:
        with pytest.raises(GrantRefused, match="not the holder"):
            extend(connection, "east", grant)
        site.lease(30, epoch=1, site="west")
        with pytest.raises(GrantRefused, match="not the holder"):
            extend(connection, "east", grant)
        site.lease(30, epoch=2)
        lease.revoke(connection, "east", 2)
        with pytest.raises(GrantRefused, match="revoked"):
            extend(connection, "east", grant)
        assert connection.execute("select count(*) from lifeline.lease_extension").fetchone() == (0,)


def test_the_next_strong_read_cuts_it_back(site: Site) -> None:
    """Or a failover, which waits for an ordinary lease, would wait too short once the table is back."""
    site.lease(5)
    with site.connect("warden") as connection:
        extend(connection, "east", read_grant(json.dumps(GIVEN), NOW))
        site.lease(5)
        held = lease.current(connection)
        assert held is not None
        assert held.remaining <= 5


def promoting(**change: Any) -> Any:
    return read_grant(json.dumps(GIVEN | {"promotes": True} | change), NOW)


def test_a_grant_that_promotes_takes_the_next_epoch_once_the_other_site_s_lease_is_over(site: Site) -> None:
    """As after a failover: the copy has the old site's lease row, and no record says who is active."""
    site.lease(30, epoch=4, site="west")
    with site.connect("warden") as connection:
        with pytest.raises(GrantRefused, match="another site's lease to be valid"):
            extend(connection, "east", promoting())
        site.expire()
        assert not site.writes()
        assert extend(connection, "east", promoting())
        held = lease.current(connection)
        assert held is not None and (held.site, held.epoch) == ("east", 5) and 29 * 60 < held.remaining <= 30 * 60
        assert site.writes()
        assert not extend(connection, "east", promoting()), "honoured once"
        row = connection.execute("select site, epoch, minutes, granted_by from lifeline.lease_extension")
        assert row.fetchall() == [("east", 5, 30, ["ann", "bob"])]


def test_a_record_that_is_behind_ends_no_such_lease_and_one_that_is_repaired_renews_it(site: Site) -> None:
    site.lease(30, epoch=4, site="west")
    site.expire()
    with site.connect("warden") as connection:
        extend(connection, "east", promoting())
        behind = lease.renew(connection, "east", 4, lambda: Record("west", 4, ""))
        assert behind.outcome == "ahead" and site.writes()
        repaired = lease.renew(connection, "east", 4, lambda: Record("east", 6, ""))
        held = lease.current(connection)
        assert repaired.outcome == "renewed" and held is not None and held.epoch == 6 and held.remaining <= 4
        moved = lease.renew(connection, "east", 4, lambda: Record("west", 7, ""))
        assert moved.outcome == "gave up" and not site.writes()


def test_it_lies_in_a_parameter_of_the_sites_own_region(cloud: Cloud) -> None:
    asked: list[tuple[str, str]] = []

    def factory(service: str, region: str) -> Any:
        asked.append((service, region))
        return cloud.factory(service, region)

    extensions = Extensions("/nl-fhir/production/east/lease-extension", "us-east-1", factory)
    assert extensions.look() is None
    given = GIVEN | {"at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat()}
    cloud.clients["ssm"].put_parameter(
        Name="/nl-fhir/production/east/lease-extension", Value=json.dumps(given), Type="SecureString"
    )
    grant = extensions.look()
    assert grant is not None
    assert grant.by == ("ann", "bob")
    assert asked == [("ssm", "us-east-1")]
