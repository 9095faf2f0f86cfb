"""Scheduled scaling at the target is suspended."""

from collections.abc import Sequence
from typing import Any

from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.steps.call import Command
from operations.steps.hands import Hands
from operations.steps.step import Standing

NAMESPACE, DIMENSION = "ecs", "ecs:service:DesiredCount"


class SuspendSchedules(RecoveryStep):
    """Suspend scheduled scaling of the target's services: tonight's off-hours action must not shrink the promoted site.

    `pulumi up` lets them run again, once the checkout names the target as active.
    """

    id = "schedules"
    title = "schedules suspended"
    after = ("record",)
    skippable = True

    def __init__(self, move: Move) -> None:
        super().__init__(move)
        operations = ("DescribeScheduledActions", "DescribeScalableTargets", "RegisterScalableTarget")
        self.calls = move.here("application-autoscaling", *operations)

    def check(self, hands: Hands) -> Standing:
        if not self._targets():
            return Standing("nothing", "the topology has no scalable target")
        running = self._running(hands)
        return Standing("needed", f"{len(running)} to suspend") if running else Standing("nothing", "no schedule runs")

    def apply(self, hands: Hands) -> None:
        for target in self._running(hands):
            hands.run(self._suspend(target))

    def verify(self, hands: Hands) -> str | None:
        running = self._running(hands)
        return f"still running: {', '.join(running)}" if running else None

    def commands(self) -> Sequence[Command]:
        return [self._suspend(target) for target in self._targets()]

    def _targets(self) -> list[str]:
        return [item.id for item in self.move.topology.all("scalable_target", self.move.target)]

    def _running(self, hands: Hands) -> list[str]:
        """Targets of ours with scheduled actions that are not suspended."""
        scaling = hands.client("application-autoscaling", self.move.region)
        actions = _pages(scaling.describe_scheduled_actions, "ScheduledActions", ServiceNamespace=NAMESPACE)
        ours = sorted(set(self._targets()) & {str(item["ResourceId"]) for item in actions})
        if not ours:
            return []
        shown = scaling.describe_scalable_targets(
            ServiceNamespace=NAMESPACE, ResourceIds=ours, ScalableDimension=DIMENSION
        )["ScalableTargets"]
        return [
            item["ResourceId"] for item in shown if not item.get("SuspendedState", {}).get("ScheduledScalingSuspended")
        ]

    def _suspend(self, target: str) -> Command:
        parameters = {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": target,
            "ScalableDimension": DIMENSION,
            "SuspendedState": {"ScheduledScalingSuspended": True},
        }
        return Command("application-autoscaling", "RegisterScalableTarget", self.move.region, parameters)


def _pages(operation: Any, field: str, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = operation(**parameters)
        found += page[field]
        if not page.get("NextToken"):
            return found
        parameters["NextToken"] = page["NextToken"]
