"""Requests and answers; no answer is unknown."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.record.attributes import Value, from_attribute, to_attribute
from operations.record.mailbox import Mailbox, NoAnswer, new_id
from operations.record.record import RecordUnreachable
from tests.operations.record.replica_double import REGIONS, TABLE, Table


@pytest.fixture
def mailbox(table: Table) -> Mailbox:
    return Mailbox(TABLE, REGIONS, table.factory)


def _answering(mailbox: Mailbox, answer: dict[str, Value]) -> threading.Thread:
    def work() -> None:
        while not (requests := mailbox.pending("east")):
            pass
        assert mailbox.answer(requests[0], answer)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_question_and_its_answer(mailbox: Mailbox) -> None:
    thread = _answering(mailbox, {"writable": True, "epoch": 3, "waited": 0.5, "sites": ["east"], "why": None})
    answer = mailbox.ask("east", "prove-writable", {"epoch": 3}, "ann", timeout=10)
    assert answer == {"writable": True, "epoch": 3, "waited": 0.5, "sites": ["east"], "why": None}
    thread.join()
    assert mailbox.pending("east") == []


def test_what_the_warden_sees_in_the_order_it_was_asked(mailbox: Mailbox) -> None:
    for by in ("ann", "bob"):
        with pytest.raises(NoAnswer):
            mailbox.ask("east", "revoke", {"epoch": 0}, by, timeout=0.01)
    requests = mailbox.pending("east")
    assert [request.by for request in requests] == ["ann", "bob"]
    assert requests[0].kind == "revoke"
    assert requests[0].arguments == {"epoch": 0}
    assert mailbox.pending("west") == []
    assert requests[0].expired(datetime.now(UTC) + timedelta(seconds=5)), "its asker has stopped waiting"
    assert not requests[0].expired(datetime.now(UTC) - timedelta(seconds=5))


def test_only_one_answer_counts(mailbox: Mailbox) -> None:
    with pytest.raises(NoAnswer):
        mailbox.ask("east", "probe", {}, "ann", timeout=0.01)
    (request,) = mailbox.pending("east")
    assert mailbox.answer(request, {"by": "first"})
    assert not mailbox.answer(request, {"by": "second"})


def test_silence_is_unknown(mailbox: Mailbox, table: Table) -> None:
    with pytest.raises(NoAnswer, match=r"probe at west is unknown .*its warden said nothing"):
        mailbox.ask("west", "probe", {}, "ann", timeout=0.05)
    table.down = set(REGIONS)
    with pytest.raises(NoAnswer, match="could not be asked"):
        mailbox.ask("west", "probe", {}, "ann", timeout=0.05)
    with pytest.raises(RecordUnreachable):
        mailbox.pending("west")


def test_either_replica_carries_a_message(mailbox: Mailbox, table: Table) -> None:
    table.down = {REGIONS[0]}
    thread = _answering(mailbox, {"ok": True})
    assert mailbox.ask("east", "probe", {}, "ann", timeout=10) == {"ok": True}
    thread.join()


def test_a_request_that_was_taken_without_saying_so_is_asked_once(mailbox: Mailbox, table: Table) -> None:
    table.deaf = {REGIONS[0]}
    with pytest.raises(NoAnswer):
        mailbox.ask("east", "probe", {}, "ann", timeout=0.01)
    assert len(mailbox.pending("east")) == 1


def test_ids_sort_by_time() -> None:
    start = datetime.now(UTC)
    ids = [new_id(start + timedelta(milliseconds=step)) for step in range(50)]
    assert ids == sorted(ids)
    assert new_id(start) != new_id(start)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text()
    | st.floats(-1e9, 1e9).map(lambda x: x + 0.5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_VALUES)
def test_values_come_back_as_they_went(value: Value) -> None:
    assert from_attribute(to_attribute(value)) == value


def test_what_json_lacks_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes cannot be kept"):
        to_attribute(b"x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="type SS"):
        from_attribute({"SS": ["x"]})
