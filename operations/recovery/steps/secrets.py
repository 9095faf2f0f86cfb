"""Application secrets at the target."""

from collections.abc import Sequence

from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.call import Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing


class Secrets(RecoveryStep):
    """Make the target's replicas of the application's secrets secrets of their own, where they must be written.

    Replicas can be read as they are, so usually there is nothing to do. Only with `recovery.secrets: write`, in a
    failover whose lost region holds the primary: a secret that was cut loose has to be replicated anew afterwards.
    """

    id = "secrets"
    title = "secrets"
    after = ("record",)
    skippable = True

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.names = [item.id for item in move.topology.all("secret", move.target)]
        self.calls = move.here("secretsmanager", "DescribeSecret", "StopReplicationToReplica")

    def check(self, hands: Hands) -> Standing:
        if not self.names:
            return Standing("nothing", "the topology names no secret")
        if self.move.topology.recovery.secrets == "read":
            return Standing("nothing", "replicas are read as they are")
        if self.move.mode == "switchover":
            return Standing("nothing", "the primary's region is there")
        bound = self._bound(hands)
        return NEEDED if bound else Standing("done", "none hangs on the lost region")

    def apply(self, hands: Hands) -> None:
        for name in self._bound(hands):
            hands.run(self._free(name))

    def verify(self, hands: Hands) -> str | None:
        bound = self._bound(hands)
        return f"still replicas: {', '.join(bound)}" if bound else None

    def commands(self) -> Sequence[Command]:
        needed = self.move.mode == "failover" and self.move.topology.recovery.secrets == "write"
        return [self._free(name) for name in self.names] if needed else []

    def _bound(self, hands: Hands) -> list[str]:
        """Secrets whose primary is in the lost region."""
        client = hands.client("secretsmanager", self.move.region)
        shown = {name: client.describe_secret(SecretId=name) for name in self.names}
        return [name for name, secret in shown.items() if secret.get("PrimaryRegion") == self.move.origin_region]

    def _free(self, name: str) -> Command:
        return Command("secretsmanager", "StopReplicationToReplica", self.move.region, {"SecretId": name})
