"""S3 buckets."""

from typing import Any

from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.aws.session import HOME, Failed
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName, InPlace

GONE = ("404", "NoSuchBucket")


def _place(subject: Subject) -> dict[str, Any]:
    """us-east-1 is the one region that a new bucket must not name."""
    made: dict[str, Any] = {"ObjectLockEnabledForBucket": bool(subject.inputs.get("objectLockEnabled"))}
    if subject.region != HOME:
        made["CreateBucketConfiguration"] = {"LocationConstraint": subject.region}
    return made


def _tag(at: At) -> None:
    """PutBucketTagging replaces the whole set."""
    tags = [{"Key": name, "Value": text} for name, text in (at.inputs.get("tags") or {}).items()]
    if tags:
        at.call("put_bucket_tagging", Bucket=at.id, Tagging={"TagSet": tags})
    elif at.subject.old_inputs.get("tags"):
        at.call("delete_bucket_tagging", Bucket=at.id)


def _tags(at: At, _found: Found) -> Found:
    try:
        return {"TagSet": at.call("get_bucket_tagging", Bucket=at.id)["TagSet"]}
    except Failed as failed:
        if failed.code != "NoSuchTagSet":
            raise
        return {"TagSet": []}


def _empty(at: At) -> None:
    """With `forceDestroy` every version goes first, also those locked in governance mode, as the real provider does."""
    if not at.subject.value("forceDestroy"):
        return
    locked = {"BypassGovernanceRetention": True} if at.subject.value("objectLockEnabled") else {}
    while True:
        page = at.call("list_object_versions", Bucket=at.id)
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not found:
            return
        objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        at.call("delete_objects", Bucket=at.id, Delete={"Objects": objects}, **locked)


ROWS = (
    Row(
        type="aws:s3/bucket:Bucket",
        service="s3",
        verb_noun="S3 Bucket",
        create=Call("create_bucket", _place, sends=("bucket",)),
        id="=bucket",
        read=Call("head_bucket", lambda s: {"Bucket": s.id}),
        also_read=(_tags,),
        gone=GONE,
        before_delete=(_empty,),
        delete=Call("delete_bucket", lambda s: {"Bucket": s.id}),
        after_create=(_tag,),
        changes=(Change(("tags", "tagsAll"), "aws api: PutBucketTagging, DeleteBucketTagging", _tag),),
        local=(InPlace(("forceDestroy",), "provider: read when the bucket is deleted"),),
        auto_name=AutoName("bucket", 63, rival="bucketPrefix"),
        defaults={"forceDestroy": False},
        computed=("objectLockEnabled",),
        outputs={
            "arn": lambda s, _f: f"arn:aws:s3:::{s.id}",
            "bucket": lambda s, _f: s.id,
            "bucketDomainName": lambda s, _f: f"{s.id}.s3.amazonaws.com",
            "bucketRegionalDomainName": lambda s, _f: f"{s.id}.s3.{s.region}.amazonaws.com",
        },
    ),
)
