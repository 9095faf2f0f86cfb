"""Alarms on alarms: each speaks when all of its parts do."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput


class Composite(TypedDict):
    """One alarm on others."""

    parts: Sequence[pulumi.Input[str]]
    """Plain: names of the alarms that must all be in alarm."""
    severity: pulumi.Input[str]
    """For the message."""
    says: pulumi.Input[str]
    """What it means, in a sentence."""
    page: pulumi.Input[str]
    """File of `docs/runbooks/` without its ending."""
    heading: pulumi.Input[str]
    """Heading on the page."""
    topic_arn: pulumi.Input[str]
    """Where it speaks."""


class CompositeAlarmsArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the parts and the topics."""
    prefix: pulumi.Input[str]
    """Goes before the alarms' names."""
    alarms: Mapping[str, Composite]
    """Plain mapping, since it decides what exists: name → alarm."""
    runbooks: pulumi.Input[str]
    """Address below which the runbook pages are."""
    tags: TagsInput
    """On every alarm."""


class CompositeAlarms(Component):
    """CloudWatch composite alarms."""

    arns: dict[str, pulumi.Output[str]]
    """Name → alarm."""

    def __init__(self, name: str, args: CompositeAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        made = {}
        for key, alarm in args["alarms"].items():
            parts = [pulumi.Output.format('ALARM("{0}")', part) for part in alarm["parts"]]
            made[key] = aws.cloudwatch.CompositeAlarm(
                f"{name}-{key}",
                region=args["region"],
                # The provider makes no name for a composite alarm.
                alarm_name=pulumi.Output.format("{0}-{1}", args["prefix"], key),
                alarm_description=pulumi.Output.format(
                    "[{0}] {1} Runbook: {2}/{3}.md#{4}",
                    alarm["severity"],
                    alarm["says"],
                    args["runbooks"],
                    alarm["page"],
                    alarm["heading"],
                ),
                alarm_rule=pulumi.Output.all(*parts).apply(lambda known: " AND ".join(known)),
                alarm_actions=[alarm["topic_arn"]],
                ok_actions=[alarm["topic_arn"]],
                tags=args["tags"],
                opts=self.child(),
            )
        self.arns = {key: alarm.arn for key, alarm in made.items()}
        self.register_outputs({"arns": self.arns})
