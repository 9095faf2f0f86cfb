"""The real way to a CLI on a machine that has nothing: minutes, and needs the network, so only in `make rehearse`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain import bootstrap, versions

pytestmark = [pytest.mark.rehearsal, pytest.mark.timeout(3000)]


def without_go(path: str) -> str:
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if not (Path(entry) / "go").exists())


def test_the_cli_is_built_with_the_wheels_go(tmp_path: Path) -> None:
    """No CLI, no cache, no Go: the wheel's Go builds the pinned version, and leaves only the tools behind."""
    env = {**os.environ, "PATH": without_go(os.environ["PATH"]), "XDG_CACHE_HOME": str(tmp_path)}
    words = [sys.executable, "-m", "toolchain"]
    said = subprocess.run(words, cwd=bootstrap.ROOT, env=env, capture_output=True, text=True, timeout=2900)
    assert said.returncode == 0, said.stderr
    release = versions.show(versions.pulumi())
    binary = tmp_path / "lifeline" / "pulumi" / f"v{release}" / "bin" / "pulumi"
    assert subprocess.check_output([binary, "version"], text=True).strip() == f"v{release}"
    assert not (tmp_path / "lifeline" / "go" / "work").exists()
