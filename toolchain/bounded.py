"""Child processes that end: within a time, and with everything that they started."""

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from toolchain.problems import AttemptFailed

TAIL_LINES = 12


def run(
    argv: Sequence[str | Path],
    seconds: float,
    env: Mapping[str, str],
    cwd: Path | None = None,
    on_line: Callable[[str], None] | None = None,
) -> str:
    """Runs a command to its end and gives its output (standard error merged in).

    Raises:
        AttemptFailed: it could not start, did not end in time, or ended with another code than 0; with its last lines.
    """
    name = Path(argv[0]).name
    try:
        child = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise AttemptFailed(f"{name} could not be started: {error.strerror}") from error
    overdue = threading.Event()

    def expire() -> None:
        overdue.set()
        _kill_group(child)

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    output: list[str] = []
    lines = child.stdout
    assert lines is not None
    try:
        for line in lines:
            output.append(line)
            if on_line:
                on_line(line.rstrip("\n"))
        code = child.wait()
    finally:
        timer.cancel()
        _kill_group(child)
        child.wait()
        lines.close()
    if overdue.is_set():
        raise AttemptFailed(f"{name} did not end within {seconds:.0f} s{_tail(output)}")
    if code != 0:
        raise AttemptFailed(f"{name} ended with code {code}{_tail(output)}")
    return "".join(output)


def _kill_group(child: subprocess.Popen[str]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:
        # macOS answers so for a group whose members have all ended.
        pass


def _tail(output: Sequence[str]) -> str:
    last = deque((line.rstrip() for line in output if line.strip()), maxlen=TAIL_LINES)
    return "".join(f"\n     | {line}" for line in last)
