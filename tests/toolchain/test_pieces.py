"""The small parts: versions, bounded processes, the cache's promises, the progress display, the launcher."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.toolchain.conftest import Machine, wait
from toolchain import bounded, cache, versions
from toolchain.language_host import launcher
from toolchain.problems import AttemptFailed
from toolchain.progress import Progress


@pytest.mark.parametrize(
    ("text", "version"),
    [("v3.259.0", (3, 259, 0)), ("go version go1.26 linux/amd64", (1, 26, 0)), ("3.260.0-alpha.1", (3, 260, 0))],
)
def test_versions_are_read_as_tools_say_them(text: str, version: versions.Version) -> None:
    assert versions.parse(text) == version


def test_no_version_is_an_error() -> None:
    with pytest.raises(ValueError, match="no version number"):
        versions.parse("unknown")


def test_the_pins_agree() -> None:
    module = versions.GO_MODULE.read_text()
    release = versions.show(versions.pulumi())
    assert f"github.com/pulumi/pulumi/pkg/v3 v{release}" in module
    assert f"github.com/pulumi/pulumi/sdk/v3 v{release}" in module
    assert f"tool {versions.COMMAND_PACKAGE}" in module
    assert versions.go_wheel() >= versions.go()


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_process_that_is_late_ends_with_its_children(tmp_path: Path) -> None:
    script = f"sleep 600 & echo $! > {tmp_path}/child; echo starting; wait"
    with pytest.raises(AttemptFailed, match=r"sh did not end within 1 s\n.*starting"):
        bounded.run(["sh", "-c", script], 1, os.environ)
    child = int((tmp_path / "child").read_text())
    wait(lambda: not alive(child), "the child's end")


def test_a_failure_shows_code_and_last_lines() -> None:
    with pytest.raises(AttemptFailed) as caught:
        bounded.run(["sh", "-c", "seq 100; echo because >&2; exit 7"], 30, os.environ)
    assert "code 7" in str(caught.value) and "because" in str(caught.value) and "| 50" not in str(caught.value)


def test_a_program_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(AttemptFailed, match="nothing-here could not be started"):
        bounded.run([tmp_path / "nothing-here"], 30, os.environ)


def test_a_folder_is_placed_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "tool"

    def interrupted() -> None:
        with cache.placed(folder) as scratch:
            (scratch / "half").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []
    with cache.placed(folder) as scratch:
        (scratch / "whole").touch()
        assert not folder.exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["tool"]
    assert (folder / "whole").exists()


def test_the_lock_is_waited_for_and_not_for_ever(tmp_path: Path) -> None:
    told = []
    tool = tmp_path / "tool"
    again = cache.only_one(tool, 0.3, lambda: told.append("second"))
    with cache.only_one(tool, 1, lambda: told.append("first")), pytest.raises(AttemptFailed, match="another process"):
        again.__enter__()
    assert told == ["second"]


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time\nfrom toolchain import cache\n"
        "with cache.only_one(pathlib.Path(sys.argv[1]), 1, print):\n    print('held', flush=True); time.sleep(600)\n"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "tool")]
    with subprocess.Popen(words, cwd=versions.HERE.parent, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.send_signal(signal.SIGKILL)
    with cache.only_one(tmp_path / "tool", 5, lambda: None):
        pass


def test_progress_in_a_log_has_lines_and_on_a_terminal_one_line() -> None:
    log = io.StringIO()
    with Progress("building", log, quiet_seconds=0.01) as progress:
        progress.note("3 modules downloaded")
        while "3 modules" not in log.getvalue():
            time.sleep(0.01)
    assert log.getvalue().startswith("building …\n")
    assert log.getvalue().endswith("building: done after 0:00\n")

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    with pytest.raises(ValueError, match="x"), Progress("building", terminal):
        raise ValueError("x")
    assert terminal.getvalue().count("\n") == 1
    assert "failed" in terminal.getvalue()


def test_the_launcher_starts_the_checkout_that_the_environment_names(tmp_path: Path) -> None:
    path = tmp_path / launcher.NAME
    launcher.write(path)
    python = tmp_path / "python of another checkout"
    python.write_text('#!/bin/sh\necho "$0 with $#"\n')
    python.chmod(0o755)
    (tmp_path / "toolchain" / "language_host").mkdir(parents=True)
    env = {"PATH": "/usr/bin:/bin", launcher.VARIABLE: f"{python}:{tmp_path}"}
    said = subprocess.run([path, "127.0.0.1:1"], env=env, capture_output=True, text=True, timeout=30)
    assert said.stdout.strip() == f"{python} with 5"


def test_the_launcher_says_when_its_checkout_is_gone(tmp_path: Path) -> None:
    path = tmp_path / launcher.NAME
    launcher.write(path)
    env = {"PATH": "/usr/bin:/bin", launcher.VARIABLE: f"{tmp_path}/gone/python:{tmp_path}/gone"}
    said = subprocess.run([path], env=env, capture_output=True, text=True, timeout=30)
    assert said.returncode == 1
    assert "make setup" in said.stderr


def test_a_launcher_of_a_checkout_that_is_gone_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / launcher.NAME
    launcher.write(path)
    good = path.read_text()
    path.write_text(good.replace(f"python={sys.executable}", f"python={tmp_path}/gone"))
    launcher.write(path)
    assert path.read_text() == good


def test_a_real_language_host_is_left_alone(machine: Machine) -> None:
    real = machine.tool(launcher.NAME, "echo real")
    before = real.read_text()
    launcher.write(real)
    assert real.read_text() == before
