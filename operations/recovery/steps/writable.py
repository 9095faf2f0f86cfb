"""The target's database takes a write, under the new lease."""

from collections.abc import Sequence

from operations.record.mailbox import NoAnswer
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing


class Writable(RecoveryStep):
    """Wait until the target's warden holds the lease of the new epoch and has committed a test write through the fence.

    A database can call itself available and be read-only: only a write that was committed counts. No traffic before.
    """

    id = "writable"
    title = "a write committed at the target"
    expected = 5.0

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.timeout = 120.0 + move.topology.lease_seconds
        self.calls = move.letter_calls(required=True)

    def check(self, hands: Hands) -> Standing:
        return NEEDED

    def apply(self, hands: Hands) -> None:
        """Nothing to do but look: the warden takes the lease by itself."""

    def verify(self, hands: Hands) -> str | None:
        move = self.move
        try:
            answer = move.ask(hands, move.target, "prove-writable")
        except NoAnswer as silence:
            return str(silence)
        if answer.get("writable") is not True:
            return str(answer.get("reason") or answer.get("error") or "the test write was not committed")
        if (answer.get("holder"), answer.get("epoch")) != (move.target, move.epoch):
            return f"it writes under the lease of {answer.get('holder')}, epoch {answer.get('epoch')}"
        hands.note("writable", {"at": move.world.clock.now().isoformat(timespec="milliseconds"), "epoch": move.epoch})
        return None
