"""The old site may not write any more, shown or waited for."""

from collections.abc import Sequence

from operations.record.attributes import Value
from operations.record.mailbox import NoAnswer, new_id
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.call import Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing

LOOK_SECONDS = 0.2


class Fence(RecoveryStep):
    """Make sure that the old site acknowledges no write any more. Only then may the database be touched.

    Its warden is asked to revoke the lease and to wait for writers in flight; and the copy's own lease row, which
    replicates, has to show that the lease is over. Where either does not answer, the lease and the bound on one
    transaction are waited out instead, from the moment the record named the target: both are durations, so clocks
    that differ do no harm. After a crash the wait begins anew.
    """

    id = "fence"
    title = "old site fenced"
    after = ("record",)

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.bound = float(move.topology.lease_seconds + move.topology.transaction_seconds)
        self.expected, self.timeout = self.bound, self.bound * 2 + 60
        self.calls = move.letter_calls()

    def check(self, hands: Hands) -> Standing:
        noted = hands.noted("fence")
        return Standing("done", str(noted["how"])) if noted else NEEDED

    def apply(self, hands: Hands) -> None:
        began = hands.monotonic()
        revoked, answer = self._revoke(hands)
        while (waited := hands.monotonic() - began) < self.bound:
            if revoked and self._copy_shows_it(hands):
                self._note(hands, "proved", waited, answer)
                return
            hands.sleep(min(LOOK_SECONDS, self.bound - waited) if revoked else self.bound - waited)
        self._note(hands, "waited", waited, answer)

    def _revoke(self, hands: Hands) -> tuple[bool, dict[str, Value]]:
        try:
            answer = self.move.ask(hands, self.move.origin, "revoke", {"epoch": self.move.before.epoch})
        except NoAnswer as silence:
            return False, {"answer": str(silence)}
        return answer.get("revoked") is True and answer.get("settled") is True, answer

    def _copy_shows_it(self, hands: Hands) -> bool:
        """The target's database has received that the lease is over, by revocation or by time."""
        try:
            seen = self.move.ask(hands, self.move.target, "probe")
        except NoAnswer:
            return False
        remaining = seen.get("remaining")
        if seen.get("lease_revoked") is True:
            return True
        return isinstance(remaining, (int, float)) and remaining <= 0

    def _note(self, hands: Hands, how: str, waited: float, answer: dict[str, Value]) -> None:
        kept: dict[str, Value] = {
            name: answer[name] for name in ("revoked", "settled", "ended", "answer", "error") if name in answer
        }
        hands.note("fence", {"how": how, "seconds": round(waited, 3), "bound": self.bound, "old_site": kept})

    def commands(self) -> Sequence[Command]:
        move = self.move
        at = move.world.clock.now()
        item = {
            "pk": {"S": f"mailbox#{move.origin}"},
            "sk": {"S": new_id(at)},
            "kind": {"S": "revoke"},
            "arguments": {"M": {"epoch": {"N": str(move.before.epoch)}}},
            "by": {"S": move.by},
            "at": {"S": at.isoformat(timespec="milliseconds")},
            "until": {"S": at.replace(year=at.year + 1).isoformat(timespec="milliseconds")},
        }
        why = f"asks the old site to revoke; whether it answers or not, then `sleep {self.bound:.0f}`"
        return (
            Command(
                "dynamodb",
                "PutItem",
                move.region,
                {"TableName": move.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"},
                why,
            ),
        )
