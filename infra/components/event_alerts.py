"""What no metric tells: events of AWS's own services, sent to the topic of their severity."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput


class Alert(TypedDict):
    """Events of one kind."""

    pattern: Mapping[str, Any]
    """Plain: EventBridge's pattern."""
    says: str
    """Plain: what it means, in a sentence."""
    page: pulumi.Input[str]
    """File of `docs/runbooks/` without its ending."""
    topic_arn: pulumi.Input[str]
    """Where it is told."""


class EventAlertsArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the events and the topics."""
    alerts: Mapping[str, Alert]
    """Plain mapping, since it decides what exists: name → alert."""
    runbooks: pulumi.Input[str]
    """Address below which the runbook pages are."""
    tags: TagsInput
    """On the rules; a target takes none."""


class EventAlerts(Component):
    """A rule and its target for each kind of event."""

    rule_names: dict[str, pulumi.Output[str]]
    """Name → rule."""

    def __init__(self, name: str, args: EventAlertsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.rule_names = {}
        for key, alert in args["alerts"].items():
            rule = aws.cloudwatch.EventRule(
                f"{name}-{key}",
                region=args["region"],
                description=alert["says"],
                event_pattern=pulumi.Output.json_dumps(dict(alert["pattern"])),
                state="ENABLED",  # said, so that an `up` enables again what somebody has disabled
                tags=args["tags"],
                opts=self.child(),
            )
            aws.cloudwatch.EventTarget(
                f"{name}-{key}-target",
                region=args["region"],
                rule=rule.name,
                arn=alert["topic_arn"],
                input_transformer={
                    "input_paths": {"what": "$.resources", "at": "$.time", "kind": "$.detail-type"},
                    "input_template": pulumi.Output.format(
                        '"{0} <kind> at <at>: <what>. Runbook: {1}/{2}.md#{3}"',
                        alert["says"],
                        args["runbooks"],
                        alert["page"],
                        key,
                    ),
                },
                opts=self.child(),
            )
            self.rule_names[key] = rule.name
        self.register_outputs({"rule_names": self.rule_names})
