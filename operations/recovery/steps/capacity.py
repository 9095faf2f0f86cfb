"""One service's capacity at the target."""

from collections.abc import Sequence
from typing import Any

from operations.recovery.move import Move
from operations.recovery.steps.base import RecoveryStep
from operations.recovery.steps.schedules import DIMENSION, NAMESPACE
from operations.steps.call import Command
from operations.steps.hands import Hands
from operations.steps.step import NEEDED, Standing, StepFailed


class Capacity(RecoveryStep):
    """Raise the service to the floor of an active site, and wait until that many tasks run.

    Runs beside the fence: tasks need no writer to start. Where capacity stays short, less may be
    accepted: degraded service is better than none.
    """

    degradable = True
    expected = 60.0

    def __init__(self, move: Move, service: str) -> None:
        super().__init__(move)
        self.service, self.id = service, f"capacity-{service}"
        self.floor, self.ceiling = move.topology.capacity[service].active
        self.title = f"capacity of {service}: {self.floor}"
        scaled = [item for item in move.topology.all("scalable_target", move.target) if item.name == service]
        self.target = scaled[0].id if scaled else None
        self.after = ("schedules",) if scaled else ("record",)
        self.timeout = float(move.topology.recovery.capacity_seconds)
        self.calls = (
            *move.here("application-autoscaling", "DescribeScalableTargets", "RegisterScalableTarget"),
            *move.here("ecs", "DescribeServices", "UpdateService"),
        )

    def check(self, hands: Hands) -> Standing:
        shown = self._shown(hands)
        enough = shown["desiredCount"] >= self.floor and shown["runningCount"] >= self.floor
        if enough and self._in_range(hands):
            return Standing("done", f"{shown['runningCount']} run")
        return NEEDED

    def apply(self, hands: Hands) -> None:
        register, update = self._register(), self._update()
        if register is not None and not self._in_range(hands):
            hands.run(register)
        if self._shown(hands)["desiredCount"] < self.floor:
            hands.run(update)

    def verify(self, hands: Hands) -> str | None:
        running = self._shown(hands)["runningCount"]
        return None if running >= self.floor else f"{running} of {self.floor} tasks of {self.service} run"

    def commands(self) -> Sequence[Command]:
        register = self._register()
        return [*([register] if register else []), self._update()]

    def _shown(self, hands: Hands) -> dict[str, Any]:
        found: list[dict[str, Any]] = hands.client("ecs", self.move.region).describe_services(
            cluster=self._cluster(), services=[self._name()]
        )["services"]
        if not found:
            raise StepFailed(
                f"{self.move.target} has no service {self._name()}: apply its stack, `lifeline up`, then go on"
            )
        return found[0]

    def _in_range(self, hands: Hands) -> bool:
        if self.target is None:
            return True
        shown = hands.client("application-autoscaling", self.move.region).describe_scalable_targets(
            ServiceNamespace=NAMESPACE, ResourceIds=[self.target], ScalableDimension=DIMENSION
        )["ScalableTargets"]
        return any((item["MinCapacity"], item["MaxCapacity"]) == (self.floor, self.ceiling) for item in shown)

    def _register(self) -> Command | None:
        if self.target is None:
            return None
        parameters = {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": self.target,
            "ScalableDimension": DIMENSION,
            "MinCapacity": self.floor,
            "MaxCapacity": self.ceiling,
        }
        return Command("application-autoscaling", "RegisterScalableTarget", self.move.region, parameters)

    def _update(self) -> Command:
        parameters = {"cluster": self._cluster(), "service": self._name(), "desiredCount": self.floor}
        return Command("ecs", "UpdateService", self.move.region, parameters, "only where fewer are desired")

    def _cluster(self) -> str:
        return self.move.topology.one("ecs_cluster", self.move.target).id

    def _name(self) -> str:
        return self.move.topology.one("service", self.move.target, self.service).id
