"""What a look becomes: three metrics, and a line in the log when something is not as it was."""

from datetime import UTC, datetime
from typing import Any

from operations.guard.environment import GuardEnvironment
from operations.guard.sight import Seen
from operations.warden.journal import say

NAMESPACE = "Lifeline"
CHANGES, SILENCE, UNREACHABLE = "record_changes", "peer_silence_seconds", "replicas_unreachable"


class Reporter:
    """Sends metrics with the dimensions of the site, and logs what is new once."""

    def __init__(self, environment: GuardEnvironment) -> None:
        self._dimensions = [
            {"Name": "Application", "Value": environment.application},
            {"Name": "Environment", "Value": environment.environment},
            {"Name": "Site", "Value": environment.site},
        ]
        self._unreachable: tuple[str, ...] = ()

    def log(self, seen: Seen) -> None:
        """A write to the record is always a line; the rest only when it changes."""
        if seen.changes:
            shown = {key: seen.record.get(key) for key in ("active", "epoch", "since", "lock")}
            say("the record was written", level="warning", **shown)
        if seen.unreachable != self._unreachable:
            level = "warning" if seen.unreachable else "info"
            say("replicas that do not answer", level=level, regions=list(seen.unreachable))
            self._unreachable = seen.unreachable

    def send(self, client: Any, seen: Seen) -> None:
        """Raises botocore's errors."""
        values = {
            CHANGES: (seen.changes, "Count"),
            SILENCE: (seen.peer_silence, "Seconds"),
            UNREACHABLE: (len(seen.unreachable), "Count"),
        }
        now = datetime.now(UTC)
        data = [
            {"MetricName": name, "Dimensions": self._dimensions, "Value": value, "Unit": unit, "Timestamp": now}
            for name, (value, unit) in values.items()
            if value is not None
        ]
        client.put_metric_data(Namespace=NAMESPACE, MetricData=data)
