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
    key_arn: pulumi.Input[str]
    """Key of the topic; it must let CloudWatch in."""
    tags: TagsInput
    """On the topic and the alarm."""


class LeaseAlarm(Component):
    """A topic, and an alarm that speaks there when the lease gets old or its warden falls silent."""

    topic_arn: pulumi.Output[str]
    """Subscribe to it whoever is on call."""

    def __init__(self, name: str, args: LeaseAlarmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        topic = aws.sns.Topic(
            f"{name}-topic",
            region=args["region"],
            kms_master_key_id=args["key_arn"],
            tags=args["tags"],
            opts=self.child(),
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            region=args["region"],
            alarm_description="The site's lease is not renewed: when it runs out, writes stop. See `lifeline lease`.",
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
            alarm_actions=[topic.arn],
            ok_actions=[topic.arn],
            insufficient_data_actions=[topic.arn],
            tags=args["tags"],
            opts=self.child(),
        )
        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": topic.arn})
