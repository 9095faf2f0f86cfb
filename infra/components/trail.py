"""The account's trail: who called what in every region, sealed, and every touch of PHI objects and of the record."""

from collections.abc import Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra import permissions
from infra.component import Component, TagsInput, assumed_by, policy
from infra.log_masking import masking


class TrailArgs(TypedDict):
    region: pulumi.Input[str]
    """The trail's home region; what it sees is every region."""
    account_id: pulumi.Input[str]
    """The account of the role."""
    name: pulumi.Input[str]
    """The trail's name: the bucket's policy names it."""
    bucket: pulumi.Input[str]
    """The audit bucket in the same region."""
    key_arn: pulumi.Input[str]
    """Key of its files and of its log group; it must let CloudTrail and CloudWatch Logs in."""
    log_group: pulumi.Input[str]
    """Name of the log group that alarms and searches read."""
    log_days: pulumi.Input[int]
    """How long that group keeps events. The bucket keeps the files."""
    role: pulumi.Input[str]
    """Name of the role by which CloudTrail writes there."""
    watched_objects: Sequence[pulumi.Input[str]]
    """Plain sequence, since it shapes the selectors: ARNs of buckets (`arn:aws:s3:::name/`), every object call in which
    is an event."""
    watched_tables: Sequence[pulumi.Input[str]]
    """Plain sequence, since it shapes the selectors: ARNs of tables, every write to which is an event."""
    tags: TagsInput
    """On every child that takes tags."""


class Trail(Component):
    """One multi-region CloudTrail trail with file validation."""

    arn: pulumi.Output[str]
    log_group_name: pulumi.Output[str]

    def __init__(self, name: str, args: TrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            region=args["region"],
            name=args["log_group"],
            retention_in_days=args["log_days"],
            kms_key_id=args["key_arn"],
            tags=args["tags"],
            opts=self.child(),
        )
        aws.cloudwatch.LogDataProtectionPolicy(
            f"{name}-masking",
            region=args["region"],
            log_group_name=log.name,
            policy_document=masking(),
            opts=self.child(),
        )
        role = aws.iam.Role(
            f"{name}-role",
            name=args["role"],
            assume_role_policy=assumed_by("cloudtrail.amazonaws.com", args["account_id"]),
            tags=args["tags"],
            opts=self.child(),
        )
        writes = aws.iam.RolePolicy(
            f"{name}-policy", role=role.name, policy=policy(*permissions.write_log(log.arn)), opts=self.child()
        )
        trail = aws.cloudtrail.Trail(
            f"{name}-trail",
            region=args["region"],
            name=args["name"],
            s3_bucket_name=args["bucket"],
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            kms_key_id=args["key_arn"],
            cloud_watch_logs_group_arn=pulumi.Output.format("{0}:*", log.arn),
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selectors=_selectors(args),
            tags=args["tags"],
            # Not protected: the files are, in their bucket, and a trail can be made again.
            opts=self.child(depends_on=[writes]),
        )
        self.arn = trail.arn
        self.log_group_name = log.name
        self.register_outputs({"arn": trail.arn, "log_group_name": log.name})


def _selectors(args: TrailArgs) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {"name": "management", "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}]}
    ]
    if args["watched_objects"]:
        found.append(
            {
                "name": "objects",
                "field_selectors": [
                    {"field": "eventCategory", "equals": ["Data"]},
                    {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                    {"field": "resources.ARN", "starts_withs": list(args["watched_objects"])},
                ],
            }
        )
    if args["watched_tables"]:
        found.append(
            {
                "name": "tables",
                "field_selectors": [
                    {"field": "eventCategory", "equals": ["Data"]},
                    {"field": "resources.type", "equals": ["AWS::DynamoDB::Table"]},
                    {"field": "resources.ARN", "equals": list(args["watched_tables"])},
                    # The wardens read every few seconds: only writes tell something.
                    {"field": "readOnly", "equals": ["false"]},
                ],
            }
        )
    return found
