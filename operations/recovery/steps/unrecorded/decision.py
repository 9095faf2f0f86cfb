"""The decision of two people, in the place of the one conditional write."""

from operations.record.record import RecordUnreachable
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, StepFailed


class Decision(RecoveryStep):
    """BREAK-GLASS. Nothing is written: no replica of the control table answers. Two people have decided instead.

    Nothing arbitrates between two operators now. Make sure that nobody else promotes, and that nobody extends the old
    site's lease. If a replica does answer, the promotion stops here, with nothing changed.
    """

    id = "record"
    title = "BREAK-GLASS: no record; two people have decided"
    expected = 5.0

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.calls = move.table_calls("GetItem", required=False)

    def check(self, hands: Hands) -> Standing:
        if (noted := hands.noted("break-glass")) is not None:
            return Standing("done", f"decided before, by {noted.get('by')}")
        refuse_if_it_answers(self.move, hands)
        return NEEDED

    def apply(self, hands: Hands) -> None:
        glass = self.move.glass
        assert glass is not None, "the plan has this step only for a break-glass"
        hands.note("break-glass", {"by": " and ".join(glass.people), "reason": glass.reason})


def refuse_if_it_answers(move: Move, hands: Hands) -> None:
    """Raises StepFailed where any replica answers: then the record decides, and nobody else."""
    try:
        found = move.store(hands.client).read()
    except RecordUnreachable:
        return
    raise StepFailed(
        f"a replica of the control table answers again ({found.active} is active, epoch {found.epoch}): give this one "
        "up (lifeline promote abort) and promote by the record, without --break-glass"
    )
