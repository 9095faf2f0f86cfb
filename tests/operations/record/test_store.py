"""One conditional write decides; absent is not unreachable; an unknown outcome is looked up, not guessed."""

from dataclasses import replace

import pytest

from operations.record.record import Record, RecordMoved, RecordUnreachable, of_item
from operations.record.store import RecordStore
from tests.operations.record.replica_double import REGIONS, TABLE, Table


def test_absent_reads_as_the_founder_in_epoch_0(store: RecordStore) -> None:
    assert store.read() == Record(active="east", epoch=0, since="")


def test_a_move_makes_the_next_epoch_and_goes_both_ways(store: RecordStore) -> None:
    first = store.move(store.read(), "west")
    assert (first.active, first.epoch) == ("west", 1)
    assert store.read() == first
    second = store.move(first, "east")
    assert (second.active, second.epoch) == ("east", 2)
    assert second.since > first.since


def test_two_operators_one_wins(store: RecordStore) -> None:
    seen = store.read()
    winner = store.move(seen, "west")
    with pytest.raises(RecordMoved, match="west is active in epoch 1") as refused:
        store.move(seen, "west")
    assert refused.value.found == winner
    assert store.read() == winner


def test_a_record_that_exists_in_epoch_0_can_be_moved(store: RecordStore) -> None:
    locked = store.acquire_lock("ann", "p1", "lock")
    assert (locked.active, locked.epoch) == ("east", 0)
    moved = store.move(locked, "west")
    assert moved.epoch == 1
    assert moved.lock == locked.lock
    assert store.release_lock("p1").lock is None


def test_the_founder_is_only_assumed_when_it_is_what_the_caller_expects(store: RecordStore) -> None:
    with pytest.raises(RecordMoved):
        store.move(Record(active="west", epoch=0, since=""), "east")


def test_a_lock_keeps_others_out_and_lets_its_promotion_go_on(store: RecordStore) -> None:
    before = store.read()
    mine = store.acquire_lock("ann", "p1", "lock")
    with pytest.raises(RecordMoved, match="locked by ann for promotion p1"):
        store.acquire_lock("bob", "p2", "lock")
    with pytest.raises(RecordMoved):
        store.move(before, "west")
    with pytest.raises(RecordMoved):
        store.release_lock("p2")
    with pytest.raises(RecordMoved):
        store.note_step("p2", "database")
    assert mine.lock is not None
    assert store.note_step("p1", "database").lock == replace(mine.lock, step="database")
    resumed = store.acquire_lock("bob", "p1", "database")
    assert resumed.lock is not None
    assert resumed.lock.holder == "bob"
    store.release_lock("p1")
    assert store.release_lock("p1").lock is None, "releasing twice is harmless"


def test_the_other_replica_serves_while_one_is_down(store: RecordStore, table: Table) -> None:
    table.down = {REGIONS[0]}
    assert store.move(store.read(), "west").epoch == 1
    table.down = {REGIONS[1]}
    assert store.read().active == "west"


@pytest.mark.parametrize("code", ["InternalServerError", "ThrottlingException", "AccessDeniedException"])
def test_unreachable_names_what_each_region_said(
    store: RecordStore, table: Table, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.record.replicas.time.sleep", lambda seconds: None)
    table.down = {REGIONS[0]}
    table.failing = {REGIONS[1]: code}
    with pytest.raises(RecordUnreachable, match="see which are up") as unreachable:
        store.read()
    assert unreachable.value.reasons == {REGIONS[0]: "EndpointConnectionError", REGIONS[1]: code}
    with pytest.raises(RecordUnreachable):
        store.move(Record("east", 0, ""), "west")


def test_a_replica_that_refuses_for_the_rate_is_asked_again(
    store: RecordStore, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pause(seconds: float) -> None:
        table.failing = {}

    monkeypatch.setattr("operations.record.replicas.time.sleep", pause)
    table.down = {REGIONS[0]}
    table.failing = {REGIONS[1]: "ThrottlingException"}
    assert store.move(store.read(), "west").active == "west"
    read = [region for region, operation in table.calls if operation == "get_item"]
    assert read == [*REGIONS, REGIONS[1]], "the one that is down is not waited for again"


def test_a_write_whose_answer_was_lost_counts_as_what_it_was(store: RecordStore, table: Table) -> None:
    seen = store.read()
    table.deaf = {REGIONS[0]}
    moved = store.move(seen, "west")
    assert (moved.active, moved.epoch) == ("west", 1)
    assert [call for call in table.calls if call[1] == "update_item"] == [(region, "update_item") for region in REGIONS]
    assert store.release_lock("p1").lock is None


def test_an_unknown_outcome_is_not_taken_for_another_operators_move(store: RecordStore, table: Table) -> None:
    seen = store.read()
    store.move(seen, "west")
    table.down = {REGIONS[0]}
    with pytest.raises(RecordMoved):
        store.move(seen, "west")


def test_a_write_conflict_between_replicas_is_tried_again(store: RecordStore, table: Table) -> None:
    table.conflicts = 2
    assert store.move(store.read(), "west").epoch == 1
    table.conflicts = 100
    with pytest.raises(RecordUnreachable, match="ReplicatedWriteConflictException"):
        store.read()


def test_every_read_is_strongly_consistent_and_in_order(store: RecordStore, table: Table) -> None:
    store.read()
    assert table.calls == [(REGIONS[0], "get_item")]


def test_a_foreign_item_is_an_error_not_epoch_0() -> None:
    with pytest.raises(ValueError, match="has no 'active'"):
        of_item({"pk": {"S": "record"}}, "east")


def test_it_needs_a_region(table: Table) -> None:
    with pytest.raises(ValueError, match="at least one region"):
        RecordStore(TABLE, "nl-fhir", (), "east", table.factory)
