"""What the recovery services say, counted: their log lines of level alarm become metrics.

The warden, the fence's installer and the guard themselves are services like any other (`infra/workloads.py`).
"""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component


class Counted(TypedDict):
    """One service's log."""

    log_group: pulumi.Input[str]
    """Name of the log group, which must be there."""
    metric: pulumi.Input[str]
    """Name of the metric that counts its alarms."""


class RecoveryAutomationArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the logs."""
    namespace: pulumi.Input[str]
    """CloudWatch namespace of the metrics."""
    logs: Mapping[str, Counted]
    """Plain mapping, since it decides what exists: service → its log."""


class RecoveryAutomation(Component):
    """A metric filter for each of Lifeline's own services."""

    metrics: dict[str, pulumi.Output[str]]
    """Service → the metric that counts its alarms."""

    def __init__(self, name: str, args: RecoveryAutomationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.metrics = {}
        for service, counted in args["logs"].items():
            filtered = aws.cloudwatch.LogMetricFilter(
                f"{name}-{service}",
                region=args["region"],
                log_group_name=counted["log_group"],
                pattern='{ $.level = "alarm" }',
                metric_transformation={
                    "namespace": args["namespace"],
                    "name": counted["metric"],
                    "value": "1",
                    # Without it there is no data while nothing is wrong.
                    "default_value": "0",
                    "unit": "Count",
                },
                opts=self.child(),
            )
            self.metrics[service] = filtered.metric_transformation.apply(lambda made: made["name"])
        self.register_outputs({"metrics": self.metrics})
