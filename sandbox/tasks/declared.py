"""What ECS declares, as the reconciler reads it. `sandbox.aws.view.View` is the real source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Key = tuple[str, str, str]
"""Region, cluster name, service name."""


class Sight(Protocol):
    """The part of the AWS view that the reconciler reads and writes."""

    def ecs_services(self, region: str) -> Sequence[dict[str, Any]]:
        """`cluster`, `cluster_arn`, `name`, `desired`, `task_definition`, `load_balancers`, `zones` are used."""

    def secret_value(self, region: str, arn: str) -> str:
        """Raises LookupError."""

    def register_target(self, target_group_arn: str, ip: str, port: int) -> None:
        """Raises LookupError."""

    def deregister_target(self, target_group_arn: str, ip: str, port: int) -> None: ...

    def set_running(self, cluster_arn: str, service: str, count: int) -> None: ...


@dataclass(frozen=True)
class Declared:
    """One service with its first container; the others of a task definition are not run.

    `target_groups` are those that the service registers its tasks in; `ports` are the container's.
    """

    key: Key
    cluster_arn: str
    desired: int
    definition: str
    image: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    ports: tuple[int, ...]
    target_groups: tuple[str, ...]
    zones: tuple[str, ...] = ()
    """The availability zones of the service's subnets."""

    @property
    def region(self) -> str:
        return self.key[0]

    @property
    def name(self) -> str:
        return self.key[2]

    @classmethod
    def read(cls, sight: Sight, region: str) -> "list[Declared]":
        """The services of a region whose task definition has a container."""
        return [cls._of(region, service) for service in sight.ecs_services(region) if _containers(service)]

    @classmethod
    def _of(cls, region: str, service: Mapping[str, Any]) -> "Declared":
        container = _containers(service)[0]
        return cls(
            key=(region, service["cluster"], service["name"]),
            cluster_arn=service["cluster_arn"],
            desired=service["desired"],
            definition=service["task_definition"]["arn"],
            image=container["image"],
            command=tuple(container["command"]),
            environment=container["environment"],
            secrets=container["secrets"],
            ports=tuple(container["ports"]),
            target_groups=tuple(group for group, _, _ in service["load_balancers"]),
            zones=tuple(service.get("zones", ())),
        )


def _containers(service: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return service["task_definition"]["containers"] or ()
