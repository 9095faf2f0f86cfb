"""S3: replication that happens, the state of each object's copy, and settings that moto takes and forgets."""

from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows
from sandbox.aws.errors import ApiError
from sandbox.aws.extensions.s3_replication import Courier
from sandbox.aws.http import HttpAnswer

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_WRITES = ("PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject")
_KEPT = {
    "Replication": ("ReplicationConfiguration", "ReplicationConfigurationNotFoundError"),
    "Logging": ("BucketLoggingStatus", ""),
    # moto takes EventBridge and never shows it.
    "NotificationConfiguration": ("NotificationConfiguration", ""),
    # moto would obey a policy without looking at its conditions: "nobody without TLS" would be nobody at all.
    "Policy": ("Policy", "NoSuchBucketPolicy"),
}
"""Configuration → its member in the request, and the error where there is none."""


class S3:
    """Objects are moto's; what a bucket is told about copies and logs is kept here as it was said."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation
        self._kept: dict[tuple[str, str], Any] = {}
        """(bucket, configuration) → what was put."""
        self._courier = Courier(emulation, self._replication)

    def rows(self) -> Rows:
        return {
            **{("s3", operation): self._written for operation in _WRITES},
            ("s3", "DeleteObjects"): self._deleted_many,
            ("s3", "GetObject"): self._shown,
            ("s3", "HeadObject"): self._shown,
            ("s3", "PutBucketReplication"): self._put_replication,
            ("s3", "GetBucketReplication"): self._get,
            ("s3", "DeleteBucketReplication"): self._forget,
            **{("s3", f"PutBucket{kind}"): self._put for kind in ("Logging", "NotificationConfiguration", "Policy")},
            **{("s3", f"GetBucket{kind}"): self._get for kind in ("Logging", "NotificationConfiguration", "Policy")},
            ("s3", "DeleteBucketPolicy"): self._forget,
            ("s3", "PutObjectLockConfiguration"): self._lock,
            ("s3", "DeleteBucket"): self._delete_bucket,
        }

    def reset(self) -> None:
        self._kept.clear()
        self._courier.reset()

    def close(self) -> None:
        self._courier.close()

    def faults_changed(self) -> None:
        self._courier.look_again()

    # Objects

    def _written(self, call: Call, passthrough: Passthrough) -> Result:
        answer = passthrough.raw()
        if answer.status < 300 and not call.parameters.get("VersionId"):
            self._courier.take(call.parameters["Bucket"], call.parameters["Key"])
        return answer

    def _deleted_many(self, call: Call, passthrough: Passthrough) -> Result:
        answer = passthrough.raw()
        if answer.status < 300:
            for entry in call.parameters["Delete"]["Objects"]:
                if not entry.get("VersionId"):
                    self._courier.take(call.parameters["Bucket"], entry["Key"])
        return answer

    def _shown(self, call: Call, passthrough: Passthrough) -> Result:
        answer = passthrough.raw()
        version = next((v for k, v in answer.headers.items() if k.lower() == "x-amz-version-id"), None)
        status = self._courier.status(call.parameters["Bucket"], call.parameters["Key"], version)
        if answer.status >= 300 or status is None:
            return answer
        headers = {**answer.headers, "x-amz-replication-status": status}
        return HttpAnswer(answer.status, headers, answer.body, answer.error)

    # Buckets

    def _put_replication(self, call: Call, passthrough: Passthrough) -> Result:
        bucket = call.parameters["Bucket"]
        targets = [rule["Destination"]["Bucket"] for rule in call.parameters["ReplicationConfiguration"]["Rules"]]
        for each in (bucket, *(target.rpartition(":")[2] for target in targets)):
            if not self._courier.versioned(each):
                raise ApiError(
                    "InvalidRequest", f"Versioning must be 'Enabled' on the bucket {each} to apply a replication", 400
                )
        return self._put(call, passthrough)

    def _put(self, call: Call, passthrough: Passthrough) -> Result:
        kind = call.operation.removeprefix("PutBucket")
        self._exists(call)
        self._kept[call.parameters["Bucket"], kind] = call.parameters[_KEPT[kind][0]]
        return {}

    def _get(self, call: Call, passthrough: Passthrough) -> Result:
        kind = call.operation.removeprefix("GetBucket")
        member, missing = _KEPT[kind]
        self._exists(call)
        kept = self._kept.get((call.parameters["Bucket"], kind))
        if kept is None and missing:
            raise ApiError(missing, f"The bucket has no {kind.lower()}", 404)
        # What is there from the beginning, and empty, is shown as the answer itself.
        return {member: kept} if missing else dict(kept or {})

    def _forget(self, call: Call, passthrough: Passthrough) -> Result:
        self._exists(call)
        self._kept.pop((call.parameters["Bucket"], call.operation.removeprefix("DeleteBucket")), None)
        return {}

    def _lock(self, call: Call, passthrough: Passthrough) -> Result:
        """moto asks for an empty bucket; AWS does not: what is new from now on is locked, or no longer."""
        self._exists(call)
        bucket = self._courier.bucket(call.parameters["Bucket"])
        if not bucket.is_versioned:
            raise ApiError("InvalidBucketState", "Versioning must be 'Enabled' on the bucket to lock its objects", 409)
        retention = call.parameters["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {})
        bucket.object_lock_enabled = True
        bucket.default_lock_mode = retention.get("Mode")
        bucket.default_lock_days = int(retention.get("Days", 0))
        bucket.default_lock_years = int(retention.get("Years", 0))
        return {}

    def _delete_bucket(self, call: Call, passthrough: Passthrough) -> Result:
        answer = passthrough.raw()
        if answer.status < 300:
            for kind in _KEPT:
                self._kept.pop((call.parameters["Bucket"], kind), None)
        return answer

    def _exists(self, call: Call) -> None:
        """Raises ApiError where there is no such bucket."""
        if self._courier.bucket(call.parameters["Bucket"]) is None:
            raise ApiError("NoSuchBucket", "The specified bucket does not exist", 404)

    def _replication(self, bucket: str) -> list[dict[str, Any]]:
        """The bucket's rules that are on."""
        rules = self._kept.get((bucket, "Replication"), {}).get("Rules", [])
        return [rule for rule in rules if rule["Status"] == "Enabled"]
