"""Where Pulumi starts the program."""

import gc

# What a program makes stays until it ends, and each full collection walks the tens of thousands of classes of the
# provider SDKs: a quarter of the time, at the same peak of memory.
gc.disable()

from infra.program import run  # noqa: E402

run()
