"""A clock that tests own: sleeping takes no time, and the wall clock can jump."""

import threading
from datetime import UTC, datetime, timedelta


class VirtualClock:
    """`monotonic` grows by what is slept; `now` is a wall clock that a test may set back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slept = 0.0
        self.jump = timedelta(0)

    def monotonic(self) -> float:
        with self._lock:
            return self._slept

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 12, tzinfo=UTC) + timedelta(seconds=self.monotonic()) + self.jump

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        with self._lock:
            self._slept += max(0.0, seconds)
