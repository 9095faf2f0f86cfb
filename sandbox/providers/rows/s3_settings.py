"""What a bucket is told, each in a resource of its own."""

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Step
from sandbox.providers.aws.session import Failed
from sandbox.providers.handlers import Subject
from sandbox.providers.rows.s3_bucket import GONE


def _bucket(subject: Subject) -> dict[str, str]:
    return {"Bucket": subject.id or str(subject.inputs["bucket"])}


def _setting(
    name: str,
    noun: str,
    operation: str,
    sends: dict[str, Field],
    delete: Call | Step | None,
    *,
    missing: tuple[str, ...] = (),
    read: str = "",
    answer: str = "@",
    **more: object,
) -> Row:
    """A setting that one put makes and changes. `missing`: error codes that mean the bucket has none."""
    title = "".join(part.title() for part in operation.split("_"))
    kind = f"aws:s3/{name[0].lower()}{name[1:]}:{name}"
    return Row(
        type=kind,
        service="s3",
        verb_noun=f"S3 {noun}",
        create=Call(operation, sends=("bucket", *sends)),
        id="=bucket",
        fields={"bucket": Field(found="-"), **sends},
        read=Call(read or operation.replace("put_", "get_", 1), _bucket, answer=answer),
        delete=delete,
        gone=(*GONE, *missing),
        outputs={"bucket": lambda s, _f: s.id},
        changes=(Change(tuple(sends), f"aws api: {title}", Call(operation, _bucket, sends=tuple(sends))),),
        **more,  # type: ignore[arg-type]
    )


def _removed(operation: str) -> Call:
    return Call(operation, _bucket)


def _unlock(at: At) -> None:
    at.call("put_object_lock_configuration", Bucket=at.id, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})


def _lock(at: At) -> str:
    rule = at.inputs.get("rule")
    request: dict[str, object] = {"ObjectLockEnabled": at.inputs.get("objectLockEnabled") or "Enabled"}
    if rule:
        asked = rule["defaultRetention"]
        kept = {"Days": "days", "Years": "years"}
        retention = {name: int(asked[key]) for name, key in kept.items() if asked.get(key)}
        request["Rule"] = {"DefaultRetention": {"Mode": asked["mode"], **retention}}
    bucket = str(at.subject.value("bucket"))
    at.call("put_object_lock_configuration", Bucket=bucket, ObjectLockConfiguration=request)
    return bucket


def _relock(at: At) -> None:
    _lock(at)


def _suspend(at: At) -> None:
    try:
        at.call("put_bucket_versioning", Bucket=at.id, VersioningConfiguration={"Status": "Suspended"})
    except Failed as failed:
        # A bucket with object lock stays versioned for good: the real provider leaves it at that.
        if failed.code != "InvalidBucketState":
            raise


def _no_logging(at: At) -> None:
    at.call("put_bucket_logging", Bucket=at.id, BucketLoggingStatus={})


def _notification(at: At) -> dict[str, object]:
    return {"EventBridgeConfiguration": {}} if at.subject.value("eventbridge") else {}


def _tell(at: At) -> str:
    bucket = str(at.subject.value("bucket"))
    at.call("put_bucket_notification_configuration", Bucket=bucket, NotificationConfiguration=_notification(at))
    return bucket


def _tell_again(at: At) -> None:
    _tell(at)


def _tell_nobody(at: At) -> None:
    at.call("put_bucket_notification_configuration", Bucket=at.id, NotificationConfiguration={})


def _told(_at: At, found: Found) -> Found:
    return {"eventbridge": "EventBridgeConfiguration" in found}


ROWS = (
    _setting(
        "BucketVersioning",
        "Bucket Versioning",
        "put_bucket_versioning",
        {"versioningConfiguration": Field("VersioningConfiguration")},
        _suspend,
        answer="{VersioningConfiguration: {Status: Status}}",
    ),
    _setting(
        "BucketServerSideEncryptionConfiguration",
        "Bucket Server-side Encryption Configuration",
        "put_bucket_encryption",
        {"rules": Field("ServerSideEncryptionConfiguration.Rules")},
        _removed("delete_bucket_encryption"),
        missing=("ServerSideEncryptionConfigurationNotFoundError",),
    ),
    _setting(
        "BucketPublicAccessBlock",
        "Bucket Public Access Block",
        "put_public_access_block",
        {
            name: Field(f"PublicAccessBlockConfiguration.{name[0].upper()}{name[1:]}")
            for name in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        },
        _removed("delete_public_access_block"),
        missing=("NoSuchPublicAccessBlockConfiguration",),
        defaults=dict.fromkeys(
            ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), False
        ),
    ),
    _setting(
        "BucketOwnershipControls",
        "Bucket Ownership Controls",
        "put_bucket_ownership_controls",
        {"rule": Field("OwnershipControls.Rules", encode=lambda rule: [{"ObjectOwnership": rule["objectOwnership"]}])},
        _removed("delete_bucket_ownership_controls"),
        missing=("OwnershipControlsNotFoundError",),
    ),
    _setting(
        "BucketPolicy",
        "Bucket Policy",
        "put_bucket_policy",
        {"policy": Field("Policy")},
        _removed("delete_bucket_policy"),
        missing=("NoSuchBucketPolicy",),
        policies=("policy",),
    ),
    _setting(
        "BucketLifecycleConfiguration",
        "Bucket Lifecycle Configuration",
        "put_bucket_lifecycle_configuration",
        {"rules": Field("LifecycleConfiguration.Rules", found="Rules")},
        _removed("delete_bucket_lifecycle"),
        missing=("NoSuchLifecycleConfiguration",),
    ),
    _setting(
        "BucketLogging",
        "Bucket Logging",
        "put_bucket_logging",
        {
            "targetBucket": Field("BucketLoggingStatus.LoggingEnabled.TargetBucket", found="TargetBucket"),
            "targetPrefix": Field("BucketLoggingStatus.LoggingEnabled.TargetPrefix", found="TargetPrefix"),
            "targetObjectKeyFormat": Field(
                "BucketLoggingStatus.LoggingEnabled.TargetObjectKeyFormat", found="TargetObjectKeyFormat"
            ),
        },
        _no_logging,
        answer="LoggingEnabled",
        extended="kept as it was said; no log is written",
    ),
    Row(
        type="aws:s3/bucketNotification:BucketNotification",
        service="s3",
        verb_noun="S3 Bucket Notification",
        create=_tell,
        read=Call("get_bucket_notification_configuration", _bucket, answer="@"),
        fields={"bucket": Field(found="-"), "eventbridge": Field("-", found="eventbridge")},
        delete=_tell_nobody,
        gone=GONE,
        changes=(Change(("eventbridge",), "aws api: PutBucketNotificationConfiguration", _tell_again),),
        also_read=(_told,),
        outputs={"bucket": lambda s, _f: s.id},
        extended="kept as it was said; no event is sent",
    ),
    _setting(
        "BucketReplicationConfig",
        "Bucket Replication Configuration",
        "put_bucket_replication",
        {"role": Field("ReplicationConfiguration.Role"), "rules": Field("ReplicationConfiguration.Rules")},
        _removed("delete_bucket_replication"),
        missing=("ReplicationConfigurationNotFoundError",),
        extended="objects and delete markers travel, held by lag and outages; `ReplicationStatus` says how far",
    ),
    Row(
        type="aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        service="s3",
        verb_noun="S3 Bucket Object Lock Configuration",
        create=_lock,
        read=Call("get_object_lock_configuration", _bucket, answer="ObjectLockConfiguration"),
        fields={"bucket": Field(found="-"), "rule": Field("-", found="Rule")},
        delete=_unlock,
        gone=(*GONE, "ObjectLockConfigurationNotFoundError"),
        changes=(Change(("rule",), "aws api: PutObjectLockConfiguration", _relock),),
        defaults={"objectLockEnabled": "Enabled"},
        outputs={"bucket": lambda s, _f: s.id},
    ),
)
