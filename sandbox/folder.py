"""A sandbox's folder, `.lifeline/<name>/`: what it writes there, and who is running from it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = ".lifeline"
DEFAULT = "default"


@dataclass(frozen=True)
class Running:
    """What a running sandbox says of itself. Ports are on 127.0.0.1."""

    name: str
    pid: int
    control: int
    token: str
    aws: int
    cloudflare: int
    edge: int
    providers: dict[str, int]
    regions: dict[str, str]
    """Site → region, as it was at the start."""
    places: list[str]
    """The regions in which something can run: the sites' and further ones."""
    host: str
    """The host name at which users reach the service through the edge."""


class NotRunning(ValueError):
    """There is no such sandbox."""


@dataclass(frozen=True)
class Folder:
    """Where one sandbox keeps its state."""

    root: Path
    name: str

    @property
    def path(self) -> Path:
        return self.root / FOLDER / self.name

    @property
    def file(self) -> Path:
        return self.path / "sandbox.json"

    @property
    def overlay(self) -> Path:
        return self.path / "overlay.yaml"

    @property
    def log(self) -> Path:
        return self.path / "sandbox.log"

    @property
    def acknowledged(self) -> Path:
        """Ids of acknowledged orders, one a line, readable by its owner only."""
        return self.path / "acknowledged.txt"

    def write(self, running: Running) -> None:
        """Atomically, readable by its owner only: it holds the control token."""
        temporary = self.file.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(running), file, indent=2)
        temporary.replace(self.file)

    def read(self) -> Running | None:
        """The running sandbox, or None where there is none, or one whose process is gone."""
        try:
            running = Running(**json.loads(self.file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return running if alive(running.pid) else None

    def require(self) -> Running:
        running = self.read()
        if running is None:
            raise NotRunning(f"no sandbox {self.name!r} is running here: start it with `lifeline sandbox start`")
        return running


def alive(pid: int) -> bool:
    """Whether there is such a process, and it still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        # Where nobody waits for it, an ended process stays in the table.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True
