"""Topics by severity: alarms, events and budgets speak there, tiers of people and systems listen."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, Statement, TagsInput, policy


class Listener(TypedDict):
    """One endpoint that is told of some severities."""

    tier: str
    """Plain, since the subscription's name has it: the tier of support."""
    severities: Sequence[str]
    """Plain, since they decide what exists: what it is told of."""
    protocol: str
    """Plain, since the subscription's name has it: email, https or sms."""
    endpoint: str
    """Plain, since the subscription's name follows from it: address, URL or number."""


class NotificationsArgs(TypedDict):
    region: str
    """Plain, since the topics' ARNs in their own policies follow from it: region of the topics."""
    account_id: str
    """Plain, since the topics' ARNs follow from it: only this account's alarms, rules and budgets may publish."""
    topics: Mapping[str, str]
    """Plain mapping, since it decides what exists: severity → name of the topic."""
    key_arn: pulumi.Input[str]
    """The region's key `alerts`."""
    billing: bool
    """Plain, since the policies follow from it: whether Budgets and Cost Anomaly Detection may publish as well."""
    listeners: Sequence[Listener]
    """Plain, since they decide what exists."""
    tags: TagsInput
    """On the topics; a subscription takes none."""


class Notifications(Component):
    """One topic a severity, encrypted, TLS only, open to the account's own alarms and rules, and its subscriptions."""

    topic_arns: dict[str, pulumi.Output[str]]
    """Severity → topic."""

    def __init__(self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        topics = {
            severity: aws.sns.Topic(
                f"{name}-{severity}",
                region=args["region"],
                name=topic,
                kms_master_key_id=args["key_arn"],
                policy=policy(*_statements(topic, args)),
                tags=args["tags"],
                opts=self.child(),
            )
            for severity, topic in args["topics"].items()
        }
        for listener in args["listeners"]:
            for severity in listener["severities"]:
                aws.sns.TopicSubscription(
                    f"{name}-{severity}-{_slug(listener)}",
                    region=args["region"],
                    topic=topics[severity].arn,
                    protocol=listener["protocol"],
                    endpoint=listener["endpoint"],
                    opts=self.child(),
                )
        self.topic_arns = {severity: topic.arn for severity, topic in topics.items()}
        self.register_outputs({"topic_arns": self.topic_arns})


def _slug(listener: Listener) -> str:
    """Names the subscription by what it is, so that another line in the settings moves none."""
    digest = hashlib.sha256(listener["endpoint"].encode()).hexdigest()[:6]
    return f"{listener['tier']}-{listener['protocol']}-{digest}"


def _statements(topic: str, args: NotificationsArgs) -> list[Statement]:
    region, account = args["region"], args["account_id"]
    arn = f"arn:aws:sns:{region}:{account}:{topic}"
    sources = {
        "cloudwatch.amazonaws.com": f"arn:aws:cloudwatch:{region}:{account}:alarm:*",
        "events.amazonaws.com": f"arn:aws:events:{region}:{account}:rule/*",
    }
    if args["billing"]:
        sources["budgets.amazonaws.com"] = f"arn:aws:budgets::{account}:*"
    statements: list[Statement] = [
        {
            "Sid": f"Publish{service.split('.')[0].title()}",
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": source}},
        }
        for service, source in sources.items()
    ]
    if args["billing"]:
        statements.append(
            {
                "Sid": "PublishCostalerts",
                "Effect": "Allow",
                "Principal": {"Service": "costalerts.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            }
        )
    statements.append(
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
    return statements
