"""Several stacks of the program at once, each in a process of its own that starts with the SDKs already imported."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from model.view import View


def side_by_side(see: Callable[[str], View], stacks: Sequence[str]) -> list[View]:
    """`see` of each stack, in their order. Raises what the first failing one raised.

    One after the other where processes cannot be forked, or not safely: another thread could hold a lock meanwhile.
    """
    alone = len(stacks) < 2 or threading.active_count() > 1 or (os.cpu_count() or 1) < 2
    if alone or "fork" not in multiprocessing.get_all_start_methods():
        return [see(stack) for stack in stacks]
    forked = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(len(stacks), mp_context=forked, initializer=_take, initargs=(see,)) as pool:
        return list(pool.map(_one, stacks))


_seeing: list[Callable[[str], View]] = []


def _take(see: Callable[[str], View]) -> None:
    """In the forked process: a closure cannot be sent there later."""
    _seeing.append(see)


def _one(stack: str) -> View:
    return _seeing[-1](stack)
