"""What a whole `up` costs in the sandbox, and what previews side by side save. Sandbox times, not AWS times."""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.figures import Figure, in_turn, ratio, show
from operations.stacks.side_by_side import side_by_side
from tests.engine.estate import Estate, estate

MEGABYTE = 1024 * 1024


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="lifeline-bench-") as folder, estate(Path(folder), saves=True) as it:
        show("up, from nothing", _ups(it))
        show("Three previews", _previews(it))


def _ups(it: Estate) -> Iterator[Figure]:
    for stack in it.stacks:
        busy, began = it.status()["provider_seconds"], time.perf_counter()
        with _memory() as peak:
            changes = it.engine.up(stack)
        seconds = time.perf_counter() - began
        share = (it.status()["provider_seconds"] - busy) / seconds
        yield Figure(f"{stack}: wall time", seconds, "s", note=f"{len(changes.changes)} resources")
        yield Figure(f"{stack}: resources a second", len(changes.changes) / seconds, "/s")
        yield Figure(f"{stack}: peak memory of the engine and the program", max(peak) / MEGABYTE, "MiB")
        yield Figure(f"{stack}: share in which a provider was at work", share, "", goal=0.3)


def _previews(it: Estate) -> Iterator[Figure]:
    stacks = list(it.stacks)

    def one_by_one() -> None:
        for stack in stacks:
            it.engine.preview(stack)

    beside, after = in_turn(3, lambda: side_by_side(it.engine, "preview", stacks), one_by_one)
    yield Figure("side by side", sorted(beside)[1], "s")
    yield Figure("one after the other", sorted(after)[1], "s")
    yield Figure("side by side against one after the other", ratio(beside, after), "×")


@contextmanager
def _memory() -> Iterator[list[int]]:
    """Bytes resident in this process's children, the engine and all that it starts; sampled, so a floor of the peak."""
    me, seen, done = psutil.Process(os.getpid()), [0], threading.Event()
    sandbox = {child.pid for child in me.children(recursive=True)}

    def watch() -> None:
        while not done.wait(0.05):
            total = 0
            for child in me.children(recursive=True):
                if child.pid not in sandbox:
                    try:
                        total += child.memory_info().rss
                    except psutil.Error:
                        continue
            seen.append(total)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()
