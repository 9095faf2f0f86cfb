"""Planned: the writer moves with everything it has."""

from collections.abc import Sequence

from operations.recovery.move import Move
from operations.recovery.steps.writer import MoveWriter
from operations.steps.call import Call, Command
from operations.steps.hands import Hands


class SwitchOver(MoveWriter):
    """Exchange the roles of the two members. RDS waits until the target has everything, and refuses where it cannot.

    Asked of the primary's region, which has to be there; nothing here could give data up.
    """

    title = "database: switchover"

    def __init__(self, move: Move, after: Sequence[str]) -> None:
        super().__init__(move)
        self.after = tuple(after)
        self.calls = (
            *move.here("rds", "DescribeGlobalClusters"),
            Call("rds", "SwitchoverGlobalCluster", move.origin_region),
        )

    def apply(self, hands: Hands) -> None:
        from botocore.exceptions import ClientError

        if self.seen(hands).get("FailoverState", {}).get("Status"):
            return  # under way
        try:
            hands.run(self.commands()[0])
        except ClientError as error:
            self.refused(hands, error)

    def commands(self) -> Sequence[Command]:
        parameters = {"GlobalClusterIdentifier": self.cluster, "TargetDbClusterIdentifier": self.member}
        return (Command("rds", "SwitchoverGlobalCluster", self.move.origin_region, parameters),)
