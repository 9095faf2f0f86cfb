"""Fake tools on a PATH of their own, and tiny Pulumi projects for the real engine."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import toolchain


def wait(until: Callable[[], object], what: str) -> None:
    """Waits half a minute at most for something that happens elsewhere."""
    for _ in range(600):
        if until():
            return
        time.sleep(0.05)
    pytest.fail(f"{what} did not come")


@dataclass
class Machine:
    """A machine with an empty home and a PATH that has what a test puts there, and a shell."""

    home: Path
    tools: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tools.mkdir(parents=True)
        self.env = {"HOME": str(self.home), "PATH": f"{self.tools}:/usr/bin:/bin"}

    def tool(self, name: str, script: str) -> Path:
        path = self.tools / name
        path.write_text("#!/bin/sh\n" + textwrap.dedent(script))
        path.chmod(0o755)
        return path

    def pulumi(self, version: str) -> Path:
        return self.tool("pulumi", f"echo {version}")

    @property
    def cache(self) -> Path:
        return self.home / ".cache" / "lifeline"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "home", tmp_path / "tools")


@dataclass
class Project:
    """A Pulumi project in a folder of its own, with its state beside it, driven by the plain CLI."""

    root: Path
    cli: toolchain.Cli
    env: dict[str, str]

    def program(self, text: str) -> None:
        folder = self.root / "infra"
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
        (folder / "__main__.py").write_text(textwrap.dedent(text))

    def pulumi(self, *words: str, code: int = 0) -> str:
        """Runs a command, expects its exit code and gives all that it said."""
        done = subprocess.run(
            [self.cli.pulumi, *words, "--non-interactive"],
            cwd=self.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, (
            f"pulumi {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
        return done.stdout + done.stderr

    def processes(self) -> list[int]:
        """Pids of what runs in or for this project: it is named in their environment by PULUMI_HOME."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"PULUMI_HOME={self.env['PULUMI_HOME']}\0".encode() in environment:
                found.append(int(entry.name))
        return found


@pytest.fixture
def project(tmp_path: Path, pulumi_cli: toolchain.Cli) -> Callable[..., Project]:
    """Makes a project; its Python is this one, named as a virtualenv like in Lifeline's own `Pulumi.yaml`."""

    def make(virtualenv: str | None = "venv") -> Project:
        root = tmp_path / "project"
        (tmp_path / "state").mkdir()
        root.mkdir()
        (root / "venv").symlink_to(sys.prefix)
        options = f"{{virtualenv: {virtualenv}}}" if virtualenv else "{}"
        (root / "Pulumi.yaml").write_text(f"name: tiny\nruntime:\n  name: python\n  options: {options}\nmain: infra\n")
        env = toolchain.environment(os.environ, pulumi_cli) | {
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "only-a-test",
            "PULUMI_HOME": str(tmp_path / "pulumi-home"),
        }
        env.pop("PYTHONPATH", None)
        made = Project(root, pulumi_cli, env)
        made.pulumi("stack", "init", "one")
        return made

    return make
