"""One look of the guard: has the record changed, does each replica answer, is the other site's guard heard of.

The guard keeps what it saw last in an item of its own, so that a write is told even if nobody looked while it was made.
Two writes between two looks are told as one; one that was undone in between is not seen at all.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from operations.guard.environment import GuardEnvironment
from operations.record.attributes import from_attribute, to_attribute
from operations.record.record import RecordUnreachable
from operations.record.replicas import ClientFactory, Replicas


@dataclass(frozen=True)
class Seen:
    """What a look gave. `changes`: 1 when the record is not what it was; None when nobody could read it."""

    changes: int | None
    unreachable: tuple[str, ...]
    """Regions whose replica did not answer."""
    peer_silence: float | None
    """Seconds since the peer's guard was last heard of; None until it has been, and while nobody can read."""
    record: dict[str, Any]
    """As it is now, for the log; it holds no secret."""


class Sight:
    """Looks, one after the other. Not for several threads."""

    def __init__(
        self,
        environment: GuardEnvironment,
        client_factory: ClientFactory,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._environment = environment
        self._clock = clock
        self._both = Replicas(environment.table, environment.table_regions, client_factory)
        self._each = {
            region: Replicas(environment.table, (region,), client_factory) for region in environment.table_regions
        }
        self._known: str | None = None
        self._beat = 0
        self._peer_beat: int | None = None
        self._peer_heard = 0.0
        self._started = False

    def look(self) -> Seen:
        """One look. Raises nothing that the next could mend."""
        items, unreachable = self._read_everywhere()
        if not items:
            return Seen(None, unreachable, None, {})
        item = items[0]
        changes: int | None = None
        silence: float | None = None
        try:
            if not self._started:
                self._remember()
            silence = self._listen()
            fingerprint = _fingerprint(item)
            changes = int(self._known is not None and fingerprint != self._known)
            # Told before it is kept: a guard that dies in between tells it twice rather than never.
            self._keep(fingerprint)
            self._known = fingerprint
        except RecordUnreachable:
            if self._started and self._known is not None:
                changes = int(_fingerprint(item) != self._known)
        return Seen(changes, unreachable, silence, _plain(item))

    def _read_everywhere(self) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
        """The record as each replica that answers has it, and the regions of those that do not."""
        key = {"pk": to_attribute("record"), "sk": to_attribute(self._environment.application)}
        items, unreachable = [], []
        for region, replicas in self._each.items():
            try:
                items.append(replicas.call("get_item", Key=key, ConsistentRead=True).get("Item") or {})
            except RecordUnreachable:
                unreachable.append(region)
        return items, tuple(unreachable)

    def _remember(self) -> None:
        """What the guard before this one had seen."""
        own = self._note(self._environment.site)
        self._known = str(own["record"]) if own else None
        self._beat = int(own["beat"]) if own else 0
        self._started = True

    def _listen(self) -> float | None:
        """By this process's own clock: the two sites' clocks are not compared."""
        note = self._note(self._environment.peer)
        beat = int(note["beat"]) if note else None
        if beat is not None and beat != self._peer_beat:
            self._peer_beat, self._peer_heard = beat, self._clock()
        return None if self._peer_beat is None else self._clock() - self._peer_heard

    def _note(self, site: str) -> dict[str, Any] | None:
        answer = self._both.call("get_item", Key=_own(site), ConsistentRead=True)
        return _plain(answer["Item"]) if answer.get("Item") else None

    def _keep(self, fingerprint: str) -> None:
        self._beat += 1
        values = {"record": to_attribute(fingerprint), "beat": to_attribute(self._beat)}
        self._both.call("put_item", Item={**_own(self._environment.site), **values})


def _own(site: str) -> dict[str, Any]:
    return {"pk": to_attribute(f"guard#{site}"), "sk": to_attribute("note")}


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: from_attribute(attribute) for name, attribute in item.items()}


def _fingerprint(item: dict[str, Any]) -> str:
    """The same for the same content, whatever wrote it and in which order."""
    return hashlib.sha256(json.dumps(_plain(item), sort_keys=True).encode()).hexdigest()
