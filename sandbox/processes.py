"""Children of the sandbox: every process that it starts is started here, and none outlives it.

Each child has a keeper (`keeper.py`) that ends the child's process group when the sandbox's own process is gone, even
by `kill -9`. A descendant that leaves that group must notice by itself that its parent is gone, as PostgreSQL's do.
"""

import os
import pwd
import shutil
import signal as signals
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_KEEPER = Path(__file__).with_name("keeper.py")
_GRACE = 5.0


class ProcessFailed(Exception):
    """A child could not be started."""


def unprivileged() -> str | None:
    """The account for programs that refuse to run as root: `nobody` when we are root, None (as ourselves) otherwise."""
    return "nobody" if os.geteuid() == 0 else None


class Process:
    """One running child with its keeper. Made by `start`."""

    def __init__(self, argv: Sequence[str], keeper: "subprocess.Popen[bytes]", pid: int) -> None:
        self.argv = tuple(argv)
        self.pid = pid
        """The child's process id, which is its process group's as well."""
        self._keeper = keeper

    @classmethod
    def start(
        cls, argv: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path, user: str | None = None
    ) -> "Process":
        """Starts `argv` with exactly `env`, its output appended to `log`.

        `user` is an account name to run as, which needs root; None runs it as ourselves.
        Raises ProcessFailed when the program cannot be executed.
        """
        uid, gid = "", ""
        if user is not None:
            account = pwd.getpwnam(user)
            uid, gid = str(account.pw_uid), str(account.pw_gid)
        program = shutil.which(argv[0], path=env.get("PATH"))
        if program is None:
            raise ProcessFailed(f"{argv[0]} did not start: no such program on the PATH that it was given")
        with log.open("ab") as output:
            keeper = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_KEEPER), uid, gid, "--", program, *argv[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        assert keeper.stdout is not None
        with keeper.stdout as channel:
            report = channel.readline().decode(errors="replace").strip()
        word, _, rest = report.partition(" ")
        if word != "pid":
            keeper.wait()
            raise ProcessFailed(f"{argv[0]} did not start: {rest or 'its keeper ended'}; see {log.name}")
        return cls(argv, keeper, int(rest))

    def poll(self) -> int | None:
        """None while it runs, then its exit code, or 128 + the signal that ended it."""
        return self._keeper.poll()

    def wait(self, timeout: float | None = None) -> int | None:
        """Its exit code, or None when it still runs after `timeout` seconds."""
        try:
            return self._keeper.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, signal: int = signals.SIGTERM, grace: float = _GRACE) -> int:
        """Asks by `signal`; kills after `grace` seconds. Returns the exit code. A stopped process is ended too."""
        self._send(signal)
        self._send(signals.SIGCONT)
        code = self.wait(grace)
        return self.kill() if code is None else code

    def kill(self) -> int:
        """Ends the child's whole process group at once. Returns the exit code."""
        self._send(signals.SIGKILL)
        return self._keeper.wait()

    def suspend(self) -> None:
        """Stops the group as a long pause would (SIGSTOP)."""
        self._send(signals.SIGSTOP)

    def resume(self) -> None:
        """Lets a suspended group go on (SIGCONT)."""
        self._send(signals.SIGCONT)

    def signal(self, number: int) -> None:
        """Sends a signal to the group; nothing happens when it has ended."""
        self._send(number)

    def _send(self, number: int) -> None:
        if self._keeper.poll() is not None:
            return  # its number may be another process's by now
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return  # ended just now; the keeper is about to say so
