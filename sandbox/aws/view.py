"""The emulated account as the sandbox's own parts read it: in process, past the API, untouched by faults.

The edge walks load balancers to targets, the task reconciler makes true what ECS declares. Both obey faults
themselves; what they need here is what is declared, cheaply (they ask several times a second).
"""

import json
from typing import Any

from sandbox.aws.extensions.elbv2 import Target, TargetRegistry
from sandbox.aws.moto_backend import MotoBackend


class View:
    """Reads are consistent within one call. Everything returned is a copy in plain types."""

    def __init__(self, backend: MotoBackend) -> None:
        self._backend = backend
        self.registry = TargetRegistry()
        self._running: dict[tuple[str, str], int] = {}

    # Load balancing

    def load_balancers(self, region: str) -> list[dict[str, Any]]:
        """Each: `arn`, `name`, `dns_name`, `scheme`, `type`, `vpc`."""
        with self._backend.lock:
            return [
                {
                    "arn": balancer.arn,
                    "name": balancer.name,
                    "dns_name": balancer.dns_name,
                    "scheme": balancer.scheme,
                    "type": balancer.type,
                    "vpc": balancer.vpc_id,
                }
                for balancer in self._elbv2(region).load_balancers.values()
            ]

    def listeners(self, load_balancer_arn: str) -> list[dict[str, Any]]:
        """Each: `arn`, `port`, `protocol`, `certificates` (ARNs), `default_actions` (as the API has them)."""
        with self._backend.lock:
            balancer = self._elbv2(_region(load_balancer_arn)).load_balancers.get(load_balancer_arn)
            if balancer is None:
                return []
            return [
                {
                    "arn": listener.arn,
                    "port": int(listener.port),
                    "protocol": listener.protocol,
                    "certificates": [*listener.certificates],
                    "default_actions": [dict(action.data) for action in listener.default_actions],
                }
                for listener in balancer.listeners.values()
            ]

    def rules(self, listener_arn: str) -> list[dict[str, Any]]:
        """In the order of evaluation, the default last.

        Each: `arn`, `priority`, `is_default`, `conditions`, `actions`.
        """
        with self._backend.lock:
            for balancer in self._elbv2(_region(listener_arn)).load_balancers.values():
                listener = balancer.listeners.get(listener_arn)
                if listener is not None:
                    rules = [
                        {
                            "arn": rule.arn,
                            "priority": rule.priority,
                            "is_default": bool(rule.is_default),
                            "conditions": [dict(condition) for condition in rule.conditions],
                            "actions": [dict(action.data) for action in rule.actions],
                        }
                        for rule in listener.rules.values()
                    ]
                    return sorted(rules, key=lambda rule: (rule["is_default"], _priority(rule["priority"])))
            return []

    def target_groups(self, region: str) -> list[dict[str, Any]]:
        """Each: `arn`, `name`, `port`, `protocol`, `vpc`, `health_path`, `load_balancers` (ARNs)."""
        with self._backend.lock:
            return [
                {
                    "arn": group.arn,
                    "name": group.name,
                    "port": int(group.port or 0),
                    "protocol": group.protocol,
                    "vpc": group.vpc_id,
                    "health_path": group.health_check_path or "/",
                    "load_balancers": [*group.load_balancer_arns],
                }
                for group in self._elbv2(region).target_groups.values()
            ]

    def targets(self, target_group_arn: str) -> list[Target]:
        """(address, port) of each registered target; empty for a target group that does not exist."""
        with self._backend.lock:
            if target_group_arn not in self._elbv2(_region(target_group_arn)).target_groups:
                return []
            return self.registry.targets(target_group_arn)

    def register_target(self, target_group_arn: str, ip: str, port: int) -> None:
        """Raises LookupError for a target group that does not exist."""
        with self._backend.lock:
            if target_group_arn not in self._elbv2(_region(target_group_arn)).target_groups:
                raise LookupError(f"{ip}:{port} was not registered: there is no target group {target_group_arn}")
            self.registry.register(target_group_arn, (ip, port))

    def deregister_target(self, target_group_arn: str, ip: str, port: int) -> None:
        """No error where it is not registered."""
        with self._backend.lock:
            self.registry.deregister(target_group_arn, (ip, port))

    # Tasks

    def ecs_services(self, region: str) -> list[dict[str, Any]]:
        """Active services.

        Each: `cluster` (name), `cluster_arn`, `name`, `arn`, `desired`, `task_definition`, `load_balancers`, `zones`
        (of its subnets, sorted).
        `task_definition`: `arn`, `family`, `revision`, `containers`, each `name`, `image`, `command` (list),
        `environment` (name → value), `secrets` (name → ARN or name), `ports`. `load_balancers`: (target group ARN,
        container name, container port).
        """
        with self._backend.lock:
            ecs = self._ecs(region)
            return [
                {
                    "cluster": service.cluster_name,
                    "cluster_arn": service.cluster_arn,
                    "name": service.name,
                    "arn": service.arn,
                    "desired": int(service.desired_count),
                    "task_definition": _task_definition(ecs, service.task_definition),
                    "load_balancers": [
                        (entry["targetGroupArn"], entry.get("containerName", ""), int(entry.get("containerPort", 0)))
                        for entry in service.load_balancers
                        if "targetGroupArn" in entry
                    ],
                    "zones": self._zones(region, service),
                }
                for service in ecs.services.values()
                if service.status == "ACTIVE"
            ]

    def set_running(self, cluster_arn: str, service: str, count: int) -> None:
        """Tell ECS how many tasks of a service run."""
        with self._backend.lock:
            self._running[(cluster_arn, service)] = count

    def reported_running(self, cluster_arn: str, service: str) -> int:
        """What `set_running` was told last; 0 for a service that nobody runs."""
        return self._running.get((cluster_arn, service), 0)

    # Secrets

    def secret_value(self, region: str, arn: str) -> str:
        """The current value of a secret, by ARN, name or ECS's `arn:key:stage:version` form. Raises LookupError."""
        secret, key = _secret_reference(arn)
        try:
            found = self._backend.invoke("secretsmanager", "GetSecretValue", region, {"SecretId": secret})
        except Exception as error:
            raise LookupError(
                f"secret {secret} has no value in {region}: {error}; create it and its version first"
            ) from error
        value = str(found["SecretString"])
        return str(json.loads(value)[key]) if key else value

    def reset(self) -> None:
        self.registry.clear()
        self._running.clear()

    def _zones(self, region: str, service: Any) -> list[str]:
        from moto.ec2.models import ec2_backends

        network = (service.network_configuration or {}).get("awsvpcConfiguration", {})
        ec2 = ec2_backends[self._backend.account_id][region]
        found = [ec2.get_subnet(subnet) for subnet in network.get("subnets", [])]
        return sorted({str(subnet.availability_zone) for subnet in found})

    def _elbv2(self, region: str) -> Any:
        from moto.elbv2.models import elbv2_backends

        return elbv2_backends[self._backend.account_id][region]

    def _ecs(self, region: str) -> Any:
        from moto.ecs.models import ecs_backends

        return ecs_backends[self._backend.account_id][region]


def _task_definition(ecs: Any, reference: str | None) -> dict[str, Any]:
    if reference is None:
        return {"arn": None, "family": None, "revision": 0, "containers": []}
    definition = ecs.describe_task_definition(reference)
    return {
        "arn": definition.arn,
        "family": definition.family,
        "revision": int(definition.revision),
        "containers": [
            {
                "name": container["name"],
                "image": container["image"],
                "command": [*container.get("command", [])],
                "environment": {entry["name"]: entry["value"] for entry in container.get("environment", [])},
                "secrets": {entry["name"]: entry["valueFrom"] for entry in container.get("secrets", [])},
                "ports": [int(mapping["containerPort"]) for mapping in container.get("portMappings", [])],
            }
            for container in definition.container_definitions
        ],
    }


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _priority(priority: Any) -> int:
    return int(priority) if str(priority).isdigit() else 0


def _secret_reference(reference: str) -> tuple[str, str]:
    """(secret, json key) of an ECS reference: a secret's ARN, with or without `:KEY:STAGE:VERSION` after it."""
    parts = reference.split(":")
    if reference.startswith("arn:") and len(parts) > 7:
        return ":".join(parts[:7]), parts[7]
    return reference, ""
