"""The demo as `make demo` runs it, in a project of its own; and the sandbox's own life."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import yaml

from tests.engine.estate import ROOT, wait


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    path = tmp_path / "Pulumi.yaml"
    document = yaml.safe_load(path.read_text())
    document["main"] = str(ROOT / "infra")
    document["runtime"]["options"]["virtualenv"] = sys.prefix
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return tmp_path


def lifeline(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "scripts.main", "--project", str(project), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def family(project: Path) -> list[psutil.Process]:
    """Every process that was started from this project's sandbox."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(project) in " ".join(process.info["cmdline"] or []) and process.pid != os.getpid()
    ]


def test_the_demo_tells_the_whole_story(project: Path) -> None:
    shown = lifeline(project, "sandbox", "demo")
    try:
        assert shown.returncode == 0, shown.stderr
        said = shown.stderr
        assert "500 orders through the edge" in said and "us-east-1 is dark" in said
        assert "the next order is served from west" in said
        assert ": exactly the acknowledged ones among the" in said
        assert "west (us-west-2)  ACTIVE" in shown.stdout and "us-east-1" in shown.stdout
        assert "lifeline sandbox fault clear" in said
    finally:
        lifeline(project, "sandbox", "stop")
    assert family(project) == []


def test_two_sandboxes_stand_side_by_side_and_a_killed_one_leaves_no_orphan(project: Path) -> None:
    for name in ("one", "two"):
        assert lifeline(project, "sandbox", "start", "--name", name).returncode == 0
    try:
        files = {name: project / ".lifeline" / name / "sandbox.json" for name in ("one", "two")}
        one, two = (yaml.safe_load(files[name].read_text()) for name in ("one", "two"))
        assert not {one["aws"], one["edge"], one["control"]} & {two["aws"], two["edge"], two["control"]}
        os.kill(one["pid"], signal.SIGKILL)
        wait(lambda: all("one" not in each.cmdline() for each in family(project)), "nothing of it is left")
        assert lifeline(project, "sandbox", "status", "--name", "one").returncode == 1
        assert lifeline(project, "sandbox", "status", "--name", "two").returncode == 0
        exported = lifeline(project, "sandbox", "env", "--name", "two").stdout
        found = subprocess.run(
            [
                "sh",
                "-c",
                'eval "$1"; command -v pulumi && command -v lifeline && echo "$LIFELINE_SANDBOX"',
                "-",
                exported,
            ],
            env={"PATH": "/usr/bin:/bin", "HOME": str(project)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout.split()[2] == "two"
        again = lifeline(project, "sandbox", "start", "--name", "one")
        assert again.returncode == 0 and "started" in again.stdout
    finally:
        for name in ("one", "two"):
            lifeline(project, "sandbox", "stop", "--name", name)
    assert family(project) == []
