"""Carries objects and delete markers to the other region's bucket, in the order in which they were made.

As on AWS a copy has its original's version id, is marked as a replica and is not copied on. A copy waits in transit
for as long as replication is held back, and longer while the regions do not reach each other. Changed tags and
metadata of an object that is there already are not carried.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

PENDING, COMPLETED, REPLICA, FAILED = "PENDING", "COMPLETED", "REPLICA", "FAILED"


@dataclass(frozen=True)
class _Parcel:
    """One version on its way."""

    bucket: str
    key: str
    version: str
    rule: dict[str, Any]
    since: float = field(default_factory=time.monotonic)


class Courier:
    """Works in the background, under the backend's lock, and sleeps while nothing is due.

    `rules` gives a bucket's replication rules.
    """

    def __init__(self, emulation: "Emulation", rules: Callable[[str], list[dict[str, Any]]]) -> None:
        self._emulation = emulation
        self._rules = rules
        self._changed = threading.Condition(emulation.backend.lock)
        self._parcels: list[_Parcel] = []
        self._states: dict[tuple[str, str, str], str] = {}
        self._worker: threading.Thread | None = None
        self._ended = False

    def take(self, bucket: str, key: str) -> None:
        """The newest version of a key was just written or marked deleted by somebody."""
        newest = self._newest(bucket, key)
        if newest is None:
            return
        for rule in self._rules(bucket):
            followed = rule.get("DeleteMarkerReplication", {}).get("Status") == "Enabled"
            if not key.startswith(_prefix(rule)) or (_is_marker(newest) and not followed):
                continue
            version = str(newest.version_id)
            self._states[bucket, key, version] = PENDING
            self._parcels.append(_Parcel(bucket, key, version, rule))
            self._wake()
            return

    def status(self, bucket: str, key: str, version: str | None) -> str | None:
        """PENDING, COMPLETED, FAILED or REPLICA; None for what no rule concerns."""
        return None if version is None else self._states.get((bucket, key, version))

    def versioned(self, bucket: str) -> bool:
        found = self.bucket(bucket)
        return found is not None and bool(found.is_versioned)

    def bucket(self, name: str) -> Any:
        """moto's bucket; None where there is none."""
        return self._backend().buckets.get(name)

    def look_again(self) -> None:
        """A fault was set or cleared."""
        with self._changed:
            self._changed.notify_all()

    def reset(self) -> None:
        with self._changed:
            self._parcels.clear()
            self._states.clear()

    def close(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        if self._worker is not None:
            self._worker.join()

    def _wake(self) -> None:
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="s3-replication", daemon=True)
            self._worker.start()
        self._changed.notify_all()

    def _work(self) -> None:
        with self._changed:
            while not self._ended:
                self._deliver()
                self._changed.wait(self._until_next())

    def _deliver(self) -> None:
        held = self._emulation.faults.lag_seconds
        for parcel in [*self._parcels]:
            if parcel.since + held <= time.monotonic() and self._connected(parcel):
                self._parcels.remove(parcel)
                self._states[parcel.bucket, parcel.key, parcel.version] = self._copy(parcel)

    def _until_next(self) -> float | None:
        """Seconds until something that can travel is due; None: until something changes."""
        held, now = self._emulation.faults.lag_seconds, time.monotonic()
        due = [parcel.since + held - now for parcel in self._parcels if self._connected(parcel)]
        return max(min(due), 0.0) if due else None

    def _connected(self, parcel: _Parcel) -> bool:
        source, target = self.bucket(parcel.bucket), self.bucket(_target(parcel.rule))
        if source is None or target is None:
            return True  # nothing to wait for: it fails
        return self._emulation.faults.reachable(source.region_name, target.region_name, "s3")

    def _copy(self, parcel: _Parcel) -> str:
        target = _target(parcel.rule)
        versions = self._versions(parcel.bucket, parcel.key)
        original = next((each for each in versions if str(each.version_id) == parcel.version), None)
        if original is None or not self.versioned(target):
            return FAILED
        if _is_marker(original):
            _, made = self._backend().delete_object(target, parcel.key)
            copy = next(each for each in self._versions(target, parcel.key) if each.version_id == made["version-id"])
            copy._version_id = parcel.version
        else:
            self._put(original, target, parcel)
        self._states[target, parcel.key, parcel.version] = REPLICA
        return COMPLETED

    def _put(self, original: Any, target: str, parcel: _Parcel) -> None:
        backend, destination = self._backend(), parcel.rule["Destination"]
        key = destination.get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
        copy = backend.put_object(
            target,
            parcel.key,
            original.value,
            storage=destination.get("StorageClass") or original.storage_class,
            encryption="aws:kms" if key else None,
            kms_key_id=key,
            lock_mode=original.lock_mode,
            lock_legal_status=original.lock_legal_status,
            lock_until=original.lock_until,
            disable_notification=True,
        )
        copy._version_id = parcel.version  # before the tags: moto keeps them under key and version
        copy.set_metadata(original.metadata)
        tags = backend.tagger.get_tag_dict_for_resource(original.arn)
        if tags:
            backend.put_object_tagging(copy, tags)

    def _versions(self, bucket: str, key: str) -> list[Any]:
        found = self.bucket(bucket)
        return [] if found is None else [*found.keys.getlist(key, [])]

    def _newest(self, bucket: str, key: str) -> Any:
        return next(reversed(self._versions(bucket, key)), None)

    def _backend(self) -> Any:
        from moto.s3.models import s3_backends

        return s3_backends[self._emulation.backend.account_id]["aws"]


def _target(rule: dict[str, Any]) -> str:
    return str(rule["Destination"]["Bucket"]).rpartition(":")[2]


def _prefix(rule: dict[str, Any]) -> str:
    return str(rule.get("Filter", {}).get("Prefix") or rule.get("Prefix") or "")


def _is_marker(version: Any) -> bool:
    return type(version).__name__ == "FakeDeleteMarker"
