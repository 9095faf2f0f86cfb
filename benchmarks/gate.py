"""What judging costs: `lifeline gate` beside Checkov on as many resources of the same kinds, in time and memory.

Checkov is installed for this alone, into `.lifeline/checkov`. It reads a Terraform plan that is written from the same
resources; the two check different rules, so this compares tools as they are used, not their engines.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, show
from benchmarks.many import managed, many
from benchmarks.terraform import plan
from toolchain.bootstrap import uv_of

ROOT = Path(__file__).parents[1]
RUNS = 3


@dataclass(frozen=True)
class Run:
    """One whole process: seconds by the clock, bytes of memory at its peak (of the largest process)."""

    seconds: float
    memory: int


def main() -> None:
    checkov = _checkov()
    with tempfile.TemporaryDirectory(prefix="lifeline-bench-") as folder:
        show("The gate", _figures(Path(folder), checkov))


def _figures(folder: Path, checkov: str) -> Iterator[Figure]:
    from model.from_program import views
    from model.to_list import dump

    lifeline = str(Path(sys.executable).with_name("lifeline"))
    listed = [item for view in views(ROOT) for item in dump(view)]
    written = folder / "plan.json"
    written.write_text(json.dumps(plan(listed)))
    gate, check = [lifeline, "gate", "--output", "json"], [checkov, *_WORDS, str(written)]
    for words in (gate, check):
        _run(words)  # what the first run of all compiles and reads from the disk is not measured
    ours, theirs = _beside(gate, check)
    count = sum(map(managed, listed))
    yield Figure("our stacks: gate", ours.seconds, "s", note=f"{count} resources, the program run too")
    yield Figure("our stacks: gate against Checkov on a plan", ours.seconds / theirs.seconds, "×", goal=0.5)
    each: dict[int, Run] = {}
    for number in (1_000, 10_000):
        more = many(listed, number)
        state, written = folder / f"state-{number}.json", folder / f"plan-{number}.json"
        state.write_text(json.dumps(_state(more)))
        written.write_text(json.dumps(plan(more)))
        gate = [lifeline, "gate", "--state", str(state), "--output", "json"]
        ours, theirs = _beside(gate, [checkov, *_WORDS, str(written)], runs=1 if number > 1_000 else RUNS)
        each[number] = ours
        yield Figure(f"{number} resources from a state: gate", ours.seconds, "s")
        yield Figure(f"{number}: against Checkov", ours.seconds / theirs.seconds, "×", goal=0.1)
        memory = ours.memory / theirs.memory
        yield Figure(f"{number}: memory against Checkov", memory, "×", goal=0.5 if number > 1_000 else None)
    per = (each[10_000].seconds / 10_000) / (each[1_000].seconds / 1_000)
    yield Figure("time a resource, 10,000 against 1,000", per, "×", goal=1.2)


_LEFT_OUT = ("PULUMI_", "LIFELINE_", "AWS_", "PYTHONDONTWRITEBYTECODE")
"""Of the environment: both tools run as installed, compiled once."""
_WORDS = ("--framework", "terraform_plan", "--compact", "--quiet", "--skip-download", "--output", "json", "--file")


def _beside(ours: list[str], theirs: list[str], runs: int = RUNS) -> tuple[Run, Run]:
    """Both in turn; the median of each."""
    pairs = [(_run(ours), _run(theirs)) for _ in range(runs)]
    middle = len(pairs) // 2
    return (
        sorted((pair[0] for pair in pairs), key=lambda run: run.seconds)[middle],
        sorted((pair[1] for pair in pairs), key=lambda run: run.seconds)[middle],
    )


def _run(words: list[str]) -> Run:
    """Findings make both end with an exit code of their own, which is no failure here."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_LEFT_OUT)}
    began = time.perf_counter()
    process = subprocess.Popen(
        words, cwd=ROOT, env=kept, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 5):
        raise RuntimeError(f"{words[0]} ended with {process.returncode}: {said.decode()[-500:]}")
    return Run(time.perf_counter() - began, usage.ru_maxrss * 1024)


def _state(listed: list[dict[str, Any]]) -> dict[str, Any]:
    """As `pulumi stack export` writes it."""
    ids = {item["urn"]: item.get("id") or f"id-{number}" for number, item in enumerate(listed)}
    resources = [
        {
            "urn": item["urn"],
            "type": item["type"],
            "custom": "/" in item["type"] or item["type"].startswith("pulumi:providers:"),
            "id": ids[item["urn"]],
            "inputs": item["props"],
            "outputs": item.get("outputs") or {},
            "parent": item["parent"] if item.get("parent") in ids else "",
            "provider": f"{item['provider']}::{ids.get(item['provider'])}" if item.get("provider") else "",
            "propertyDependencies": item.get("property_dependencies") or {},
        }
        for item in listed
    ]
    return {"version": 3, "deployment": {"manifest": {}, "resources": resources}}


def _checkov() -> str:
    folder = ROOT / ".lifeline" / "checkov"
    program = folder / "bin" / "checkov"
    if not program.exists():
        uv = str(uv_of(ROOT))
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        python = str(folder / "bin" / "python")
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, "checkov"], check=True)
    return str(program)
