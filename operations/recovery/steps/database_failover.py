"""Disaster: the target's database becomes the writer, whatever it has not received is lost."""

from collections.abc import Sequence

from operations.recovery.move import Move
from operations.recovery.steps.writer import MoveWriter
from operations.steps.call import Command
from operations.steps.hands import Hands
from operations.steps.step import StepFailed


class FailOver(MoveWriter):
    """Make the target's member of the global database the writer, accepting the loss of what has not arrived there.

    Asked of the target's region alone. Without `AllowDataLoss` the same call would be a switchover, which needs the
    lost region. If RDS itself is out there, the last resort is `remove-from-global-cluster` in the target's region.
    """

    title = "database: failover"

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.calls = move.here("rds", "DescribeGlobalClusters", "FailoverGlobalCluster")

    def apply(self, hands: Hands) -> None:
        from botocore.exceptions import ClientError

        if self.seen(hands).get("FailoverState", {}).get("Status"):
            return  # under way: asked before a crash, or by somebody's own hands
        try:
            hands.run(self.commands()[0])
        except ClientError as error:
            self.refused(hands, error)

    def verify(self, hands: Hands) -> str | None:
        state = self.seen(hands).get("FailoverState", {})
        if state.get("Status") and state.get("IsDataLossAllowed") is False:
            raise StepFailed(
                "what is under way is a switchover, which waits for the lost region: cancel it in the console, "
                "then go on"
            )
        return super().verify(hands)

    def commands(self) -> Sequence[Command]:
        parameters = {
            "GlobalClusterIdentifier": self.cluster,
            "TargetDbClusterIdentifier": self.member,
            "AllowDataLoss": True,
        }
        return (Command("rds", "FailoverGlobalCluster", self.move.region, parameters),)
