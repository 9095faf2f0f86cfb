"""What the two ways of moving the writer share: how the global database stands, asked of the target's region."""

from typing import Any

from operations.recovery.database import describe, moving_to, writes
from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, StepFailed

ALREADY = "InvalidGlobalClusterStateFault"


class MoveWriter(RecoveryStep):
    """Neither way is here: each has a file of its own, so that one cannot be taken for the other."""

    id = "database"
    timeout = 1800.0
    expected = 60.0

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.cluster = move.topology.one("global_cluster").id
        self.member = str(move.topology.one("database", move.target).arn)

    def check(self, hands: Hands) -> Standing:
        seen = self.seen(hands)
        if writes(seen, self.member):
            return Standing("done", "the target's database is the writer")
        if moving_to(seen, self.member):
            return Standing("needed", "a move to it is under way")
        return NEEDED

    def seen(self, hands: Hands) -> dict[str, Any]:
        return describe(hands.client("rds", self.move.region), self.cluster)

    def refused(self, hands: Hands, error: Exception) -> None:
        """An earlier call, whose answer was lost, may be what stands in the way: then all is well."""
        code = (getattr(error, "response", None) or {}).get("Error", {}).get("Code")
        seen = self.seen(hands)
        if code == ALREADY and (moving_to(seen, self.member) or writes(seen, self.member)):
            return
        if code is None or code != ALREADY:
            raise error
        raise StepFailed(
            f"RDS refuses to move the writer: {error}; look at the members of {self.cluster} "
            f"(`aws rds describe-global-clusters --region {self.move.region}`), mend what it says, then go on"
        ) from None

    def verify(self, hands: Hands) -> str | None:
        seen = self.seen(hands)
        if writes(seen, self.member):
            return None
        return f"the global database is {seen.get('Status')}"
