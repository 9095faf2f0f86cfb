"""No child outlives the process that started it, and a signal reaches the whole group."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.processes import Process, ProcessFailed, unprivileged

_ROOT = Path(__file__).resolve().parents[2]
_ENV = {"PATH": os.environ["PATH"]}


def _until(condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.02)


def _state(pid: int) -> str:
    """The process's state letter; empty when it is gone. A slim image has no `ps`."""
    if Path("/proc/self/stat").exists():
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return ""
    return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()


def _gone(pid: int) -> bool:
    return _state(pid) in ("", "Z")


def _start(tmp_path: Path, *argv: str, user: str | None = None) -> Process:
    return Process.start(argv, _ENV, tmp_path, tmp_path / "log", user)


def test_runs_with_exactly_the_given_environment_and_logs(tmp_path: Path) -> None:
    process = Process.start(["env"], {**_ENV, "ONLY": "this"}, tmp_path, tmp_path / "log")
    assert process.wait(10) == 0
    names = {line.partition("=")[0] for line in (tmp_path / "log").read_text().splitlines()}
    assert "ONLY" in names
    assert "HOME" not in names


def test_exit_code_and_signal_are_told_apart(tmp_path: Path) -> None:
    assert _start(tmp_path, "sh", "-c", "exit 3").wait(10) == 3
    sleeper = _start(tmp_path, "sleep", "60")
    assert sleeper.poll() is None
    assert sleeper.stop() == 128 + signal.SIGTERM
    assert sleeper.stop() == 128 + signal.SIGTERM, "stopping twice is harmless"


def test_a_program_that_does_not_exist_is_an_error_at_start(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed, match="no-such-program did not start: no such program"):
        _start(tmp_path, "no-such-program")
    (tmp_path / "text").write_text("#!/no/such/interpreter\n")
    (tmp_path / "text").chmod(0o755)
    with pytest.raises(ProcessFailed, match="text did not start: No such file"):
        _start(tmp_path, str(tmp_path / "text"))


def test_one_that_ignores_the_request_is_killed_after_the_grace(tmp_path: Path) -> None:
    process = _start(tmp_path, "sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done")
    _until(lambda: "up" in (tmp_path / "log").read_text(), "the trap is set")
    assert process.stop(grace=0.2) == 128 + signal.SIGKILL


def test_the_whole_group_ends(tmp_path: Path) -> None:
    process = _start(tmp_path, "sh", "-c", "sleep 60 & echo $!; wait")
    _until(lambda: (tmp_path / "log").read_text().endswith("\n"), "the grandchild's number")
    grandchild = int((tmp_path / "log").read_text())
    process.kill()
    _until(lambda: _gone(grandchild), "the grandchild ends")


def test_what_a_child_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    process = _start(tmp_path, "sh", "-c", "sleep 60 & echo $!")
    assert process.wait(10) == 0
    grandchild = int((tmp_path / "log").read_text())
    _until(lambda: _gone(grandchild), "the grandchild ends")


def test_suspend_and_resume(tmp_path: Path) -> None:
    process = _start(tmp_path, "sleep", "60")
    process.suspend()
    _until(lambda: _state(process.pid).startswith("T"), "stopped")
    process.resume()
    _until(lambda: _state(process.pid).startswith("S"), "running again")
    process.suspend()
    assert process.stop() == 128 + signal.SIGTERM, "a suspended child can be stopped"


@pytest.mark.parametrize("suspended", [False, True])
def test_no_orphan_after_kill_9_of_the_parent(tmp_path: Path, suspended: bool) -> None:
    program = (
        "import sys, time; from pathlib import Path; from sandbox.processes import Process\n"
        "here = Path(sys.argv[1])\n"
        "children = [Process.start(['sleep', '60'], {'PATH': sys.argv[2]}, here, here / 'log') for _ in range(2)]\n"
        f"{'[child.suspend() for child in children]' if suspended else ''}\n"
        "print(*[child.pid for child in children], flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), os.environ["PATH"]], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout as channel:
        children = [int(word) for word in channel.readline().split()]
    assert len(children) == 2
    assert not any(_gone(child) for child in children)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _until(lambda: all(_gone(child) for child in children), "the children end with their parent")


def test_account(tmp_path: Path) -> None:
    process = _start(tmp_path, "id", "-un", user=unprivileged())
    assert process.wait(10) == 0
    mine = subprocess.run(["id", "-un"], capture_output=True, text=True).stdout.strip()
    assert (tmp_path / "log").read_text().strip() == (unprivileged() or mine)
    assert unprivileged() == ("nobody" if os.geteuid() == 0 else None)
