"""What was lost of a bucket: counted by versions where both sites answer, unknown where one does not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import EndpointConnectionError

from operations.recovery import objects
from operations.topology import Topology

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Bucket:
    """Lists its versions in pages of two."""

    def __init__(self, *versions: tuple[str, str, int], lost: bool = False) -> None:
        self._all = [
            {"Key": key, "VersionId": version, "LastModified": AT + timedelta(seconds=at)}
            for key, version, at in versions
        ]
        self._lost = lost

    def list_object_versions(self, **given: Any) -> dict[str, Any]:
        if self._lost:
            raise EndpointConnectionError(endpoint_url="s3")
        start = int(given.get("KeyMarker", "0"))
        more = start + 2 < len(self._all)
        page = {"Versions": self._all[start : start + 2], "IsTruncated": more}
        return page | ({"NextKeyMarker": str(start + 2), "NextVersionIdMarker": "x"} if more else {})


def lost(topology: Topology, east: Bucket, west: Bucket) -> Any:
    at = {"us-east-1": east, "us-west-2": west}
    factory: Callable[[str, str], Any] = lambda _service, region: at[region]  # noqa: E731
    return objects.losses(topology, "west", factory)["objects"]


def test_versions_that_have_not_arrived_are_counted(topology: Topology) -> None:
    east = Bucket(("a", "1", 0), ("b", "1", 5), ("a", "2", 8), ("c", "1", 20))
    found = lost(topology, east, Bucket(("a", "1", 1), ("b", "1", 6)))
    assert (found.rows, found.seconds) == (2, 12.0), "from the oldest that is behind to the newest write"
    complete = lost(topology, east, east)
    assert (complete.rows, complete.seconds) == (0, 0.0)


def test_what_a_lost_region_had_not_sent_is_unknown(topology: Topology) -> None:
    found = lost(topology, Bucket(lost=True), Bucket())
    assert (found.rows, found.seconds) == (None, None) and "not known" in found.why


def test_a_bucket_too_large_to_be_listed_is_unknown(topology: Topology, monkeypatch: Any) -> None:
    monkeypatch.setattr(objects, "PAGES", 1)
    found = lost(topology, Bucket(*((key, "1", 0) for key in "abc")), Bucket())
    assert found.rows is None and "OperationsPendingReplication" in found.why


def test_delete_markers_of_a_real_listing_count(aws_mocked: None, topology: Topology) -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="documents")
    s3.put_bucket_versioning(Bucket="documents", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="documents", Key="a", Body=b"1")
    s3.delete_object(Bucket="documents", Key="a")
    assert len(objects.versions(s3, "documents")) == 2
