"""A bucket of the estate's own housekeeping: private, versioned, encrypted, TLS only, emptied by age."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra import bucket_policies
from infra.component import Component, Statement, TagsInput, policy

NONCURRENT_DAYS = 7
"""A version that was replaced can be had back for so long."""


class Log(TypedDict):
    """Where it is written down who read and wrote what."""

    bucket: pulumi.Input[str]
    """A log bucket of the same region, known once it accepts logs."""
    prefix: pulumi.Input[str]
    """Where in it."""


class PrivateBucketArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the bucket."""
    bucket: pulumi.Input[str]
    """The bucket's name."""
    key_arn: NotRequired[pulumi.Input[str]]
    """Key of the objects, in the same region; without it S3's own, as log buckets need it."""
    log: NotRequired[Log]
    """Plain, since it decides what exists: its access log. Without it, it keeps none, as a log bucket."""
    expire_days: NotRequired[int]
    """Plain, since it shapes the rules: after so many days an object goes. Without it, objects stay."""
    statements: NotRequired[Sequence[Statement]]
    """Plain sequence: what its policy says beside "nobody without TLS"."""
    protection: bool
    """Plain, as Pulumi's `protect`: drives it, and whether a bucket that is not empty may go, together."""
    tags: TagsInput
    """On the bucket; what configures it takes none."""


class PrivateBucket(Component):
    """One bucket with everything that keeps it closed."""

    bucket_name: pulumi.Output[str]
    """Known once nobody but who may can reach it, and what is put is encrypted."""
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            region=args["region"],
            bucket=args["bucket"],
            force_destroy=not args["protection"],
            tags=args["tags"],
            opts=self.child(protect=args["protection"]),
        )
        self.arn = bucket.arn
        shut = closed(self, f"{name}-closed", f"{name}-policy", bucket, args["region"], args.get("statements", ()))
        ready = [shut, *self._kept(bucket), self._encrypted(bucket)]
        self.bucket_name = pulumi.Output.all(bucket.bucket, *(each.id for each in ready)).apply(
            lambda known: str(known[0])
        )
        if "log" in args:
            aws.s3.BucketLogging(
                f"{name}-logging",
                region=args["region"],
                bucket=self.bucket_name,
                target_bucket=args["log"]["bucket"],
                target_prefix=args["log"]["prefix"],
                target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
                opts=self.child(),
            )
        self.register_outputs({"bucket_name": self.bucket_name, "arn": bucket.arn})

    def _kept(self, bucket: aws.s3.Bucket) -> list[aws.s3.BucketVersioning | aws.s3.BucketLifecycleConfiguration]:
        name, args = self._name, self._args
        versions = aws.s3.BucketVersioning(
            f"{name}-versions",
            region=args["region"],
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self.child(),
        )
        rule: dict[str, Any] = {
            "id": "old",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrent_version_expiration": {"noncurrent_days": NONCURRENT_DAYS},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
        }
        if "expire_days" in args:
            rule["expiration"] = {"days": args["expire_days"]}
        lifecycle = aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            region=args["region"],
            bucket=versions.bucket,
            rules=[rule],
            opts=self.child(),
        )
        return [versions, lifecycle]

    def _encrypted(self, bucket: aws.s3.Bucket) -> aws.s3.BucketServerSideEncryptionConfiguration:
        name, args = self._name, self._args
        rule: dict[str, Any] = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
        if "key_arn" in args:
            encryption = {"sse_algorithm": "aws:kms", "kms_master_key_id": args["key_arn"]}
            rule = {"apply_server_side_encryption_by_default": encryption, "bucket_key_enabled": True}
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            region=args["region"],
            bucket=bucket.bucket,
            # No access-control lists: who may do what is in policies alone.
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self.child(),
        )
        return aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            region=args["region"],
            bucket=bucket.bucket,
            rules=[rule],
            opts=self.child(),
        )


def closed(
    owner: Component,
    block_name: str,
    policy_name: str,
    bucket: aws.s3.Bucket,
    region: pulumi.Input[str],
    statements: Sequence[Statement],
) -> aws.s3.BucketPolicy:
    """Shuts a bucket of `owner`: nothing public, nobody without TLS, and what `statements` say."""
    block = aws.s3.BucketPublicAccessBlock(
        block_name,
        region=region,
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=owner.child(),
    )
    return aws.s3.BucketPolicy(
        policy_name,
        region=region,
        bucket=bucket.bucket,
        policy=policy(*bucket_policies.tls_only(bucket.arn), *statements),
        # S3 refuses two of a bucket's settings at a time.
        opts=owner.child(depends_on=[block]),
    )
