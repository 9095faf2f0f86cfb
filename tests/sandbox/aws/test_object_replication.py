"""Objects reach the other region's bucket when replication lets them, and until then they say that they have not."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.conftest import EAST, WEST, Aws

ROLE = "arn:aws:iam::111122223333:role/replication"


def bucket(aws: Aws, region: str, name: str, *, versioned: bool = True) -> Any:
    s3 = aws.client("s3", region)
    place = {} if region == EAST else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **place)
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return s3


def replicate(s3: Any, source: str, target: str, deletions: str = "Enabled") -> dict[str, Any]:
    rule = {
        "ID": "everything",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": deletions},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": f"arn:aws:s3:::{target}",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:us-west-2:111122223333:alias/west-documents"},
            "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
            "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
        },
    }
    given = {"Role": ROLE, "Rules": [rule]}
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration=given)
    return given


@pytest.fixture
def pair(aws: Aws) -> tuple[Any, Any]:
    """Buckets `here` in the east and `there` in the west, replicated both ways."""
    east, west = bucket(aws, EAST, "here"), bucket(aws, WEST, "there")
    replicate(east, "here", "there")
    replicate(west, "there", "here")
    return east, west


def status(s3: Any, name: str, key: str) -> str | None:
    try:
        found = s3.head_object(Bucket=name, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return None
    return str(found.get("ReplicationStatus"))


def test_an_object_travels_with_version_metadata_tags_and_the_other_regions_key(
    aws: Aws, pair: tuple[Any, Any]
) -> None:
    east, west = pair
    made = east.put_object(Bucket="here", Key="a", Body=b"bundle", Metadata={"epoch": "3"}, Tagging="kind=fhir")
    copy = aws.eventually(lambda: status(west, "there", "a") and west.get_object(Bucket="there", Key="a"))
    assert (copy["Body"].read(), copy["VersionId"]) == (b"bundle", made["VersionId"])
    assert (copy["ReplicationStatus"], copy["Metadata"]) == ("REPLICA", {"epoch": "3"})
    assert copy["SSEKMSKeyId"].endswith("alias/west-documents")
    assert west.get_object_tagging(Bucket="there", Key="a")["TagSet"] == [{"Key": "kind", "Value": "fhir"}]
    assert status(east, "here", "a") == "COMPLETED"
    # A copy is not copied on: it would travel for ever.
    assert len(east.list_object_versions(Bucket="here")["Versions"]) == 1


def test_a_deletion_travels_as_a_marker_and_only_where_the_rule_says_so(aws: Aws, pair: tuple[Any, Any]) -> None:
    east, west = pair
    east.put_object(Bucket="here", Key="a", Body=b"1")
    aws.eventually(lambda: status(west, "there", "a"))
    marker = east.delete_object(Bucket="here", Key="a")["VersionId"]
    aws.eventually(lambda: status(west, "there", "a") is None)
    found = west.list_object_versions(Bucket="there")
    assert [item["VersionId"] for item in found["DeleteMarkers"]] == [marker]
    assert len(found["Versions"]) == 1, "the version under the marker is still there"

    replicate(east, "here", "there", deletions="Disabled")
    east.put_object(Bucket="here", Key="b", Body=b"1")
    aws.eventually(lambda: status(west, "there", "b"))
    east.delete_objects(Bucket="here", Delete={"Objects": [{"Key": "b"}]})
    east.put_object(Bucket="here", Key="later", Body=b"1")
    aws.eventually(lambda: status(west, "there", "later"))
    assert status(west, "there", "b") == "REPLICA"


def test_what_is_in_transit_when_a_region_is_lost_stays_behind(aws: Aws, pair: tuple[Any, Any]) -> None:
    east, west = pair
    aws.faults.lag(3600)
    east.put_object(Bucket="here", Key="a", Body=b"1")
    assert status(east, "here", "a") == "PENDING"
    aws.faults.dark(EAST)
    aws.faults.clear("lag")
    assert status(west, "there", "a") is None
    inside = aws.client("s3", EAST, caller=EAST)
    inside.put_object(Bucket="here", Key="b", Body=b"1")
    assert (status(inside, "here", "a"), status(inside, "here", "b")) == ("PENDING", "PENDING")
    # The survivor's own writes wait for the lost one too.
    west.put_object(Bucket="there", Key="c", Body=b"1")
    assert status(west, "there", "c") == "PENDING"
    aws.faults.clear()
    aws.eventually(lambda: status(west, "there", "a") and status(west, "there", "b") and status(east, "here", "c"))
    assert status(east, "here", "a") == "COMPLETED"


def test_replication_is_shown_as_it_was_put_and_asks_for_versions_at_both_ends(aws: Aws) -> None:
    east = bucket(aws, EAST, "here")
    bucket(aws, WEST, "there", versioned=False)
    with pytest.raises(ClientError, match="Versioning must be 'Enabled' on the bucket there"):
        replicate(east, "here", "there")
    aws.client("s3", WEST).put_bucket_versioning(Bucket="there", VersioningConfiguration={"Status": "Enabled"})
    given = replicate(east, "here", "there")
    assert east.get_bucket_replication(Bucket="here")["ReplicationConfiguration"] == given
    east.delete_bucket_replication(Bucket="here")
    with pytest.raises(ClientError, match="ReplicationConfigurationNotFoundError"):
        east.get_bucket_replication(Bucket="here")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        east.get_bucket_replication(Bucket="nowhere")


def test_a_policy_is_kept_and_obeyed_by_nobody(aws: Aws) -> None:
    east = bucket(aws, EAST, "here")
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    refuse = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}
    text = json.dumps({"Version": "2012-10-17", "Statement": [refuse]})
    east.put_bucket_policy(Bucket="here", Policy=text)
    assert east.get_bucket_policy(Bucket="here")["Policy"] == text
    east.put_object(Bucket="here", Key="a", Body=b"1")
    east.delete_bucket_policy(Bucket="here")
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        east.get_bucket_policy(Bucket="here")


def test_a_lost_home_of_bucket_settings_leaves_objects_alone(aws: Aws, pair: tuple[Any, Any]) -> None:
    _, west = pair
    aws.faults.dark(EAST)
    west.put_object(Bucket="there", Key="a", Body=b"1")
    assert west.get_bucket_versioning(Bucket="there")["Status"] == "Enabled"
    with pytest.raises(Exception, match=r"closed|Connect|reach"):
        west.put_bucket_versioning(Bucket="there", VersioningConfiguration={"Status": "Enabled"})
