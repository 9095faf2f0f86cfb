"""The processes that a host runs for the engine, and their end when the engine gives up."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

GRACE_SECONDS = 4.0
"""Less than the five seconds after which the engine kills the host itself."""


class Executions:
    """What is running now; every process ends with `stop()`, one of them with its call."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def start(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path, piped: bool) -> subprocess.Popen[bytes]:
        """Starts a process in the host's own group (the engine signals that), its output piped or the host's own."""
        stream = subprocess.PIPE if piped else None
        with self._lock:
            if self._stopped:
                raise InterruptedError("the operation was cancelled")
            child = subprocess.Popen(
                argv, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
            )
            self._running.add(child)
        return child

    def finished(self, child: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._running.discard(child)

    def stop(self) -> None:
        """Interrupts everything, waits a little and kills what is left; nothing can be started afterwards."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        stop(*running)


def stop(*children: subprocess.Popen[bytes]) -> None:
    """Ends processes: first asks (SIGINT), after the grace time kills."""
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
    until = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(until - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            child.kill()


def output(child: subprocess.Popen[bytes]) -> Iterator[tuple[str, bytes]]:
    """What a piped process writes as it comes, as `("stdout"|"stderr", bytes)`, until both ends are closed."""
    if child.stdout is None or child.stderr is None:
        raise ValueError("the process was started without pipes")
    pieces: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def pump(name: str, stream: IO[bytes]) -> None:
        # `os.read` gives what is there: the engine waits for a port number, not for a full buffer.
        with stream:
            while piece := os.read(stream.fileno(), 65536):
                pieces.put((name, piece))
        pieces.put((name, b""))

    streams = {"stdout": child.stdout, "stderr": child.stderr}
    for name, stream in streams.items():
        threading.Thread(target=pump, args=(name, stream), name=f"plugin {name}", daemon=True).start()
    open_streams = len(streams)
    while open_streams:
        name, piece = pieces.get()
        if piece:
            yield name, piece
        else:
            open_streams -= 1


def outcome(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"
    return f"ended with code {code}"
