"""The one write that decides, and its end."""

from collections.abc import Sequence

from operations.record.record import Record, RecordMoved
from operations.record.store import now
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.call import Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, StepFailed


class MoveRecord(RecoveryStep):
    """Take the promotion's lock and write into the control record that the target is active, under the next epoch.

    From here on the old site's warden renews no lease. One conditional write decides between two operators; whoever
    loses has changed nothing.
    """

    id = "record"
    title = "record: lock, and the next epoch"
    expected = 1.0

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.calls = move.table_calls("GetItem", "UpdateItem")

    def check(self, hands: Hands) -> Standing:
        record = self.move.store(hands.client).read()
        return Standing("done", f"epoch {record.epoch}") if self._ours(record) else NEEDED

    def apply(self, hands: Hands) -> None:
        move, store = self.move, self.move.store(hands.client)
        try:
            locked = store.acquire_lock(move.by, move.promotion, self.id)
            if (locked.active, locked.epoch) != (move.before.active, move.before.epoch):
                store.release_lock(move.promotion)
                raise StepFailed(f"the record has moved meanwhile: {locked.active} is active, epoch {locked.epoch}")
            store.move(locked, move.target)
        except RecordMoved as moved:
            raise StepFailed(f"another operator was faster: {moved}") from None

    def verify(self, hands: Hands) -> str | None:
        record = self.move.store(hands.client).read()
        return None if self._ours(record) else f"the record says {record.active}, epoch {record.epoch}"

    def _ours(self, record: Record) -> bool:
        locked = record.lock is not None and record.lock.promotion == self.move.promotion
        return locked and (record.active, record.epoch) == (self.move.target, self.move.epoch)

    def commands(self) -> Sequence[Command]:
        move, before = self.move, self.move.before
        lock = {"holder": move.by, "since": now(), "promotion": move.promotion, "step": self.id}
        parameters = {
            "TableName": move.table,
            "Key": {"pk": {"S": "record"}, "sk": {"S": move.topology.application}},
            "UpdateExpression": "SET #active = :to, #epoch = :next, #since = :since, #lock = :lock",
            "ConditionExpression": (
                "(attribute_not_exists(#epoch) OR (#active = :active AND #epoch = :epoch)) AND "
                "(attribute_not_exists(#lock) OR #lock.promotion = :promotion)"
            ),
            "ExpressionAttributeNames": {"#active": "active", "#epoch": "epoch", "#since": "since", "#lock": "lock"},
            "ExpressionAttributeValues": {
                ":to": {"S": move.target},
                ":next": {"N": str(move.epoch)},
                ":since": {"S": lock["since"]},
                ":lock": {"M": {name: {"S": value} for name, value in lock.items()}},
                ":active": {"S": before.active},
                ":epoch": {"N": str(before.epoch)},
                ":promotion": {"S": move.promotion},
            },
        }
        if before.epoch:
            parameters["ConditionExpression"] = str(parameters["ConditionExpression"]).replace(
                "attribute_not_exists(#epoch) OR ", ""
            )
        return (Command("dynamodb", "UpdateItem", move.region, parameters, "the one write that decides"),)


class ReleaseLock(RecoveryStep):
    """Give the promotion's lock back: the next promotion, in whichever direction, may begin."""

    id = "release"
    title = "lock given back"
    closing = True
    expected = 1.0

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.calls = move.table_calls("GetItem", "UpdateItem")

    def check(self, hands: Hands) -> Standing:
        lock = self.move.store(hands.client).read().lock
        if lock is not None and lock.promotion == self.move.promotion:
            return NEEDED
        return Standing("done", "it is free" if lock is None else f"{lock.holder} has begun another promotion")

    def apply(self, hands: Hands) -> None:
        try:
            self.move.store(hands.client).release_lock(self.move.promotion)
        except RecordMoved as moved:
            raise StepFailed(f"the lock is not this promotion's any more: {moved}") from None

    def commands(self) -> Sequence[Command]:
        move = self.move
        parameters = {
            "TableName": move.table,
            "Key": {"pk": {"S": "record"}, "sk": {"S": move.topology.application}},
            "UpdateExpression": "REMOVE #lock",
            "ConditionExpression": "#lock.promotion = :promotion",
            "ExpressionAttributeNames": {"#lock": "lock"},
            "ExpressionAttributeValues": {":promotion": {"S": move.promotion}},
        }
        return (Command("dynamodb", "UpdateItem", move.region, parameters),)
