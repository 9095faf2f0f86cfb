"""Objects from one site's buckets to the other's. Two of these, one a direction, make it two-way."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, Statement, TagsInput, policy

MINUTES = 15
"""What replication time control promises for nearly all objects; AWS takes no other value."""


class Pair(TypedDict):
    """A bucket and its copy."""

    source: pulumi.Input[str]
    """Name of the bucket; versioned."""
    source_arn: pulumi.Input[str]
    """Its ARN."""
    source_alias: str
    """Plain alias of its key, which IAM conditions name."""
    target_arn: pulumi.Input[str]
    """ARN of the copy; versioned."""
    target_alias: str
    """Plain alias of the copy's key, in its region."""
    deletions: bool
    """Plain, since it decides what is copied: whether delete markers and changed metadata travel too."""


class ReplicationArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the sources."""
    target_region: pulumi.Input[str]
    """Region of the copies."""
    account_id: pulumi.Input[str]
    """The account of both."""
    role: pulumi.Input[str]
    """Name of the role that S3 copies with."""
    pairs: Mapping[str, Pair]
    """Plain mapping, since it decides what exists: purpose → what is copied where."""
    tags: TagsInput
    """On the role."""


class Replication(Component):
    """A role that may read here and write there, and a rule for each pair."""

    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ReplicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        role = aws.iam.Role(
            f"{name}-role",
            name=args["role"],
            # The documented form, without conditions: S3 says nowhere that it sends any. Only this account can pass it.
            assume_role_policy=policy(
                {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ),
            tags=args["tags"],
            opts=self.child(),
        )
        allowed = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=policy(*(each for pair in args["pairs"].values() for each in _allowed(pair, args))),
            opts=self.child(),
        )
        for purpose, pair in args["pairs"].items():
            aws.s3.BucketReplicationConfig(
                f"{name}-{purpose}",
                region=args["region"],
                bucket=pair["source"],
                role=role.arn,
                rules=[_rule(pair, args)],
                opts=self.child(depends_on=[allowed]),
            )
        self.role_arn = role.arn
        self.register_outputs({"role_arn": role.arn})


def _rule(pair: Pair, args: ReplicationArgs) -> dict[str, object]:
    followed = "Enabled" if pair["deletions"] else "Disabled"
    return {
        "id": "everything",
        "status": "Enabled",
        "priority": 1,
        "filter": {"prefix": ""},
        "delete_marker_replication": {"status": followed},
        "source_selection_criteria": {
            "sse_kms_encrypted_objects": {"status": "Enabled"},
            # Tags and metadata that were changed at the copy come back: either site may be the one that is written to.
            "replica_modifications": {"status": followed},
        },
        "destination": {
            "bucket": pair["target_arn"],
            "storage_class": "STANDARD",
            # By alias: the key behind it can be changed without touching a replication, which needs us-east-1.
            "encryption_configuration": {
                "replica_kms_key_id": _alias_arn(args["target_region"], args["account_id"], pair["target_alias"])
            },
            "metrics": {"status": "Enabled", "event_threshold": {"minutes": MINUTES}},
            "replication_time": {"status": "Enabled", "time": {"minutes": MINUTES}},
        },
    }


def _allowed(pair: Pair, args: ReplicationArgs) -> Sequence[Statement]:
    """Read here, write there, each with its own key and for nothing else."""
    here, there = pair["source_arn"], pair["target_arn"]
    copied = ["s3:ReplicateObject", "s3:ReplicateTags", *(["s3:ReplicateDelete"] if pair["deletions"] else [])]
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            "Resource": here,
        },
        {
            "Effect": "Allow",
            "Action": [
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
                "s3:GetObjectRetention",
                "s3:GetObjectLegalHold",
            ],
            "Resource": pulumi.Output.format("{0}/*", here),
        },
        {"Effect": "Allow", "Action": copied, "Resource": pulumi.Output.format("{0}/*", there)},
        _with_key(["kms:Decrypt"], args["region"], args["account_id"], pair["source_alias"], here),
        _with_key(["kms:Encrypt"], args["target_region"], args["account_id"], pair["target_alias"], there),
    ]


def _with_key(
    actions: list[str],
    region: pulumi.Input[str],
    account_id: pulumi.Input[str],
    alias: str,
    bucket_arn: pulumi.Input[str],
) -> Statement:
    """The key that the alias leads to, through S3, for this bucket's objects."""
    return {
        "Effect": "Allow",
        "Action": actions,
        "Resource": pulumi.Output.format("arn:aws:kms:{0}:{1}:key/*", region, account_id),
        "Condition": {
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": alias},
            "StringEquals": {"kms:ViaService": pulumi.Output.format("s3.{0}.amazonaws.com", region)},
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket_arn, pulumi.Output.format("{0}/*", bucket_arn)]},
        },
    }


def _alias_arn(region: pulumi.Input[str], account_id: pulumi.Input[str], alias: str) -> pulumi.Output[str]:
    return pulumi.Output.format("arn:aws:kms:{0}:{1}:{2}", region, account_id, alias)
