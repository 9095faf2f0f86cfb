"""How many tasks a service may have, and what moves it between floor and ceiling."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput

NAMESPACE, DIMENSION = "ecs", "ecs:service:DesiredCount"
OUT_SECONDS, IN_SECONDS = 60, 300
"""Out quickly, in slowly: too few tasks hurt patients, too many only cost."""

RUNNING = {
    "dynamic_scaling_in_suspended": False,
    "dynamic_scaling_out_suspended": False,
    "scheduled_scaling_suspended": False,
}
"""Nothing is suspended."""


class OffHours(TypedDict):
    """A smaller floor between two times of the day."""

    time_zone: pulumi.Input[str]
    """IANA name."""
    down: str
    """Plain `HH:MM`: from then on the off-hours floor holds."""
    up: str
    """Plain `HH:MM`: from then on the ordinary floor holds again."""
    floor: pulumi.Input[int]
    """Tasks at least, during off-hours."""


class Backlog(TypedDict):
    """What is waiting for the service, in relation to the tasks that work on it."""

    queue_name: pulumi.Input[str]
    """The service's queue."""
    cluster_name: pulumi.Input[str]
    """ECS cluster; Container Insights tells how many tasks run there."""
    service_name: pulumi.Input[str]
    """ECS service."""
    messages_per_task: pulumi.Input[float]
    """Messages a task to hold."""


class AutoscalingArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the service."""
    resource_id: pulumi.Input[str]
    """`service/<cluster>/<service>`."""
    floor: pulumi.Input[int]
    """Tasks at least; follows from whether the site is active."""
    ceiling: pulumi.Input[int]
    """Tasks at most; follows from whether the site is active."""
    cpu_percent: NotRequired[pulumi.Input[float]]
    """Average CPU use to hold."""
    requests_per_task: NotRequired[pulumi.Input[float]]
    """Requests a task and minute to hold."""
    request_label: NotRequired[pulumi.Input[str]]
    """`<load balancer>/<target group>` as CloudWatch names them; goes with `requests_per_task`."""
    backlog: NotRequired[Backlog]
    """Only where the service has a queue and scales on it."""
    off_hours: NotRequired[OffHours]
    """Only where the service has a schedule."""
    tags: TagsInput
    """On the target; policies and actions take none."""


class Autoscaling(Component):
    """A scalable target with its policies and scheduled actions."""

    resource_id: pulumi.Output[str]

    def __init__(self, name: str, args: AutoscalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        scheduled = "off_hours" in args
        target = aws.appautoscaling.Target(
            f"{name}-target",
            region=args["region"],
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=args["resource_id"],
            min_capacity=args["floor"],
            max_capacity=args["ceiling"],
            # A promotion suspends the schedule, so that tonight's reduction spares the site; this lets it run again.
            suspended_state=RUNNING if scheduled else None,
            tags=args["tags"],
            # A schedule changes both every evening; without one they are ours alone.
            opts=self.child(ignore_changes=["min_capacity", "max_capacity"] if scheduled else None),
        )
        self._name, self._args, self._target = name, args, target
        if "cpu_percent" in args:
            average = {"predefined_metric_type": "ECSServiceAverageCPUUtilization"}
            self._track("cpu", args["cpu_percent"], predefined_metric_specification=average)
        if "requests_per_task" in args:
            metric = {
                "predefined_metric_type": "ALBRequestCountPerTarget",
                "resource_label": args["request_label"],
            }
            self._track("requests", args["requests_per_task"], predefined_metric_specification=metric)
        if "backlog" in args:
            waiting = {"metrics": _backlog(args["backlog"])}
            self._track("backlog", args["backlog"]["messages_per_task"], customized_metric_specification=waiting)
        if "off_hours" in args:
            hours = args["off_hours"]
            self._at("down", hours, hours["floor"])
            self._at("up", hours, args["floor"])
        self.resource_id = target.resource_id
        self.register_outputs({"resource_id": target.resource_id})

    def _track(self, suffix: str, value: pulumi.Input[float], **metric: Mapping[str, object]) -> None:
        aws.appautoscaling.Policy(
            f"{self._name}-{suffix}",
            region=self._args["region"],
            policy_type="TargetTrackingScaling",
            service_namespace=self._target.service_namespace,
            scalable_dimension=self._target.scalable_dimension,
            resource_id=self._target.resource_id,
            target_tracking_scaling_policy_configuration={
                **metric,
                "target_value": value,
                "scale_out_cooldown": OUT_SECONDS,
                "scale_in_cooldown": IN_SECONDS,
            },
            opts=self.child(),
        )

    def _at(self, suffix: str, hours: OffHours, floor: pulumi.Input[int]) -> None:
        hour, minute = hours["down" if suffix == "down" else "up"].split(":")
        aws.appautoscaling.ScheduledAction(
            f"{self._name}-{suffix}",
            region=self._args["region"],
            service_namespace=self._target.service_namespace,
            scalable_dimension=self._target.scalable_dimension,
            resource_id=self._target.resource_id,
            schedule=f"cron({int(minute)} {int(hour)} * * ? *)",
            timezone=hours["time_zone"],
            scalable_target_action={"min_capacity": floor, "max_capacity": self._args["ceiling"]},
            opts=self.child(),
        )


def _backlog(backlog: Backlog) -> list[dict[str, object]]:
    """Messages waiting, by tasks running; all of them where none runs.

    Source: Amazon ECS Developer Guide, "Create a target tracking scaling policy using metric math".
    """
    queue = [{"name": "QueueName", "value": backlog["queue_name"]}]
    service = [
        {"name": "ClusterName", "value": backlog["cluster_name"]},
        {"name": "ServiceName", "value": backlog["service_name"]},
    ]
    return [
        _metric("waiting", "AWS/SQS", "ApproximateNumberOfMessagesVisible", queue),
        _metric("running", "ECS/ContainerInsights", "RunningTaskCount", service),
        {
            "id": "each",
            "label": "Messages a task",
            "expression": "IF(FILL(running, 0) > 0, waiting / running, waiting)",
            "return_data": True,
        },
    ]


def _metric(key: str, namespace: str, metric: str, dimensions: list[dict[str, pulumi.Input[str]]]) -> dict[str, object]:
    found = {"namespace": namespace, "metric_name": metric, "dimensions": dimensions}
    return {"id": key, "return_data": False, "metric_stat": {"metric": found, "stat": "Average"}}
