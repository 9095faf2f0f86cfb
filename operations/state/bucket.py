"""One bucket of the state: looked at first, then only what is missing or different is put."""

import json
from collections.abc import Callable, Generator
from typing import Any

from botocore.exceptions import ClientError

from operations.outcomes import Refused
from operations.state.backend import VERSIONS_DAYS, Backend

PUBLIC = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
LIFECYCLE = [
    {
        "ID": "old-versions",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": VERSIONS_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
]


def ensure(s3: Any, backend: Backend, bucket: str, region: str, key_arn: str) -> Generator[str]:
    """Yields what had to be changed. Raises Refused where the name belongs to someone else or to another region."""
    if _missing(s3, bucket, region):
        # us-east-1 is the one region that may not be named.
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **place)
        yield f"bucket {bucket} in {region}: made"
    encryption = {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn},
                "BucketKeyEnabled": True,
            }
        ]
    }
    tags = [{"Key": key, "Value": value} for key, value in sorted(backend.tags.items())]
    wanted: list[tuple[str, Callable[[], Any], Any, Callable[[], Any]]] = [
        (
            "versions are kept",
            lambda: s3.get_bucket_versioning(Bucket=bucket).get("Status"),
            "Enabled",
            lambda: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}),
        ),
        (
            "closed to the public",
            lambda: s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
            PUBLIC,
            lambda: s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=PUBLIC),
        ),
        (
            "owned by the account",
            lambda: {"Rules": s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]},
            OWNERSHIP,
            lambda: s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=OWNERSHIP),
        ),
        (
            "encrypted with the state's key",
            lambda: s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"],
            encryption,
            lambda: s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=encryption),
        ),
        (
            "over TLS only",
            lambda: json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]),
            backend.tls_only(bucket),
            lambda: s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(backend.tls_only(bucket))),
        ),
        (
            f"old versions go after {VERSIONS_DAYS} days",
            lambda: s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
            LIFECYCLE,
            lambda: s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": LIFECYCLE}),
        ),
        (
            "tagged",
            lambda: sorted(s3.get_bucket_tagging(Bucket=bucket)["TagSet"], key=lambda tag: str(tag["Key"])),
            tags,
            lambda: s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags}),
        ),
    ]
    for what, look, want, put in wanted:
        if _there(look) != want:
            put()
            yield f"bucket {bucket}: {what}"


def ensure_copied(s3: Any, backend: Backend, copy_key_arn: str) -> Generator[str]:
    """The replication from the state's bucket to its copy."""
    want = backend.replication(copy_key_arn)
    found = _there(lambda: s3.get_bucket_replication(Bucket=backend.bucket)["ReplicationConfiguration"])
    if found != want:
        s3.put_bucket_replication(Bucket=backend.bucket, ReplicationConfiguration=want)
        yield f"bucket {backend.bucket}: copied to {backend.copy_bucket}"


def _missing(s3: Any, bucket: str, region: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in {"404", "NoSuchBucket"}:
            return True
        if code == "403":
            raise Refused(
                f"the bucket {bucket} exists and is closed to you: somebody else's, or your role may not see it; "
                "check the credentials, or change `name` in Pulumi.yaml, from which the bucket is named"
            ) from None
        raise
    # us-east-1 answers with nothing.
    found = s3.get_bucket_location(Bucket=bucket).get("LocationConstraint") or "us-east-1"
    if found != region:
        raise Refused(f"the bucket {bucket} is in {found}, and belongs into {region}: move its objects, then delete it")
    return False


def _there(look: Callable[[], Any]) -> Any:
    """What is configured; None where nothing is."""
    try:
        return look()
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        if code.startswith("NoSuch") or code.endswith("NotFoundError"):
            return None
        raise
