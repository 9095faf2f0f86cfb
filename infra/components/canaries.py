"""Canaries: journeys through the service as users take them, from a region in which nothing of it runs."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, Statement, TagsInput, assumed_by, policy

SCRIPT = Path(__file__).parents[1] / "journey" / "journey.py"
HANDLER = "journey.handler"
ARTIFACT_DAYS = 31


class Journey(TypedDict):
    """One canary."""

    name: pulumi.Input[str]
    """Its name at Synthetics, at most 21 characters."""
    minutes: pulumi.Input[int]
    """Between two runs."""
    steps: Sequence[Mapping[str, Any]]
    """Plain, as JSON for the script: method, path, body, status, contains."""
    tags: TagsInput
    """The epic's own."""


class CanariesArgs(TypedDict):
    region: pulumi.Input[str]
    """The witness region."""
    account_id: pulumi.Input[str]
    """The account of bucket and role."""
    url: pulumi.Input[str]
    """Where users reach the service: through the edge, like they do."""
    journeys: Mapping[str, Journey]
    """Plain mapping, since it decides what exists: name → canary."""
    bucket: pulumi.Input[str]
    """Name of the bucket for script and artifacts."""
    runtime: pulumi.Input[str]
    """Synthetics' runtime; AWS retires old ones."""
    role: pulumi.Input[str]
    """Name of the role that the canaries run as."""
    key_arn: pulumi.Input[str]
    """Key of the artifacts, in the same region."""
    protection: bool
    """Plain: with it off, the bucket is deleted with its artifacts."""
    tags: TagsInput
    """On what belongs to no single epic."""


class Canaries(Component):
    """Bucket, script, role and the canaries."""

    names: dict[str, pulumi.Output[str]]
    """Name → canary, known once it is there."""

    def __init__(self, name: str, args: CanariesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        bucket, ready = self._bucket()
        script = aws.s3.BucketObjectv2(
            f"{name}-script",
            region=args["region"],
            bucket=bucket,
            # Named by its content: another script is another key, which is what makes the canaries take it.
            key=f"script-{hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:12]}.zip",
            # Synthetics wants Python below `python/`.
            source=pulumi.AssetArchive({f"python/{SCRIPT.name}": pulumi.FileAsset(str(SCRIPT))}),
            tags=args["tags"],
            opts=self.child(depends_on=ready),
        )
        role, allowed = self._role(bucket)
        self.names = {}
        for short, journey in args["journeys"].items():
            canary = aws.synthetics.Canary(
                f"{name}-{short}",
                region=args["region"],
                name=journey["name"],
                runtime_version=args["runtime"],
                handler=HANDLER,
                s3_bucket=bucket,
                s3_key=script.key,
                artifact_s3_location=pulumi.Output.format("s3://{0}/{1}/", bucket, short),
                execution_role_arn=role,
                schedule={
                    "expression": pulumi.Output.from_input(journey["minutes"]).apply(
                        lambda every: f"rate({every} minute{'s' if every > 1 else ''})"
                    )
                },
                run_config={
                    "timeout_in_seconds": 60,
                    "environment_variables": {
                        "CANARY_NAME": short,
                        "CANARY_URL": args["url"],
                        "CANARY_STEPS": pulumi.Output.json_dumps([dict(step) for step in journey["steps"]]),
                    },
                },
                success_retention_period=ARTIFACT_DAYS,
                failure_retention_period=ARTIFACT_DAYS,
                start_canary=True,
                delete_lambda=True,
                tags=journey["tags"],
                opts=self.child(depends_on=[allowed]),
            )
            self.names[short] = canary.name
        self.register_outputs({"names": self.names})

    def _bucket(self) -> tuple[pulumi.Output[str], list[pulumi.Resource]]:
        """The artifacts' bucket, and what must stand before anything is put into it."""
        name, args = self._name, self._args
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            region=args["region"],
            bucket=args["bucket"],
            force_destroy=not args["protection"],
            tags=args["tags"],
            opts=self.child(),
        )
        closed: list[pulumi.Resource] = [
            aws.s3.BucketPublicAccessBlock(
                f"{name}-bucket-closed",
                region=args["region"],
                bucket=bucket.bucket,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
                opts=self.child(),
            ),
            aws.s3.BucketOwnershipControls(
                f"{name}-bucket-owner",
                region=args["region"],
                bucket=bucket.bucket,
                rule={"object_ownership": "BucketOwnerEnforced"},
                opts=self.child(),
            ),
            aws.s3.BucketVersioning(
                f"{name}-bucket-versions",
                region=args["region"],
                bucket=bucket.bucket,
                versioning_configuration={"status": "Enabled"},
                opts=self.child(),
            ),
            aws.s3.BucketServerSideEncryptionConfiguration(
                f"{name}-bucket-encryption",
                region=args["region"],
                bucket=bucket.bucket,
                rules=[
                    {
                        "apply_server_side_encryption_by_default": {
                            "sse_algorithm": "aws:kms",
                            "kms_master_key_id": args["key_arn"],
                        },
                        "bucket_key_enabled": True,
                    }
                ],
                opts=self.child(),
            ),
            aws.s3.BucketLifecycleConfiguration(
                f"{name}-bucket-lifecycle",
                region=args["region"],
                bucket=bucket.bucket,
                rules=[
                    {
                        "id": "old-artifacts",
                        "status": "Enabled",
                        "filter": {"prefix": ""},
                        "expiration": {"days": ARTIFACT_DAYS},
                        "noncurrent_version_expiration": {"noncurrent_days": 7},
                        "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
                    }
                ],
                opts=self.child(),
            ),
            aws.s3.BucketPolicy(
                f"{name}-bucket-policy",
                region=args["region"],
                bucket=bucket.bucket,
                policy=policy(_tls_only(bucket.arn)),
                opts=self.child(),
            ),
        ]
        made: pulumi.Output[str] = bucket.bucket
        return made, closed

    def _role(self, bucket: pulumi.Output[str]) -> tuple[pulumi.Output[str], pulumi.Resource]:
        name, args = self._name, self._args
        role = aws.iam.Role(
            f"{name}-role",
            name=args["role"],
            assume_role_policy=assumed_by("lambda.amazonaws.com", args["account_id"]),
            tags=args["tags"],
            opts=self.child(),
        )
        allowed = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=policy(*_statements(args, bucket)),
            opts=self.child(),
        )
        arn: pulumi.Output[str] = role.arn
        return arn, allowed


def _tls_only(bucket_arn: pulumi.Output[str]) -> Statement:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, pulumi.Output.format("{0}/*", bucket_arn)],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _statements(args: CanariesArgs, bucket: pulumi.Output[str]) -> list[Statement]:
    """What Synthetics asks for, and no more. Source: "Required roles and permissions for canaries"."""
    logs = pulumi.Output.format(
        "arn:aws:logs:{0}:{1}:log-group:/aws/lambda/cwsyn-*", args["region"], args["account_id"]
    )
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": pulumi.Output.format("arn:aws:s3:::{0}/*", bucket),
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetBucketLocation"],
            "Resource": pulumi.Output.format("arn:aws:s3:::{0}", bucket),
        },
        # The runtime asks for it before it looks at its own bucket; it takes no resource.
        {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [logs, pulumi.Output.format("{0}:*", logs)],
        },
        {
            "Effect": "Allow",
            "Action": ["cloudwatch:PutMetricData"],
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}},
        },
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": args["key_arn"],
            "Condition": {
                "StringEquals": {"kms:ViaService": pulumi.Output.format("s3.{0}.amazonaws.com", args["region"])}
            },
        },
    ]
