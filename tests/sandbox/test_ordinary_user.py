"""The sandbox as an ordinary user starts it. Run by root, the test becomes one: `nobody`, who may read but not write.

Every other test with a database, run by root, shows that PostgreSQL does not need to be root's own.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORY = """
import sys
import tempfile
from pathlib import Path
from sandbox.postgres import Databases

databases = Databases(Path(sys.argv[1]))
try:
    databases.create("east", "clinic", "lifeline", "secret")
    databases.create("west", "clinic", "lifeline", "secret", source="east")
    print(databases.is_writer("east"), databases.is_writer("west"))
finally:
    databases.close()
"""


def as_ordinary_user(*command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    become: list[str] = []
    if os.geteuid() == 0:
        # The one capability lets nobody read an interpreter below root's home, as an ordinary user reads his own.
        capability = "+dac_read_search"
        become = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
        become += ["--inh-caps", capability, "--ambient-caps", capability]
    return subprocess.run(
        [*become, sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the user's own, with the shipped settings."""
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    if os.geteuid() == 0:
        for path in [tmp_path, *tmp_path.iterdir()]:
            shutil.chown(path, "nobody", "nogroup")
        for parent in tmp_path.parents:
            if parent == Path(tempfile.gettempdir()):
                break
            parent.chmod(0o755)
    return tmp_path


def test_both_databases_run_for_an_ordinary_user(folder: Path) -> None:
    shown = as_ordinary_user("-c", STORY, str(folder / "databases"), folder=folder)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.split() == ["True", "False"]


def test_the_sandbox_starts_and_stops_for_an_ordinary_user(folder: Path) -> None:
    lifeline = ("-m", "scripts.main", "--project", str(folder), "sandbox")
    started = as_ordinary_user(*lifeline, "start", folder=folder)
    try:
        assert started.returncode == 0, started.stderr
        assert (folder / ".lifeline" / "default" / "sandbox.json").stat().st_uid != 0
    finally:
        stopped = as_ordinary_user(*lifeline, "stop", folder=folder)
    assert stopped.returncode == 0 and "stopped" in stopped.stdout
