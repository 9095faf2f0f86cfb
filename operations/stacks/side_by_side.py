"""Engine runs side by side, and their end at an interrupt."""

import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Literal

from operations.stacks.changes import Changes
from operations.stacks.engine import Engine, EngineError, OnChange

Action = Literal["preview", "up", "refresh", "destroy"]


def side_by_side(
    engine: Engine, action: Action, stacks: Sequence[str], on_change: OnChange | None = None
) -> list[Changes | EngineError]:
    """One action on all stacks at once, in the order of `stacks`: each one's changes, or how it failed.

    An interrupt or a SIGTERM asks the engine to end cleanly: what is under way is finished and written to the
    state. KeyboardInterrupt is raised when all have ended. A second one ends them at once.
    """
    interrupted = False
    with ThreadPoolExecutor(len(stacks)) as pool, _terminated_as_interrupt():
        runs = [pool.submit(_one, engine, action, stack, on_change) for stack in stacks]
        while True:
            try:
                wait(runs)
                break
            except KeyboardInterrupt:
                interrupted = True
                engine.interrupt()
    if interrupted:
        raise KeyboardInterrupt
    return [run.result() for run in runs]


def _one(engine: Engine, action: Action, stack: str, on_change: OnChange | None) -> Changes | EngineError:
    run = {"preview": engine.preview, "up": engine.up, "refresh": engine.refresh, "destroy": engine.destroy}[action]
    try:
        return run(stack, on_change)
    except EngineError as error:
        return error


@contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """SIGTERM raises KeyboardInterrupt meanwhile; only the main thread can say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
