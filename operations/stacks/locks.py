"""Whose lock a stack's state is held by, from what the engine says about it, and whether that process still lives."""

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

LOCKED = "the stack is currently locked by"
"""The engine's words where it keeps the state itself: in a bucket, or in files."""
IN_PROGRESS = "Another update is currently in progress"
"""Pulumi Cloud's."""
_HOLDER = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")


@dataclass(frozen=True)
class Holder:
    """A process that took a lock."""

    user: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}, process {self.pid}, since {self.since}"

    @property
    def dead(self) -> bool:
        """For certain: it ran on this machine, and no engine has its number there now. False where nobody can tell."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return not _is_engine(self.pid)


def locked(text: str) -> bool:
    """Whether the engine refused to run because the state is locked."""
    return LOCKED in text or IN_PROGRESS in text


def holders(text: str) -> list[Holder]:
    """The locks that the engine names; none of them with Pulumi Cloud."""
    return [Holder(found["user"], found["host"], int(found["pid"]), found["since"]) for found in _HOLDER.finditer(text)]


def explained(stack: str, text: str) -> str:
    """Why nothing can be done, and what to do."""
    who = "\n".join(f"  {holder}" for holder in holders(text)) or "  another run, says Pulumi Cloud"
    return (
        f"the state of {stack} is locked:\n{who}\n"
        "if that run is alive, wait for its end; if you know that it is not, give the lock back with "
        f"`pulumi cancel -s {stack}`, then run this again"
    )


def _is_engine(pid: int) -> bool:
    """Numbers of processes come again: whether this one is a Pulumi CLI. True where the system does not tell."""
    try:
        return "pulumi" in Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return True
