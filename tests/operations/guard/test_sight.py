"""The guard tells every change of the record once, also one that was made while no guard looked."""

from operations.guard.environment import GuardEnvironment
from operations.guard.sight import Sight
from operations.record.attributes import to_attribute
from operations.record.store import RecordStore
from tests.operations.record.replica_double import REGIONS, TABLE, Table


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def guard(table: Table, site: str = "east", clock: Clock | None = None) -> Sight:
    peer = "west" if site == "east" else "east"
    regions = REGIONS if site == "east" else REGIONS[::-1]
    environment = GuardEnvironment("nl-fhir", "production", site, peer, regions[0], TABLE, regions)
    return Sight(environment, table.factory, clock or Clock())


def store(table: Table) -> RecordStore:
    return RecordStore(TABLE, "nl-fhir", REGIONS, "east", table.factory)


def test_each_write_is_told_once_by_the_guards_of_both_sites(table: Table) -> None:
    east, west = guard(table), guard(table, "west")
    assert [east.look().changes, west.look().changes] == [0, 0]
    record = store(table)
    record.acquire_lock("ann", "p1", "lock")
    assert [east.look().changes, west.look().changes] == [1, 1]
    record.move(record.read(), "west")
    seen = east.look()
    assert seen.changes == 1 and seen.record["active"] == "west" and seen.record["epoch"] == 1
    assert east.look().changes == 0


def test_a_write_that_lifeline_did_not_make_is_told_too(table: Table) -> None:
    store(table).acquire_lock("ann", "p1", "lock")
    east = guard(table)
    east.look()
    table.client.update_item(
        TableName=TABLE,
        Key={"pk": to_attribute("record"), "sk": to_attribute("nl-fhir")},
        UpdateExpression="SET remark = :r",
        ExpressionAttributeValues={":r": to_attribute("by hand")},
    )
    assert east.look().changes == 1


def test_a_write_made_while_no_guard_ran_is_told_by_the_next_one(table: Table) -> None:
    guard(table).look()
    store(table).acquire_lock("ann", "p1", "lock")
    assert guard(table).look().changes == 1
    assert guard(table).look().changes == 0


def test_one_dark_replica_is_named_and_the_other_still_shows_the_record(table: Table) -> None:
    east = guard(table)
    east.look()
    store(table).acquire_lock("ann", "p1", "lock")
    table.down.add("us-east-1")
    seen = east.look()
    assert seen.unreachable == ("us-east-1",) and seen.changes == 1


def test_with_no_replica_nothing_is_claimed(table: Table) -> None:
    east = guard(table)
    east.look()
    table.down.update(REGIONS)
    seen = east.look()
    assert (seen.changes, seen.peer_silence) == (None, None)
    assert seen.unreachable == REGIONS
    table.down.clear()
    store(table).acquire_lock("ann", "p1", "lock")
    assert east.look().changes == 1


def test_the_peer_s_silence_counts_from_when_it_was_last_heard_of(table: Table) -> None:
    clock = Clock()
    east, west = guard(table, clock=clock), guard(table, "west")
    assert east.look().peer_silence is None
    west.look()
    assert east.look().peer_silence == 0
    clock.now += 90
    assert east.look().peer_silence == 90
    west.look()
    assert east.look().peer_silence == 0


def test_a_guard_writes_nothing_but_its_own_note(table: Table) -> None:
    record = store(table)
    before = record.acquire_lock("ann", "p1", "lock")
    guard(table).look()
    assert record.read() == before
    keys = {item["pk"]["S"] for item in table.client.scan(TableName=TABLE)["Items"]}
    assert keys == {"record", "guard#east"}
