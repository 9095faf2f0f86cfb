"""Python's garbage collector, out of the way while much is made that stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No collection inside. The provider SDKs are tens of thousands of classes: each full collection walks them all,
    and importing them triggers dozens, a quarter of the import's time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
