"""What was lost: measured, bounded or unknown, and never zero for want of knowing."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operations.record.heartbeats import Heartbeat
from operations.recovery import orders
from operations.recovery.loss import Mode, of_database

AT = datetime(2026, 1, 1, tzinfo=UTC)
WRITTEN = Heartbeat("east", AT, 4, 1.0)


def test_a_failover_lost_what_lies_between_the_heartbeats_and_at_most_the_lease_more() -> None:
    lost = of_database(WRITTEN, AT - timedelta(seconds=3), "failover", hold_seconds=65)
    assert (lost.seconds, lost.rows, lost.at_most_seconds) == (3.0, None, 69.0)
    assert "rejoin" in lost.why


def test_a_heartbeat_that_has_arrived_and_was_not_published_is_no_negative_loss() -> None:
    assert of_database(WRITTEN, AT + timedelta(seconds=1), "failover", 65).seconds == 0.0


@pytest.mark.parametrize(("written", "arrived"), [(None, AT), (WRITTEN, None), (None, None)])
def test_what_is_missing_is_unknown(written: Heartbeat | None, arrived: datetime | None) -> None:
    modes: tuple[Mode, ...] = ("failover", "switchover")
    for mode in modes:
        lost = of_database(written, arrived, mode, 65)
        assert (lost.seconds, lost.rows, lost.at_most_seconds) == (None, None, None) and lost.why


def test_a_switchover_lost_no_row_only_if_its_last_heartbeat_arrived() -> None:
    assert of_database(WRITTEN, AT, "switchover", 65).rows == 0
    assert of_database(WRITTEN, AT - timedelta(seconds=1), "switchover", 65).rows is None


def digest(order: str) -> str:
    return hashlib.sha256(order.encode()).hexdigest()


def test_orders_are_asked_for_by_digest_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "BATCH", 3)
    ids = [f"order-{number}" for number in range(8)]
    asked: list[Sequence[str]] = []

    def missing(digests: Sequence[str]) -> frozenset[str] | None:
        asked.append(digests)
        return None if digest("order-7") in digests else frozenset({digest("order-1"), digest("order-4")})

    found = orders.account(ids, missing)
    assert [len(batch) for batch in asked] == [3, 3, 2]
    assert (found.acknowledged, found.lost, found.unknown) == (8, 2, 2)
    assert found.lost_ids == ("order-1", "order-4") and "order-1" not in repr(found)


def test_a_file_of_ids(tmp_path: Path) -> None:
    file = tmp_path / "ids"
    file.write_text("a\nb\na\n\n")
    assert orders.read_ids(file) == ["a", "b"]
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ValueError, match="give a file of ids"):
            orders.read_ids(path)
