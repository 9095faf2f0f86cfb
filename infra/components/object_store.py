"""A site's buckets: documents, audit records, and the log of who read and wrote them."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from infra import bucket_policies
from infra.component import Component, Statement, TagsInput
from infra.components.private_bucket import closed

DOCUMENTS, AUDIT, ACCESS_LOGS = "documents", "audit", "access-logs"
LOGGED = (DOCUMENTS, AUDIT)
"""The access-log bucket keeps no log of itself: each entry would make the next one."""
ABANDONED_DAYS = 7
"""Parts of an upload that nobody finished."""


class Days(TypedDict):
    """How long things are kept."""

    archive: pulumi.Input[int]
    """Days until a document moves to the infrequent-access class."""
    noncurrent: pulumi.Input[int]
    """Days for which a replaced or deleted version can be had back."""
    audit: pulumi.Input[int]
    """Days for which an audit record is kept and locked."""
    access_logs: pulumi.Input[int]
    """Days for which access logs are kept."""


class ObjectStoreArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of every bucket."""
    account_id: pulumi.Input[str]
    """On whose behalf AWS services may write."""
    names: Mapping[str, str]
    """Plain mapping, since it decides what exists: `documents`, `audit`, `access-logs` → bucket."""
    key_arns: Mapping[str, pulumi.Input[str]]
    """Plain mapping: `documents` and `audit` → the region's own key."""
    trail_arn: pulumi.Input[str]
    """The one trail that may write to the audit bucket."""
    also_logged: Sequence[pulumi.Input[str]]
    """Plain sequence: ARNs of other buckets of the region whose access logs are kept here too."""
    audit_lock: str
    """Plain `governance` or `compliance`: whether somebody can end the lock of an audit record."""
    days: Days
    """How long things are kept."""
    protection: bool
    """Plain, as Pulumi's `protect`: drives it, the audit records' lock and whether a full bucket may go, together."""
    tags: TagsInput
    """On every bucket; what configures one takes none."""


class ObjectStore(Component):
    """Three private buckets: versioned, encrypted, TLS only."""

    names: dict[str, pulumi.Output[str]]
    """Purpose → bucket, known once it is versioned: replication asks for that at both ends."""
    arns: dict[str, pulumi.Output[str]]
    """Purpose → ARN."""
    guarded: dict[str, pulumi.Output[str]]
    """Purpose → bucket, known once its policy stands: who writes there for AWS is refused before."""

    def __init__(self, name: str, args: ObjectStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        buckets = {purpose: self._bucket(purpose) for purpose in args["names"]}
        self.names = {purpose: self._versioned(purpose, bucket) for purpose, bucket in buckets.items()}
        self.arns = {purpose: bucket.arn for purpose, bucket in buckets.items()}
        policies = {purpose: self._private(purpose, bucket) for purpose, bucket in buckets.items()}
        self.guarded = {purpose: attached.bucket for purpose, attached in policies.items()}
        for purpose in buckets:
            self._lifecycle(purpose)
        self._lock()
        for purpose in LOGGED:
            # What is done to objects is told to EventBridge; which of it is passed on, and to whom, is each site's.
            aws.s3.BucketNotification(
                f"{name}-{purpose}-events",
                region=args["region"],
                bucket=self.names[purpose],
                eventbridge=True,
                opts=self.child(),
            )
            aws.s3.BucketLogging(
                f"{name}-{purpose}-logging",
                region=args["region"],
                bucket=self.names[purpose],
                target_bucket=self.names[ACCESS_LOGS],
                target_prefix=f"{bucket_policies.S3_LOGS}/{purpose}/",
                target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
                opts=self.child(depends_on=[policies[ACCESS_LOGS]]),
            )
        self.register_outputs({"names": self.names, "arns": self.arns})

    def _bucket(self, purpose: str) -> aws.s3.Bucket:
        name, args = self._name, self._args
        bucket = aws.s3.Bucket(
            f"{name}-{purpose}",
            region=args["region"],
            bucket=args["names"][purpose],
            # Only a new bucket can have it, so it is on whether or not anything is locked today.
            object_lock_enabled=purpose == AUDIT,
            force_destroy=not args["protection"],
            tags=args["tags"],
            opts=self.child(protect=args["protection"]),
        )
        rule: dict[str, Any] = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
        if purpose in args["key_arns"]:
            encryption = {"sse_algorithm": "aws:kms", "kms_master_key_id": args["key_arns"][purpose]}
            rule = {"apply_server_side_encryption_by_default": encryption, "bucket_key_enabled": True}
        # Access logs keep S3's own key: the services that deliver them can use no other.
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-{purpose}-encryption",
            region=args["region"],
            bucket=bucket.bucket,
            rules=[rule],
            opts=self.child(),
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-{purpose}-ownership",
            region=args["region"],
            bucket=bucket.bucket,
            # No access-control lists: who may do what is in policies alone.
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self.child(),
        )
        return bucket

    def _versioned(self, purpose: str, bucket: aws.s3.Bucket) -> pulumi.Output[str]:
        versioning = aws.s3.BucketVersioning(
            f"{self._name}-{purpose}-versioning",
            region=self._args["region"],
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self.child(),
        )
        name: pulumi.Output[str] = versioning.bucket
        return name

    def _private(self, purpose: str, bucket: aws.s3.Bucket) -> aws.s3.BucketPolicy:
        name = f"{self._name}-{purpose}"
        writers = self._writers(purpose, bucket.arn)
        return closed(self, f"{name}-private", f"{name}-policy", bucket, self._args["region"], writers)

    def _writers(self, purpose: str, arn: pulumi.Output[str]) -> Sequence[Statement]:
        args = self._args
        if purpose == ACCESS_LOGS:
            sources = [*(self.arns[each] for each in LOGGED), *args["also_logged"]]
            return bucket_policies.access_logs(arn, sources, args["region"], args["account_id"])
        if purpose == AUDIT:
            return bucket_policies.audit_records(arn, args["trail_arn"], args["account_id"])
        return []

    def _lifecycle(self, purpose: str) -> None:
        """A lifecycle's deletions are not replicated: both sites have the same rules."""
        days = self._args["days"]
        kept = {AUDIT: days["audit"], ACCESS_LOGS: days["access_logs"]}
        rules: list[dict[str, Any]] = [
            {
                "id": "abandoned",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "abort_incomplete_multipart_upload": {"days_after_initiation": ABANDONED_DAYS},
            },
            {
                "id": "old-versions",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "noncurrent_version_expiration": {"noncurrent_days": days["noncurrent"]},
            },
        ]
        if purpose in kept:
            expiry = {"days": kept[purpose]}
            rules.append({"id": "expired", "status": "Enabled", "filter": {"prefix": ""}, "expiration": expiry})
        else:
            moved = [{"days": days["archive"], "storage_class": "STANDARD_IA"}]
            rules.append({"id": "archive", "status": "Enabled", "filter": {"prefix": ""}, "transitions": moved})
            gone = {"expired_object_delete_marker": True}
            rules.append({"id": "markers", "status": "Enabled", "filter": {"prefix": ""}, "expiration": gone})
        aws.s3.BucketLifecycleConfiguration(
            f"{self._name}-{purpose}-lifecycle",
            region=self._args["region"],
            bucket=self.names[purpose],
            rules=rules,
            opts=self.child(),
        )

    def _lock(self) -> None:
        retention = {"mode": self._args["audit_lock"].upper(), "days": self._args["days"]["audit"]}
        aws.s3.BucketObjectLockConfiguration(
            f"{self._name}-{AUDIT}-lock",
            region=self._args["region"],
            bucket=self.names[AUDIT],
            rule={"default_retention": retention} if self._args["protection"] else None,
            opts=self.child(),
        )
