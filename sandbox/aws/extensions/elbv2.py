"""Elastic Load Balancing: targets are address *and* port, and their health is asked, not assumed.

moto keeps one target for each address, and every task of the sandbox lives on 127.0.0.1; and all that is registered
is healthy there.
"""

import http.client
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows, unlocked
from sandbox.aws.errors import ApiError

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_SERVICE = "elbv2"
_PROBE_SECONDS = 1.0
Target = tuple[str, int]


class TargetRegistry:
    """Registered targets by target group ARN, in order of registration. Use it with the backend's lock held."""

    def __init__(self) -> None:
        self._targets: dict[str, dict[Target, None]] = {}

    def targets(self, arn: str) -> list[Target]:
        return [*self._targets.get(arn, {})]

    def register(self, arn: str, target: Target) -> None:
        self._targets.setdefault(arn, {})[target] = None

    def deregister(self, arn: str, target: Target) -> None:
        """No error where it is not registered, as in AWS."""
        self._targets.get(arn, {}).pop(target, None)

    def forget(self, arn: str) -> None:
        self._targets.pop(arn, None)

    def clear(self) -> None:
        self._targets.clear()


class Elbv2:
    """Target registration and health, and deletion protection, which moto stores and ignores."""

    def __init__(self, emulation: "Emulation", registry: TargetRegistry) -> None:
        self._emulation = emulation
        self._registry = registry

    def rows(self) -> Rows:
        return {
            (_SERVICE, "RegisterTargets"): self._register,
            (_SERVICE, "DeregisterTargets"): self._deregister,
            (_SERVICE, "DescribeTargetHealth"): self._health,
            (_SERVICE, "DeleteTargetGroup"): self._delete_group,
            (_SERVICE, "DeleteLoadBalancer"): self._delete_balancer,
        }

    def reset(self) -> None:
        self._registry.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """A load balancer and its targets are in one region: no border between them."""

    def _register(self, call: Call, passthrough: Passthrough) -> Result:
        group = self._group(call)
        for target in call.parameters["Targets"]:
            self._registry.register(group["arn"], _target(target, group["port"]))
        return {}

    def _deregister(self, call: Call, passthrough: Passthrough) -> Result:
        group = self._group(call)
        for target in call.parameters["Targets"]:
            self._registry.deregister(group["arn"], _target(target, group["port"]))
        return {}

    def _delete_group(self, call: Call, passthrough: Passthrough) -> Result:
        output = passthrough()
        self._registry.forget(call.parameters["TargetGroupArn"])
        return output

    def _delete_balancer(self, call: Call, passthrough: Passthrough) -> Result:
        from moto.elbv2.models import elbv2_backends

        arn = call.parameters["LoadBalancerArn"]
        balancer = elbv2_backends[self._emulation.backend.account_id][call.region].load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ApiError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        return passthrough.raw()

    @unlocked
    def _health(self, call: Call, passthrough: Passthrough) -> Result:
        with self._emulation.backend.lock:
            group = self._group(call)
            registered = self._registry.targets(group["arn"])
        wanted = [_target(target, group["port"]) for target in call.parameters.get("Targets", [])] or registered
        with ThreadPoolExecutor(max_workers=8) as probes:
            states = probes.map(lambda target: _state(group, target, target in registered), wanted)
            return {
                "TargetHealthDescriptions": [
                    {
                        "Target": {"Id": address, "Port": port},
                        "HealthCheckPort": str(port),
                        "TargetHealth": state,
                    }
                    for (address, port), state in zip(wanted, states, strict=True)
                ]
            }

    def _group(self, call: Call) -> dict[str, Any]:
        from moto.elbv2.models import elbv2_backends

        arn = call.parameters["TargetGroupArn"]
        group = elbv2_backends[self._emulation.backend.account_id][call.region].target_groups.get(arn)
        if group is None:
            raise ApiError("TargetGroupNotFound", "One or more target groups not found")
        return {
            "arn": arn,
            "port": int(group.port or 0),
            "path": group.health_check_path or "/",
            "codes": str((group.matcher or {}).get("HttpCode", "200")),
        }


def _target(given: dict[str, Any], default_port: int) -> Target:
    return given["Id"], int(given.get("Port", default_port))


def _state(group: dict[str, Any], target: Target, registered: bool) -> dict[str, str]:
    """What a load balancer would say of a target, from one health check made now."""
    if not registered:
        return {
            "State": "unused",
            "Reason": "Target.NotRegistered",
            "Description": "Target is not registered to the target group",
        }
    connection = http.client.HTTPConnection(*target, timeout=_PROBE_SECONDS)
    try:
        connection.request("GET", group["path"])
        status = connection.getresponse().status
    except TimeoutError:
        return {"State": "unhealthy", "Reason": "Target.Timeout", "Description": "Request timed out"}
    except (OSError, http.client.HTTPException):
        return {
            "State": "unhealthy",
            "Reason": "Target.FailedHealthChecks",
            "Description": "Health checks failed",
        }
    finally:
        connection.close()
    if _accepted(status, group["codes"]):
        return {"State": "healthy"}
    return {
        "State": "unhealthy",
        "Reason": "Target.ResponseCodeMismatch",
        "Description": f"Health checks failed with these codes: [{status}]",
    }


def _accepted(status: int, codes: str) -> bool:
    """`codes` as in a matcher: "200", "200,204" or "200-299"."""
    for part in codes.split(","):
        low, _, high = part.partition("-")
        if int(low) <= status <= int(high or low):
            return True
    return False
