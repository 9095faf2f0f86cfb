"""Application Auto Scaling: limits are checked, and a service outside its limits is moved into them."""

from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows
from sandbox.aws.errors import ApiError

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_ECS_DIMENSION = "ecs:service:DesiredCount"


class ApplicationAutoScaling:
    """moto takes any limits and moves nothing."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation

    def rows(self) -> Rows:
        return {("application-autoscaling", "RegisterScalableTarget"): self._register}

    def reset(self) -> None:
        """Targets are moto's."""

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """Limits are the same under every fault."""

    def _register(self, call: Call, passthrough: Passthrough) -> Result:
        given = call.parameters
        known = self._known(call)
        low = given.get("MinCapacity", known.get("MinCapacity"))
        high = given.get("MaxCapacity", known.get("MaxCapacity"))
        if low is None or high is None:
            raise ApiError("ValidationException", "MinCapacity and MaxCapacity are required for a new scalable target")
        if low < 0 or high < 0:
            raise ApiError("ValidationException", "Capacity cannot be negative")
        if low > high:
            raise ApiError(
                "ValidationException",
                f"Maximum capacity cannot be less than minimum capacity: {high} is less than {low}",
            )
        # moto replaces both limits; AWS keeps the one that a change does not name.
        output = passthrough(parameters={**given, "MinCapacity": low, "MaxCapacity": high})
        if given["ScalableDimension"] == _ECS_DIMENSION:
            self._move(call.region, given["ResourceId"], low, high, self._known(call).get("SuspendedState", {}))
        return output

    def _known(self, call: Call) -> dict[str, Any]:
        given = call.parameters
        found = self._emulation.backend.invoke(
            "application-autoscaling",
            "DescribeScalableTargets",
            call.region,
            {
                "ServiceNamespace": given["ServiceNamespace"],
                "ResourceIds": [given["ResourceId"]],
                "ScalableDimension": given["ScalableDimension"],
            },
        )["ScalableTargets"]
        return found[0] if found else {}

    def _move(self, region: str, resource: str, low: int, high: int, suspended: dict[str, bool]) -> None:
        _, cluster, service = resource.split("/")
        found = self._emulation.backend.invoke(
            "ecs", "DescribeServices", region, {"cluster": cluster, "services": [service]}
        )["services"]
        if not found:
            return
        desired = int(found[0]["desiredCount"])
        if desired < low and not suspended.get("DynamicScalingOutSuspended"):
            target = low
        elif desired > high and not suspended.get("DynamicScalingInSuspended"):
            target = high
        else:
            return
        self._emulation.backend.invoke(
            "ecs", "UpdateService", region, {"cluster": cluster, "service": service, "desiredCount": target}
        )
