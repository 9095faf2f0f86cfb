"""The last test write that each site's database took, published in the control table.

A database that is lost with its region takes its own heartbeat along; what stands here survives it, and says
how far the region had come.
"""

from dataclasses import dataclass
from datetime import datetime

from operations.record.attributes import Value, from_attribute, to_attribute
from operations.record.replicas import ConditionFailed, Replicas


@dataclass(frozen=True)
class Heartbeat:
    """`beat_at`: by the clock of the site's database. `every`: seconds between two of them."""

    site: str
    beat_at: datetime
    epoch: int
    every: float


class Heartbeats:
    """The published heartbeats of all sites, through whichever replica answers."""

    def __init__(self, replicas: Replicas) -> None:
        self._replicas = replicas

    def publish(self, beat: Heartbeat) -> None:
        """Newer ones stay. Raises RecordUnreachable."""
        values: dict[str, Value] = {":at": beat.beat_at.isoformat(), ":epoch": beat.epoch, ":every": beat.every}
        try:
            self._replicas.call(
                "update_item",
                Key=_key(beat.site),
                UpdateExpression="SET beat_at = :at, epoch = :epoch, every = :every",
                # Text in ISO 8601 with one offset sorts as time does.
                ConditionExpression="attribute_not_exists(beat_at) OR beat_at < :at",
                ExpressionAttributeValues={name: to_attribute(value) for name, value in values.items()},
            )
        except ConditionFailed:
            return

    def last(self, site: str) -> Heartbeat | None:
        """By a strongly consistent read; None where none was ever published. Raises RecordUnreachable."""
        item = self._replicas.call("get_item", Key=_key(site), ConsistentRead=True).get("Item")
        if item is None:
            return None
        values = {name: from_attribute(attribute) for name, attribute in item.items()}
        return Heartbeat(
            site=site,
            beat_at=datetime.fromisoformat(str(values["beat_at"])),
            epoch=int(str(values["epoch"])),
            every=float(str(values["every"])),
        )


def partition(site: str) -> str:
    """The partition key under which a site's heartbeat lies: its warden may write nothing else like it."""
    return f"heartbeat#{site}"


def _key(site: str) -> dict[str, dict[str, str]]:
    return {"pk": to_attribute(partition(site)), "sk": to_attribute("database")}
