"""The control record as a value, and how a strongly consistent table can fail to give or take it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from operations.record.attributes import Attribute, Value, from_attribute


@dataclass(frozen=True)
class Lock:
    """A promotion under way. Times are ISO 8601, UTC."""

    holder: str
    since: str
    promotion: str
    """The promotion's id: who knows it may go on with it."""
    step: str


@dataclass(frozen=True)
class Record:
    """Who is active.

    `epoch` only grows, by one with every move. `since`: ISO 8601, UTC; empty while nothing was ever written.
    """

    active: str
    epoch: int
    since: str
    lock: Lock | None = None


class RecordUnreachable(Exception):
    """No replica answered. `reasons`: region → what it said, or that it said nothing."""

    def __init__(self, what: str, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        listed = "; ".join(f"{region}: {reason}" for region, reason in self.reasons.items())
        super().__init__(f"{what}: no replica of the control table answered ({listed}); see which are up and try again")


class RecordMoved(Exception):
    """The record is not what the caller took it for, so nothing was written. `found` is what it is."""

    def __init__(self, what: str, found: Record) -> None:
        self.found = found
        lock = f", locked by {found.lock.holder} for promotion {found.lock.promotion}" if found.lock else ""
        super().__init__(f"{what}: the record says {found.active} is active in epoch {found.epoch}{lock}; read it anew")


def of_item(item: Mapping[str, Attribute] | None, founder: str) -> Record:
    """The record in a DynamoDB item; an absent one is epoch 0 with the founder active. ValueError: malformed."""
    if item is None:
        return Record(active=founder, epoch=0, since="")
    values = {name: from_attribute(attribute) for name, attribute in item.items()}
    try:
        return Record(
            active=str(values["active"]),
            epoch=int(str(values["epoch"])),
            since=str(values["since"]),
            lock=_lock(values.get("lock")),
        )
    except KeyError as missing:
        raise ValueError(
            f"the control record has no {missing}: it was not written by Lifeline; repair it by hand"
        ) from None


def _lock(value: Value) -> Lock | None:
    if not isinstance(value, dict):
        return None
    return Lock(
        holder=str(value["holder"]),
        since=str(value["since"]),
        promotion=str(value["promotion"]),
        step=str(value["step"]),
    )
