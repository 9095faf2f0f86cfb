"""The lease's age as a CloudWatch metric: the alarm on it fires at half of the lease, while there is still time."""

import threading
from collections.abc import Callable
from typing import Any

from operations.warden.environment import WardenEnvironment
from operations.warden.journal import say
from operations.warden.standing import Standing

NAMESPACE = "Lifeline"
NAME = "lease_age_seconds"
_LONGEST_PAUSE = 5.0


class Metric:
    """Sends the metric while this site is the active one. A failure is said once and changes nothing."""

    def __init__(
        self, environment: WardenEnvironment, standing: Standing, client_factory: Callable[[str, str], Any]
    ) -> None:
        self._standing = standing
        self._region = environment.region
        self._pause = min(environment.interval, _LONGEST_PAUSE)
        self._client_factory = client_factory
        self._dimensions = dimensions(environment)

    def run(self, stop: threading.Event) -> None:
        """Sends every few seconds until told to stop."""
        client: Any = None
        failing = False
        while not stop.is_set():
            try:
                if client is None:
                    client = self._client_factory("cloudwatch", self._region)
                self.send(client)
                failing = False
            except Exception as error:  # noqa: BLE001 - whatever CloudWatch or the SDK does, the lease goes on
                if not failing:
                    say("metric not sent", level="warning", why=type(error).__name__)
                failing = True
            stop.wait(self._pause)

    def send(self, client: Any) -> None:
        """Sends the age, if there is a lease to renew here."""
        age = self._standing.lease_age()
        if age is None:
            return
        datum = {
            "MetricName": NAME,
            "Dimensions": self._dimensions,
            "Value": age,
            "Unit": "Seconds",
            # High resolution: at one value a minute, half of the lease would be over unseen.
            "StorageResolution": 1,
        }
        client.put_metric_data(Namespace=NAMESPACE, MetricData=[datum])


def dimensions(environment: WardenEnvironment) -> list[dict[str, str]]:
    """Those of every metric of a warden, as CloudWatch takes them."""
    return [
        {"Name": "Application", "Value": environment.application},
        {"Name": "Environment", "Value": environment.environment},
        {"Name": "Site", "Value": environment.site},
    ]
