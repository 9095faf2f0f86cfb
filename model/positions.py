"""Where a program constructs a resource, as one frame.

For each resource Pulumi's SDK describes the whole stack, with each file's text: a seventh of a program's run. The
engine draws stacks; a view needs the line.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

_CONSTRUCTORS = 3
"""Of `Resource`, of the custom or component resource, and of the class that the program names."""


@contextmanager
def one_frame() -> Iterator[None]:
    """Inside, the SDK tells a monitor the frame that constructs a resource, and no others."""
    whole = resource._get_stack_trace
    resource._get_stack_trace = _stack
    try:
        yield
    finally:
        resource._get_stack_trace = whole


def _stack() -> source_pb2.StackTrace:
    frame = _constructing(sys._getframe(1))
    file = Path(frame.f_code.co_filename) if frame else None
    if frame is None or file is None or not file.is_absolute():  # what has no file has no line
        return source_pb2.StackTrace()
    position = source_pb2.SourcePosition(uri=file.as_uri(), line=frame.f_lineno)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=position)])


def _constructing(frame: FrameType | None) -> FrameType | None:
    seen = 0
    while frame is not None and seen < _CONSTRUCTORS:
        seen += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    while frame is not None and "site-packages" in frame.f_code.co_filename:
        frame = frame.f_back  # an installed package constructs it: the program is further out
    return frame
