"""AWS Config of one region: what is there, how it changed, and which rules it breaks."""

import json
from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput, assumed_by, policy

READ_EVERYTHING = "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"
"""AWS's own list of what Config must describe; it grows with AWS."""


class Rule(TypedDict):
    """One of AWS's managed rules."""

    name: str
    """Plain, since it is part of a document: the rule's name."""
    source: str
    """Plain, since it is part of a document: AWS's identifier."""
    parameters: dict[str, str]
    """Plain, since it is part of a document: what the rule is told."""


class RecorderArgs(TypedDict):
    region: pulumi.Input[str]
    """Region that is recorded."""
    account_id: pulumi.Input[str]
    """The account of the role."""
    name: pulumi.Input[str]
    """Name of recorder, channel and rule pack."""
    role: pulumi.Input[str]
    """Name of the role that reads the region and writes to the bucket."""
    bucket: pulumi.Input[str]
    """The site's audit bucket."""
    records_global: bool
    """Plain, since it shapes the recording: IAM and what else is global is recorded in one region only."""
    rules: Sequence[Rule]
    """Plain, since they are one document."""
    tags: TagsInput
    """On the role; recorder, channel and pack take none."""


class Recorder(Component):
    """Recorder, delivery channel, and the rules as one conformance pack."""

    pack_arn: pulumi.Output[str]

    def __init__(self, name: str, args: RecorderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        role = aws.iam.Role(
            f"{name}-role",
            name=args["role"],
            assume_role_policy=assumed_by("config.amazonaws.com", args["account_id"]),
            managed_policy_arns=[READ_EVERYTHING],
            tags=args["tags"],
            opts=self.child(),
        )
        bucket = pulumi.Output.format("arn:aws:s3:::{0}", args["bucket"])
        delivers = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=policy(
                {"Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:ListBucket"], "Resource": bucket},
                {
                    "Effect": "Allow",
                    "Action": ["s3:PutObject"],
                    "Resource": pulumi.Output.format("{0}/AWSLogs/{1}/Config/*", bucket, args["account_id"]),
                },
            ),
            opts=self.child(),
        )
        recorder = aws.cfg.Recorder(
            f"{name}-recorder",
            region=args["region"],
            name=args["name"],
            role_arn=role.arn,
            # Each task that starts or stops changes an interface, which says nothing about who touched what.
            recording_mode={
                "recording_frequency": "CONTINUOUS",
                "recording_mode_override": {
                    "description": "What comes and goes with every task",
                    "recording_frequency": "DAILY",
                    "resource_types": ["AWS::EC2::NetworkInterface"],
                },
            },
            recording_group={"all_supported": True, "include_global_resource_types": args["records_global"]},
            opts=self.child(depends_on=[delivers]),
        )
        channel = aws.cfg.DeliveryChannel(
            f"{name}-channel",
            region=args["region"],
            name=args["name"],
            s3_bucket_name=args["bucket"],
            snapshot_delivery_properties={"delivery_frequency": "TwentyFour_Hours"},
            opts=self.child(depends_on=[recorder]),
        )
        running = aws.cfg.RecorderStatus(
            f"{name}-running",
            region=args["region"],
            name=recorder.name,
            is_enabled=True,
            opts=self.child(depends_on=[channel]),
        )
        pack = aws.cfg.ConformancePack(
            f"{name}-pack",
            region=args["region"],
            name=args["name"],
            template_body=template(args["rules"]),
            opts=self.child(depends_on=[running]),
        )
        self.pack_arn = pack.arn
        self.register_outputs({"pack_arn": pack.arn})


def template(rules: Sequence[Rule]) -> str:
    """The rules as the CloudFormation document that a conformance pack is."""
    resources: dict[str, Any] = {}
    for rule in rules:
        properties: dict[str, Any] = {
            "ConfigRuleName": rule["name"],
            "Source": {"Owner": "AWS", "SourceIdentifier": rule["source"]},
        }
        if rule["parameters"]:
            properties["InputParameters"] = rule["parameters"]
        logical = "".join(word.capitalize() for word in rule["name"].split("-"))
        resources[logical] = {"Type": "AWS::Config::ConfigRule", "Properties": properties}
    return json.dumps({"Resources": resources}, sort_keys=True)
