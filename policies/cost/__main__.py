"""Where the engine starts the pack: `pulumi preview --policy-pack policies/cost`."""

import sys
from pathlib import Path

# Python puts the pack's own folder first, where a file of a service could be taken for a module of that name.
HERE = Path(__file__).resolve().parent
sys.path[:] = [str(HERE.parents[1]), *(entry for entry in sys.path if Path(entry).resolve() != HERE)]

from policies.crossguard.server import serve  # noqa: E402

serve("cost")
