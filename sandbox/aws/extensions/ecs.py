"""ECS: `runningCount` is what really runs, and what a service was given is what it shows.

moto says that everything desired runs at once, and forgets how a service is to be deployed.
"""

from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_SETTINGS = (
    "deploymentConfiguration",
    "healthCheckGracePeriodSeconds",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "placementConstraints",
    "placementStrategy",
)


class Ecs:
    """Adds to every description of a service what it was given, and how many of its tasks run."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation
        self._settings: dict[str, dict[str, Any]] = {}

    def rows(self) -> Rows:
        return {
            ("ecs", "CreateService"): self._create,
            ("ecs", "UpdateService"): self._update,
            ("ecs", "DeleteService"): self._shown,
            ("ecs", "DescribeServices"): self._shown,
        }

    def reset(self) -> None:
        self._settings.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """Tasks inside a region go on; whoever runs them ends those that a fault kills."""

    def _create(self, call: Call, passthrough: Passthrough) -> Result:
        output = passthrough()
        self._settings[output["service"]["serviceArn"]] = _settings(call.parameters)
        return self._show(output)

    def _update(self, call: Call, passthrough: Passthrough) -> Result:
        given = {**call.parameters}
        for setting in _SETTINGS:
            given.pop(setting, None)  # moto would put them on its model under names that nothing reads
        output = passthrough(parameters=given)
        self._settings.setdefault(output["service"]["serviceArn"], {}).update(_settings(call.parameters))
        return self._show(output)

    def _shown(self, call: Call, passthrough: Passthrough) -> Result:
        return self._show(passthrough())

    def _show(self, output: dict[str, Any]) -> dict[str, Any]:
        for service in [*output.get("services", []), *([output["service"]] if "service" in output else [])]:
            service |= self._settings.get(service["serviceArn"], {})
            self._count(service)
        return output

    def _count(self, service: dict[str, Any]) -> None:
        desired = int(service.get("desiredCount", 0))
        running = self._emulation.running(service["clusterArn"], service["serviceName"])
        service["runningCount"] = running
        service["pendingCount"] = max(desired - running, 0)
        for deployment in service.get("deployments", []):
            if deployment.get("status") != "PRIMARY":
                continue
            deployment["desiredCount"] = desired
            deployment["taskDefinition"] = service.get("taskDefinition", deployment.get("taskDefinition"))
            deployment["runningCount"] = running
            deployment["pendingCount"] = service["pendingCount"]
            deployment["rolloutState"] = "COMPLETED" if running == desired else "IN_PROGRESS"


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    return {setting: given[setting] for setting in _SETTINGS if setting in given}
