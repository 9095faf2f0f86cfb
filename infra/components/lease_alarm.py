"""The alarm that the lease is not renewed: it fires while there is still time, at half of L."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput
from infra.permissions import METRICS

METRIC = "lease_age_seconds"
"""Sent by the warden of the site that holds the lease; dimensions Application, Environment, Site."""
PERIOD_SECONDS = 10


class LeaseAlarmArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the site."""
    application: pulumi.Input[str]
    """Dimension of the metric."""
    environment: pulumi.Input[str]
    """Dimension of the metric."""
    site: pulumi.Input[str]
    """Dimension of the metric."""
    threshold_seconds: pulumi.Input[float]
    """Age of the lease that is too old: half of what it lasts."""
    runbooks: pulumi.Input[str]
    """Address below which the runbook pages are."""
    topic_arn: pulumi.Input[str]
    """Whoever is on call listens there."""
    tags: TagsInput
    """On the alarm."""


class LeaseAlarm(Component):
    """An alarm that speaks when the lease gets old or its warden falls silent."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: LeaseAlarmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            region=args["region"],
            alarm_description=pulumi.Output.format(
                "[critical] The lease is not renewed: when it runs out, writes stop. Runbook: {0}/recovery.md#lease",
                args["runbooks"],
            ),
            namespace=METRICS,
            metric_name=METRIC,
            dimensions={
                "Application": args["application"],
                "Environment": args["environment"],
                "Site": args["site"],
            },
            statistic="Maximum",
            comparison_operator="GreaterThanThreshold",
            threshold=args["threshold_seconds"],
            period=PERIOD_SECONDS,
            evaluation_periods=1,
            # A standby sends nothing and is no alarm; an active site that falls silent changes state, and that is
            # one. So flipping who is active changes nothing here.
            treat_missing_data="missing",
            alarm_actions=[args["topic_arn"]],
            ok_actions=[args["topic_arn"]],
            insufficient_data_actions=[args["topic_arn"]],
            tags=args["tags"],
            opts=self.child(),
        )
        self.arn = alarm.arn
        self.register_outputs({"arn": alarm.arn})
