"""The engine's process, and what an interrupt does to it. The engine here is a script that behaves like one."""

import os
import stat
import sys
import threading
import time
from pathlib import Path

import pytest
from pulumi.automation import errors

from operations.stacks.command import Command

ENGINE = f"""#!{sys.executable}
import signal, sys, time
if sys.argv[1:] == ["version"]:
    print("v3.259.0")
    sys.exit()
ended = []
def interrupt(*_):
    ended.append(1)
    print("interrupted", flush=True)
    if len(ended) == 2:
        sys.exit(9)
signal.signal(signal.SIGINT, interrupt)
print(" ".join(sys.argv[1:]), flush=True)
print("a complaint", file=sys.stderr, flush=True)
if "wait" in sys.argv:
    while len(ended) < (2 if "stubborn" in sys.argv else 1):
        time.sleep(0.01)
    print("state written", flush=True)
sys.exit(3 if "fail" in sys.argv or ended else 0)
"""


@pytest.fixture
def command(tmp_path: Path) -> Command:
    path = tmp_path / "bin" / "pulumi"
    path.parent.mkdir()
    path.write_text(ENGINE)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return Command(str(tmp_path))


def test_it_gives_what_the_engine_said_and_never_a_terminal(command: Command, tmp_path: Path) -> None:
    seen: list[str] = []
    result = command.run(["up"], str(tmp_path), {}, seen.append)
    assert result.stdout == "--non-interactive up" and result.stderr == "a complaint" and result.code == 0
    assert seen == ["--non-interactive up"]
    with pytest.raises(errors.CommandError, match="a complaint"):
        command.run(["fail"], str(tmp_path), {})


class Run(threading.Thread):
    """One run beside the test."""

    def __init__(self, command: Command, *words: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.error: BaseException | None = None
        self._command, self._words = command, list(words)
        self.start()
        while not self.said:
            time.sleep(0.005)

    def run(self) -> None:
        try:
            self._command.run(self._words, os.fspath(Path.cwd()), {}, self.said.append)
        except (errors.CommandError, KeyboardInterrupt) as error:
            self.error = error


def test_an_interrupt_lets_every_run_end_cleanly_and_none_begin(command: Command, tmp_path: Path) -> None:
    runs = [Run(command, "wait"), Run(command, "wait")]
    command.interrupt()
    for run in runs:
        run.join()
        assert run.said[1:] == ["interrupted", "state written"]
        assert isinstance(run.error, errors.CommandError)
    with pytest.raises(KeyboardInterrupt):
        command.run(["up"], str(tmp_path), {})


def test_a_second_interrupt_reaches_it_too(command: Command) -> None:
    run = Run(command, "wait", "stubborn")
    command.interrupt()
    while "interrupted" not in run.said:
        time.sleep(0.005)
    command.interrupt()
    run.join()
    assert run.said.count("interrupted") == 2 and "state written" not in run.said
