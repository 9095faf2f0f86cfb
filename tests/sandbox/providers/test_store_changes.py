"""Buckets, queues, the cache and images change in place where AWS lets them, and drift is seen."""

import json

import pytest

from tests.sandbox.providers.conftest import WEST, Rig
from tests.sandbox.providers.wire import Refusal, Wire

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
QUEUE = "aws:sqs/queue:Queue"
POLICY = "aws:sqs/queuePolicy:QueuePolicy"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
REPOSITORY = "aws:ecr/repository:Repository"
GET_KEY = "aws:kms/getKey:getKey"


def test_a_bucket_is_made_in_the_region_that_it_names_and_goes_only_when_it_may(east: Wire, rig: Rig) -> None:
    given = {"bucket": "trial", "region": WEST, "objectLockEnabled": True}
    bucket = east.create(BUCKET, "bucket", **given)
    s3 = rig.client("s3", WEST)
    assert s3.get_bucket_location(Bucket="trial")["LocationConstraint"] == WEST
    assert s3.get_bucket_tagging(Bucket="trial")["TagSet"] == [{"Key": "project", "Value": "trial"}]
    lock = east.create(LOCK, "lock", bucket="trial", rule={"defaultRetention": {"mode": "GOVERNANCE", "days": 30}})
    s3.put_object(Bucket="trial", Key="record", Body=b"1")
    with pytest.raises(Refusal, match="BucketNotEmpty"):
        east.delete(bucket)
    bucket = east.update(bucket, **given, forceDestroy=True)
    unlocked = east.update(lock, bucket="trial")
    found = s3.get_object_lock_configuration(Bucket="trial")["ObjectLockConfiguration"]
    assert "Rule" not in found
    east.delete(unlocked)
    east.delete(bucket)
    assert s3.list_buckets()["Buckets"] == []


def test_a_lifecycle_changes_in_place_and_drift_is_seen(east: Wire, rig: Rig) -> None:
    east.create(BUCKET, "bucket", bucket="trial")

    def rules(days: int) -> list[dict[str, object]]:
        return [{"id": "expired", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": days}}]

    made = east.create(LIFECYCLE, "lifecycle", bucket="trial", rules=rules(30))
    difference = east.diff(made, bucket="trial", rules=rules(60))
    assert (list(difference.detailedDiff), list(difference.replaces)) == (["rules"], [])
    made = east.update(made, bucket="trial", rules=rules(60))
    s3 = rig.client("s3")
    assert s3.get_bucket_lifecycle_configuration(Bucket="trial")["Rules"][0]["Expiration"] == {"Days": 60}
    s3.delete_bucket_lifecycle(Bucket="trial")
    assert east.read(made) is None


def test_a_queues_policy_outlives_a_change_of_the_queue(east: Wire, rig: Rig) -> None:
    queue = east.create(QUEUE, "queue", name="trial", visibilityTimeoutSeconds=30)
    text = json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]})
    policy = east.create(POLICY, "policy", queueUrl=queue.id, policy=text)
    difference = east.diff(queue, name="trial", visibilityTimeoutSeconds=60)
    assert list(difference.replaces) == []
    east.update(queue, name="trial", visibilityTimeoutSeconds=60)
    attributes = rig.client("sqs").get_queue_attributes(QueueUrl=queue.id, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "60"
    found = east.read(policy)
    assert found is not None and json.loads(found.outputs["policy"]) == json.loads(text)


def test_a_cache_grows_and_shrinks_in_place(east: Wire, rig: Rig) -> None:
    given = {"replicationGroupId": "trial", "description": "trial", "engine": "valkey", "nodeType": "cache.t4g.small"}
    one = {"numCacheClusters": 1, "automaticFailoverEnabled": False, "multiAzEnabled": False}
    two = {"numCacheClusters": 2, "automaticFailoverEnabled": True, "multiAzEnabled": True}
    cache = east.create(CACHE, "cache", **given, **one)
    for size in (two, one):
        assert list(east.diff(cache, **given, **size).replaces) == []
        cache = east.update(cache, **given, **size)
        (found,) = rig.client("elasticache").describe_replication_groups()["ReplicationGroups"]
        assert len(found["MemberClusters"]) == size["numCacheClusters"]
        assert (found["MultiAZ"] == "enabled") is size["multiAzEnabled"]
    assert cache.outputs["primaryEndpointAddress"].startswith("master.trial.")


def test_a_repositorys_key_cannot_change_in_place(east: Wire) -> None:
    encrypted = [{"encryptionType": "KMS", "kmsKey": "arn:aws:kms:us-east-1:111122223333:key/1"}]
    made = east.create(REPOSITORY, "repository", name="trial/web", encryptionConfigurations=encrypted)
    other = [{**encrypted[0], "kmsKey": "arn:aws:kms:us-east-1:111122223333:key/2"}]
    given = {"name": "trial/web", "encryptionConfigurations": other}
    assert "encryptionConfigurations" in list(east.diff(made, **given).replaces)


def test_a_key_is_found_by_alias_or_not_at_all(east: Wire, rig: Rig) -> None:
    kms = rig.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/clinic", TargetKeyId=key["KeyId"])
    assert east.invoke(GET_KEY, keyId="alias/clinic")["arn"] == key["Arn"]
    with pytest.raises(Refusal, match="NotFoundException"):
        east.invoke(GET_KEY, keyId="alias/gone")
