"""Buckets of the estate's own housekeeping are as closed as those with documents."""

import json

import pytest

from tests.infra.stacks import declared

NAMES = ("global-trust-east-store", "global-trust-west-store", "global-canaries-store", "global-canaries-logs")
PARTS = {
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "s3/bucketOwnershipControls:BucketOwnershipControls",
    "s3/bucketVersioning:BucketVersioning",
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "s3/bucketPolicy:BucketPolicy",
}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_what_closes_a_bucket_is_left_out_and_all_of_it_is_in_the_bucket_s_region(name: str) -> None:
    stack = declared("global")
    bucket = stack.one("s3/bucket:Bucket", f"{name}-bucket").inputs
    parts = [item for item in stack.custom if item.inputs.get("bucket") == bucket["bucket"]]
    assert {item.type.removeprefix("aws:") for item in parts} >= PARTS
    assert {item.inputs["region"] for item in parts} == {bucket["region"]}


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("-logs")])
def test_who_read_and_wrote_is_logged_where_s3_may_write_it(name: str) -> None:
    stack = declared("global")
    bucket = stack.one("s3/bucket:Bucket", f"{name}-bucket").inputs
    log = stack.one("s3/bucketLogging:BucketLogging", f"{name}-logging").inputs
    target = next(item for item in stack.of("s3/bucket:Bucket") if item.inputs["bucket"] == log["targetBucket"])
    assert target.inputs["region"] == bucket["region"], "S3 takes a target of the same region only"
    (policy,) = [
        item for item in stack.of("s3/bucketPolicy:BucketPolicy") if item.inputs["bucket"] == log["targetBucket"]
    ]
    (writes,) = [each for each in json.loads(policy.inputs["policy"])["Statement"] if each.get("Sid") == "S3Logs"]
    assert f"arn:aws:s3:::{bucket['bucket']}" in writes["Condition"]["ArnLike"]["aws:SourceArn"]
    prefix = writes["Resource"].partition("/")[2].rstrip("*")
    assert log["targetPrefix"].startswith(prefix)
