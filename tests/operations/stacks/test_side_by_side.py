"""Runs side by side: in order, failures beside successes, and one clean end at an interrupt."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import pytest

from operations.stacks.changes import Changes
from operations.stacks.engine import Engine, EngineError
from operations.stacks.side_by_side import side_by_side


class Double:
    """An engine whose every action is one function."""

    def __init__(self, act: Callable[[str], None]) -> None:
        self._act = act
        self.interrupts = 0
        self.interrupted = threading.Event()
        self.preview = self.up = self.refresh = self.destroy = self._run

    def _run(self, stack: str, on_change: Any = None) -> Changes:
        self._act(stack)
        return Changes(stack)

    def interrupt(self) -> None:
        self.interrupts += 1
        self.interrupted.set()


def test_all_run_at_once_and_come_back_in_order() -> None:
    together = threading.Barrier(3, timeout=20)

    def act(stack: str) -> None:
        together.wait()

    double = Double(act)
    results = side_by_side(cast(Engine, double), "preview", ["global", "prod", "dr"])
    assert [result.stack for result in results] == ["global", "prod", "dr"]


def test_one_that_fails_keeps_the_others_results() -> None:
    def act(stack: str) -> None:
        if stack == "prod":
            raise EngineError(stack, 4, "no such zone", Changes(stack))

    done = side_by_side(cast(Engine, Double(act)), "preview", ["global", "prod", "dr"])
    assert [isinstance(result, EngineError) for result in done] == [False, True, False]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_waits_for_the_engine_to_end(number: signal.Signals) -> None:
    ended: list[str] = []

    def act(stack: str) -> None:
        double.interrupted.wait(20)
        time.sleep(0.05)
        ended.append(stack)

    double = Double(act)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.1, os.kill, (os.getpid(), number))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            side_by_side(cast(Engine, double), "up", ["prod", "dr"])
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
    assert double.interrupts == 1 and sorted(ended) == ["dr", "prod"]
