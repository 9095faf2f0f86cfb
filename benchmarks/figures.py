"""A figure and how it is shown: a table to read, and JSON lines in `.lifeline/benchmarks.jsonl` to keep."""

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

KEPT = Path(__file__).parents[1] / ".lifeline" / "benchmarks.jsonl"


@dataclass(frozen=True)
class Figure:
    """One measured number. `goal` is the most it should be; only a ratio has one."""

    what: str
    value: float
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "met" if self.value <= self.goal else "MISSED"


def show(title: str, figures: Iterable[Figure]) -> None:
    """To stdout, as they come."""
    print(f"\n{title}", flush=True)
    KEPT.parent.mkdir(exist_ok=True)
    for figure in figures:
        goal = "" if figure.goal is None else f"  goal ≤ {figure.goal:g}: {figure.verdict}"
        note = f"  ({figure.note})" if figure.note else ""
        print(f"  {figure.what:<58} {figure.value:>10.3f} {figure.unit}{goal}{note}", flush=True)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        with KEPT.open("a") as file:
            file.write(json.dumps({"at": at, "benchmark": title, **asdict(figure)}) + "\n")


def in_turn(runs: int, *actions: Callable[[], object]) -> list[list[float]]:
    """Seconds of each action, taken in turn (A B A B …) so that a drift of the machine meets all of them alike."""
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(runs):
        for index, action in enumerate(actions):
            began = time.perf_counter()
            action()
            times[index].append(time.perf_counter() - began)
    return times


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """The median of the ratios pair by pair."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def command(*words: str, **options: object) -> Callable[[], object]:
    """A whole process, its output thrown away; raises where it fails."""
    return lambda: subprocess.run(words, check=True, capture_output=True, **options)  # type: ignore[call-overload]
