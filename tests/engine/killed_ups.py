"""A `lifeline up` that is killed (SIGKILL) half-way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sandbox.folder import Folder
from tests.engine.estate import ROOT, Estate


def up_and_kill(it: Estate, stack: str, calls: int, *, engine_too: bool = True) -> int:
    """Starts it, and kills it once it has made so many calls to the clouds; how many operations are then pending.

    With `engine_too` the engine goes with it, as when the machine does. The answers to what is on its way are lost:
    the effects may come to be, and nobody is told.
    """
    log = Folder(it.root, "test").path / "calls.jsonl"
    begun = _lines(log)
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.main", "--project", str(it.root), "up", stack, "--yes"],
        env={**it.environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None and _lines(log) - begun < calls:
            time.sleep(0.05)
        assert process.poll() is None, f"{stack} ended before it had made {calls} calls"
    finally:
        if process.poll() is None:
            for pid in (*(_engines(process.pid) if engine_too else ()), process.pid):
                os.kill(pid, signal.SIGKILL)
        process.wait()
    return len(it.engine.deployment(stack).get("pending_operations") or [])


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def _engines(parent: int) -> list[int]:
    """The Pulumi processes that it started: they are in sessions of their own."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    found = {int(pid) for each in children for pid in each.read_text().split()}
    return sorted(pid for pid in found if "pulumi" in Path(f"/proc/{pid}/comm").read_text())
