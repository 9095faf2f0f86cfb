"""Shows on standard error that something long is going on: how long already, and what it is doing."""

import sys
import threading
import time
from types import TracebackType
from typing import TextIO


class Progress:
    """A line that moves on a terminal; elsewhere a new line now and then, so that a log stays short."""

    def __init__(self, title: str, stream: TextIO | None = None, quiet_seconds: float = 15.0) -> None:
        self.title = title
        self._stream = stream or sys.stderr
        self._moving = self._stream.isatty()
        self._every = 0.5 if self._moving else quiet_seconds
        self._note = ""
        self._ended = threading.Event()
        self._started = time.monotonic()
        self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)

    def __enter__(self) -> "Progress":
        self._started = time.monotonic()
        self._show(f"{self.title} …")
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._ticker.join()
        self._show(f"{self.title}: {'done' if kind is None else 'failed'} after {self._elapsed()}", last=True)

    def note(self, text: str) -> None:
        """What is being done now; shown with the next tick."""
        self._note = text

    def _tick(self) -> None:
        while not self._ended.wait(self._every):
            self._show(f"{self.title}: {self._elapsed()}" + (f", {self._note}" if self._note else ""))

    def _elapsed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        return f"{minutes}:{seconds:02d}"

    def _show(self, text: str, last: bool = False) -> None:
        try:
            if self._moving:
                self._stream.write(f"\r\x1b[K{text[:110]}" + ("\n" if last else ""))
            else:
                self._stream.write(f"{text}\n")
            self._stream.flush()
        except (OSError, ValueError):
            # Nobody reads it any more (a closed pipe); the work goes on.
            self._ended.set()
