"""What a move lost of a bucket: versions that the old site has and the new one has not got yet, counted by S3 itself.

Copies keep their version's id, so the two listings are compared by key and version. The old site has to answer: what a
bucket in a lost region had not sent yet nobody can count, and S3 sends it by itself once the region is back.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from operations.record.replicas import ClientFactory
from operations.recovery.loss import StoreLoss
from operations.topology import Resource, Topology

PAGES = 50
"""Of a thousand versions each: a bucket with more is not counted here."""

Versions = dict[tuple[str, str], datetime]


class TooMany(Exception):
    """More versions than can be listed in reasonable time."""


def losses(topology: Topology, target: str, aws: ClientFactory) -> dict[str, StoreLoss]:
    """Store → loss, of every bucket that both sites have: `objects` for one, `objects NAME` for several."""
    origin = topology.peer(target)
    there = {bucket.name: bucket for bucket in topology.all("bucket", target)}
    pairs = [(bucket, there[bucket.name]) for bucket in topology.all("bucket", origin) if bucket.name in there]
    return {"objects" if len(pairs) == 1 else f"objects {old.name}": of_bucket(old, new, aws) for old, new in pairs}


def of_bucket(old: Resource, new: Resource, aws: ClientFactory) -> StoreLoss:
    """`rows`: versions and delete markers not yet there. `seconds`: from the oldest of them to the newest write."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        written = versions(aws("s3", old.region), old.id)
        arrived = versions(aws("s3", new.region), new.id)
    except TooMany:
        return StoreLoss(
            why=f"more than {PAGES * 1000} versions: see CloudWatch's OperationsPendingReplication of {old.id}"
        )
    except (BotoCoreError, ClientError) as error:
        return StoreLoss(
            why=f"a bucket does not answer ({type(error).__name__}): what the old one had not sent yet is not known, "
            "and S3 sends it once its region is back"
        )
    missing = sorted(at for key, at in written.items() if key not in arrived)
    seconds = (max(written.values()) - missing[0]).total_seconds() if missing else 0.0
    why = "versions by id at both sites, compared when the promotion ended" + (
        "; S3 goes on sending what is behind as long as the old region answers" if missing else ""
    )
    return StoreLoss(round(seconds, 3), len(missing), round(seconds, 3), why)


def versions(client: Any, bucket: str) -> Versions:
    """(key, version id) → when it was written; delete markers count. Raises TooMany, botocore's errors."""
    found: Versions = {}
    for number, page in enumerate(_pages(client, bucket)):
        if number == PAGES:
            raise TooMany
        for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            found[entry["Key"], entry["VersionId"]] = entry["LastModified"]
    return found


def _pages(client: Any, bucket: str) -> Iterator[dict[str, Any]]:
    given: dict[str, Any] = {"Bucket": bucket}
    while True:
        page = client.list_object_versions(**given)
        yield page
        if not page.get("IsTruncated"):
            return
        given |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
