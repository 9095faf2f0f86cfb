"""What both packs cost in the engine, and `lifeline gate` beside previews that carry them. Sandbox times."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, in_turn, ratio, show
from tests.engine.estate import PACKS, ROOT, Estate, estate

RUNS = 3


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="lifeline-bench-") as folder, estate(Path(folder)) as it:
        for stack in it.stacks:
            _done(it.pulumi("stack", "init", stack))
        settings = ["--policy-pack-config", str(ROOT / "policies" / "config.json")]
        show("Both packs in the engine", _figures(it, [*PACKS, *settings, *settings]))


def _figures(it: Estate, packs: list[str]) -> Iterator[Figure]:
    """A stack that was never applied, as the first pull request sees it."""

    def preview(stack: str, *words: str) -> None:
        _done(it.pulumi("preview", "-s", stack, *words))

    def with_packs() -> None:
        preview("prod", *packs)

    def all_with_packs() -> None:
        for stack in it.stacks:
            preview(stack, *packs)

    lifeline = str(Path(sys.executable).with_name("lifeline"))

    def gate() -> None:
        done = subprocess.run([lifeline, "gate", "--output", "json"], cwd=ROOT, capture_output=True, text=True)
        if json.loads(done.stdout)["summary"].get("fail"):
            raise RuntimeError("our own stacks fail a rule")

    preview("prod")  # the first of all starts what is started once
    judged, plain = in_turn(RUNS, with_packs, lambda: preview("prod"))
    yield Figure("prod: preview", sorted(plain)[RUNS // 2], "s")
    yield Figure("prod: preview with both packs against without", ratio(judged, plain), "×", goal=1.5)
    gated, previewed = in_turn(RUNS, gate, all_with_packs)
    yield Figure("all stacks: gate", sorted(gated)[RUNS // 2], "s")
    yield Figure("all stacks: gate against previews with both packs", ratio(gated, previewed), "×", goal=0.3)


def _done(process: "subprocess.CompletedProcess[str]") -> None:
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(process.args)}: {(process.stdout + process.stderr)[-500:]}")
