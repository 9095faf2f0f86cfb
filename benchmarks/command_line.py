"""What typing `lifeline` costs before it does anything."""

import statistics
import sys
from pathlib import Path

from benchmarks.figures import Figure, command, in_turn, ratio, show


def main() -> None:
    lifeline = str(Path(sys.executable).with_name("lifeline"))
    ours, theirs = in_turn(10, command(lifeline, "--help"), command(sys.executable, "-c", "import typer"))
    show(
        "The command line",
        [
            Figure("`lifeline --help`", statistics.median(ours), "s"),
            Figure("`lifeline --help` against `import typer`", ratio(ours, theirs), "×", goal=2),
        ],
    )
