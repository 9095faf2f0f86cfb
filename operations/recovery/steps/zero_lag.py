"""Everything that the old site acknowledged is at the target."""

from operations.record.mailbox import NoAnswer
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, StepFailed


class ZeroLag(RecoveryStep):
    """Wait until the target's database has replayed the log up to where the fenced old one stood.

    The position is read after the fence, so nothing that was acknowledged lies beyond it. A database that does not say
    its position leaves the lag unknown, and unknown is not zero: skip this step with a reason only to rely on RDS
    alone, which waits for the same before it switches.
    """

    id = "zero-lag"
    title = "zero lag"
    after = ("fence",)
    skippable = True
    timeout = 300.0
    expected = 3.0

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.calls = move.letter_calls(required=True)
        self._wanted: int | None = None

    def check(self, hands: Hands) -> Standing:
        return NEEDED

    def apply(self, hands: Hands) -> None:
        wanted = self._position(hands, self.move.origin)
        if wanted is None:
            raise StepFailed(
                f"{self.move.origin} does not say how far its database is: the lag is unknown; "
                "mend its warden and go on, or skip this step with a reason"
            )
        self._wanted = wanted

    def verify(self, hands: Hands) -> str | None:
        reached = self._position(hands, self.move.target)
        if reached is None or self._wanted is None:
            return f"{self.move.target} does not say how far its database is"
        behind = self._wanted - reached
        if behind > 0:
            return f"{behind} bytes of log behind"
        hands.note("zero-lag", {"position": reached})
        return None

    def _position(self, hands: Hands, site: str) -> int | None:
        try:
            found = self.move.ask(hands, site, "probe").get("position")
        except NoAnswer:
            return None
        return found if isinstance(found, int) else None
