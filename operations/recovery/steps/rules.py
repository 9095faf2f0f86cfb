"""Event rules: on at the target, off at the old site."""

from collections.abc import Sequence

from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.call import Call, Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing


class Rules(RecoveryStep):
    """Enable the event rules that run at the active site only; in a switchover, disable the old site's."""

    id = "rules"
    title = "event rules"
    after = ("record",)
    skippable = True

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        self.on = [item.id for item in move.topology.all("rule", move.target)]
        reachable = move.mode == "switchover"
        self.off = [item.id for item in move.topology.all("rule", move.origin)] if reachable else []
        self.calls = move.here("events", "DescribeRule", "EnableRule")
        if self.off:
            self.calls += tuple(
                Call("events", operation, move.origin_region) for operation in ("DescribeRule", "DisableRule")
            )

    def check(self, hands: Hands) -> Standing:
        if not self.on and not self.off:
            return Standing("nothing", "the topology names no rule")
        return NEEDED if self._wrong(hands) else Standing("done", "they are as they should be")

    def apply(self, hands: Hands) -> None:
        for command in self._wrong(hands):
            hands.run(command)

    def verify(self, hands: Hands) -> str | None:
        wrong = self._wrong(hands)
        return f"not yet as wanted: {', '.join(str(item.parameters['Name']) for item in wrong)}" if wrong else None

    def commands(self) -> Sequence[Command]:
        move = self.move
        return [
            *(Command("events", "EnableRule", move.region, {"Name": name}) for name in self.on),
            *(Command("events", "DisableRule", move.origin_region, {"Name": name}) for name in self.off),
        ]

    def _wrong(self, hands: Hands) -> list[Command]:
        wanted = {"EnableRule": "ENABLED", "DisableRule": "DISABLED"}
        return [
            command
            for command in self.commands()
            if hands.client("events", command.region).describe_rule(Name=command.parameters["Name"])["State"]
            != wanted[command.operation]
        ]
