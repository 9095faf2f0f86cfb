"""A lock that is left over, told from one that is held."""

import os
import socket
import subprocess
import sys

from operations.stacks import locks

SAID = """code: 255
stderr: error: the stack is currently locked by {count} lock(s). Either wait for the other process(es) to end or delete
the lock file with `pulumi cancel`."""
LINE = "\n  file:///state/locks/prod/0.json: created by me@{host} (pid {pid}) at 2026-11-24T17:00:00Z"


def said(*holders: tuple[str, int]) -> str:
    return SAID.format(count=len(holders)) + "".join(LINE.format(host=host, pid=pid) for host, pid in holders)


def ended() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_lock_of_a_process_that_ended_here_is_dead() -> None:
    (holder,) = locks.holders(said((socket.gethostname(), ended())))
    assert holder.dead and holder.user == "me"


def test_a_number_that_another_program_has_now_is_no_engine() -> None:
    (holder,) = locks.holders(said((socket.gethostname(), os.getpid())))
    assert holder.dead


def test_another_machines_lock_is_never_taken_for_dead() -> None:
    here, there = locks.holders(said((socket.gethostname(), ended()), ("elsewhere", ended())))
    assert here.dead and not there.dead


def test_a_held_lock_is_explained_with_the_command_that_gives_it_back() -> None:
    text = locks.explained("prod", said(("elsewhere", 7)))
    assert "me@elsewhere, process 7" in text and "`pulumi cancel -s prod`" in text
    cloud = "error: [409] Conflict: Another update is currently in progress."
    assert locks.locked(cloud) and not locks.locked("error: no such stack")
    assert "Pulumi Cloud" in locks.explained("prod", cloud)
