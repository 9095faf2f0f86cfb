"""The control record in its table: strongly consistent reads, one conditional write to change anything."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from operations.record.attributes import to_attribute
from operations.record.record import Lock, Record, RecordMoved, of_item
from operations.record.replicas import ClientFactory, ConditionFailed, Replicas

_NAMES = {"#active": "active", "#epoch": "epoch", "#since": "since", "#lock": "lock"}
"""All of them by alias: DynamoDB reserves hundreds of words."""
_UNLOCKED = "attribute_not_exists(#lock)"
_OURS = "#lock.promotion = :promotion"


def now() -> str:
    """ISO 8601, UTC, microseconds: fine enough that two moves never carry the same time."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class RecordStore:
    """One application's record."""

    def __init__(
        self, table: str, application: str, regions: Sequence[str], founder: str, client_factory: ClientFactory
    ) -> None:
        """`regions` in the order they are asked; `founder` is active as long as nothing was ever written."""
        self._replicas = Replicas(table, regions, client_factory)
        self._key = {"pk": to_attribute("record"), "sk": to_attribute(application)}
        self._founder = founder

    def read(self) -> Record:
        """The record by a strongly consistent read. Raises RecordUnreachable when no replica gives one."""
        answer = self._replicas.call("get_item", Key=self._key, ConsistentRead=True)
        return of_item(answer.get("Item"), self._founder)

    def move(self, expected: Record, to: str, epoch: int | None = None) -> Record:
        """Makes `to` the active site in the next epoch, if the record is still what the caller expects, lock included.

        `epoch`: a later one than the next, where a lease was taken without the record. Raises ValueError for an older.
        Safe to repeat with the same `expected` only until it has returned. Raises RecordMoved, RecordUnreachable.
        """
        following = expected.epoch + 1 if epoch is None else epoch
        if following <= expected.epoch:
            raise ValueError(f"the epoch only grows: {following} is not after {expected.epoch}")
        moved = replace(expected, active=to, epoch=following, since=now())
        values: dict[str, Any] = {":to": to, ":next": moved.epoch, ":since": moved.since}
        conditions = ["(#active = :active AND #epoch = :epoch)", _UNLOCKED]
        values |= {":active": expected.active, ":epoch": expected.epoch}
        if expected.epoch == 0 and expected.active == self._founder:
            conditions[0] = "(attribute_not_exists(#epoch) OR (#active = :active AND #epoch = :epoch))"
        if expected.lock is not None:
            conditions[1] = _OURS
            values[":promotion"] = expected.lock.promotion
        update = "SET #active = :to, #epoch = :next, #since = :since"
        return self._write(f"move to {to}", update, " AND ".join(conditions), values, _NAMES, moved)

    def acquire_lock(self, holder: str, promotion: str, step: str) -> Record:
        """Takes the lock for a promotion, or goes on with it: the promotion's own id may take it again.

        Raises RecordMoved when another promotion has it, RecordUnreachable.
        """
        lock = Lock(holder=holder, since=now(), promotion=promotion, step=step)
        values: dict[str, Any] = {
            ":lock": {"holder": holder, "since": lock.since, "promotion": promotion, "step": step},
            ":promotion": promotion,
            ":founder": self._founder,
            ":zero": 0,
            ":since": lock.since,
        }
        update = (
            "SET #lock = :lock, #active = if_not_exists(#active, :founder), "
            "#epoch = if_not_exists(#epoch, :zero), #since = if_not_exists(#since, :since)"
        )
        return self._write(f"lock by {holder}", update, f"{_UNLOCKED} OR {_OURS}", values, _NAMES)

    def note_step(self, promotion: str, step: str) -> Record:
        """Writes into the lock how far its promotion is. Raises RecordMoved when the lock is not that promotion's."""
        names = {"#lock": "lock", "#step": "step"}
        values = {":promotion": promotion, ":step": step}
        return self._write(f"step {step}", "SET #lock.#step = :step", _OURS, values, names)

    def release_lock(self, promotion: str) -> Record:
        """Ends the promotion's lock; nothing happens when there is none. Raises RecordMoved when it is another's."""
        values = {":promotion": promotion}
        try:
            return self._write("release", "REMOVE #lock", _OURS, values, {"#lock": "lock"})
        except RecordMoved as moved:
            if moved.found.lock is None:
                return moved.found
            raise

    def _write(
        self,
        what: str,
        update: str,
        condition: str,
        values: dict[str, Any],
        names: dict[str, str],
        intended: Record | None = None,
    ) -> Record:
        try:
            answer = self._replicas.call(
                "update_item",
                Key=self._key,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={name: to_attribute(value) for name, value in values.items()},
                ReturnValues="ALL_NEW",
            )
        except ConditionFailed as failed:
            found = self.read()
            if failed.tried_before and found == intended:
                return found  # the region that did not answer had taken the write all the same
            raise RecordMoved(what, found) from None
        return of_item(answer["Attributes"], self._founder)
