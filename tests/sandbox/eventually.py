"""Waiting for what happens on another thread or in another process."""

import threading
import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Return once the condition holds; fails when it does not within `seconds`, a bound and not a goal."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        threading.Event().wait(0.02)
