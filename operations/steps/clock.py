"""Time, injected: durations by a clock that never goes back, moments for people only."""

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """`monotonic` decides; `now` is written down and decides nothing, since a wall clock can jump."""

    def monotonic(self) -> float:
        """Seconds."""

    def now(self) -> datetime:
        """UTC."""

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        """Returns after that time, or sooner when told to stop."""


class SystemClock:
    """This machine's."""

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        stop.wait(max(0.0, seconds))
