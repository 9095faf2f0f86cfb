"""What watches: topics, subscriptions, rules, alarms on alarms, dashboards."""

import json

import pulumi
import pulumi_aws as aws

from tests.sandbox.providers.programs.place import at_east


def watch(opts: pulumi.ResourceOptions, description: str = "A backup failed") -> None:
    """What watches; `description` is the rule's, which changes in place."""
    topic = aws.sns.Topic("topic", name="trial-critical", opts=opts)
    aws.sns.TopicSubscription(
        "listener", topic=topic.arn, protocol="email", endpoint="oncall@clinic.example.com", opts=opts
    )
    rule = aws.cloudwatch.EventRule(
        "rule",
        description=description,
        event_pattern=json.dumps({"source": ["aws.backup"], "detail": {"state": ["FAILED", "EXPIRED"]}}),
        opts=opts,
    )
    aws.cloudwatch.EventTarget(
        "target",
        rule=rule.name,
        arn=topic.arn,
        input_transformer={"input_paths": {"state": "$.detail.state"}, "input_template": '"A backup ended: <state>"'},
        opts=opts,
    )


def everything_that_watches() -> None:
    watch(at_east())
