"""What a promotion costs beyond its steps: the schedule, the journal, and the tool's own share of a real one."""

import json
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, in_turn, ratio, show
from infra.settings.load import load
from operations.record.record import Record
from operations.recovery.move import Move, World
from operations.recovery.plan import Plan, make
from operations.steps.clock import SystemClock
from operations.steps.executor import Executor
from operations.steps.graph import Graph
from operations.steps.hands import Hands
from operations.steps.journal import Book, Journal
from operations.steps.journal_file import JournalFile
from operations.steps.step import NEEDED, Standing, Step
from operations.topology import Topology, from_settings
from tests.engine.estate import Estate, estate

ROOT = Path(__file__).parents[1]
SCALE = 0.02
"""Injected seconds for each that a step is expected to take."""
STEPS = 50


class Timed(Step):
    """Takes as long as it says, and nothing else."""

    def __init__(self, id: str, after: tuple[str, ...], seconds: float) -> None:
        self.id, self.title, self.after, self.expected = id, id, after, seconds

    def check(self, hands: Hands) -> Standing:
        return NEEDED

    def apply(self, hands: Hands) -> None:
        hands.sleep(self.expected)


def main() -> None:
    topology = from_settings(load(ROOT, "prod"))
    show("A failover's schedule, with injected latencies", _schedule(planned(topology)))
    with tempfile.TemporaryDirectory(prefix="lifeline-bench-") as folder:
        show("The journal", _journal(Path(folder)))
    with tempfile.TemporaryDirectory(prefix="lifeline-bench-") as folder, estate(Path(folder)) as it:
        it.up()
        it.wait_served("east")
        show("From `promote` to the first order, in the sandbox", _first_order(it))


def planned(topology: Topology) -> Plan:
    return make(Move(topology, "west", "failover", "bench", "bench", Record("east", 0, ""), World()), ROOT)


def _schedule(plan: Plan) -> Iterator[Figure]:
    steps = [Timed(step.id, step.after, max(step.expected, 0.5) * SCALE) for step in plan.graph]
    critical, way = Graph(steps).critical()
    took = _run(steps)
    one_by_one = sum(step.expected for step in steps)
    yield Figure("makespan", took, "s", note=f"{len(steps)} steps, critical path of {len(way)}: {critical:.3f} s")
    yield Figure("against the critical path", took / critical, "×", goal=1.1)
    yield Figure("against the steps one after the other", took / one_by_one, "×", goal=1)


def _journal(folder: Path) -> Iterator[Figure]:
    def chain() -> list[Step]:
        return [Timed(f"s{number}", (f"s{number - 1}",) if number else (), 0.0) for number in range(STEPS)]

    kept, bare = in_turn(5, lambda: _run(chain(), JournalFile(folder)), lambda: _run(chain()))
    yield Figure("a step that does nothing, without a journal", sorted(bare)[2] / STEPS * 1000, "ms")
    yield Figure("… and with one on this disk, fsync and all", sorted(kept)[2] / STEPS * 1000, "ms")
    yield Figure("with against without", ratio(kept, bare), "×")


def _nothing(service: str, region: str) -> Any:
    raise AssertionError(f"no step here calls {service} in {region}")


def _run(steps: list[Step] | list[Timed], *books: Book) -> float:
    clock = SystemClock()
    journal = Journal(f"bench-{time.monotonic_ns()}", books, clock)
    journal.write("begin", "", "bench")
    began = time.perf_counter()
    done = Executor(Graph(steps), journal, _nothing, clock).run()
    assert done.complete, done.problem
    return time.perf_counter() - began


def _first_order(it: Estate) -> Iterator[Figure]:
    served: list[float] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            status, body, _ = it.order(f"bench-{time.monotonic_ns()}")
            if status == 201 and body.get("site") == "west":
                served.append(time.perf_counter())
                return
            stop.wait(0.1)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    began = time.perf_counter()
    moments: dict[tuple[str, str], float] = {}
    report: dict[str, Any] = {}
    for line in it.stream("promote", "--to", "west", "--yes", "--output", "json"):
        told = json.loads(line)
        if told["event"] == "report":
            report = told
        else:
            moments.setdefault((told["step"], told["state"]), time.perf_counter() - began)
    whole = time.perf_counter() - began
    asking.join(30)
    stop.set()
    if report.get("outcome") != "promoted":
        raise RuntimeError(f"the promotion did not end well: {report}")
    seconds = {step["id"]: float(step["seconds"]) for step in report["steps"]}
    graph = planned(it.topology).graph
    steps, way = Graph([step for step in graph if step.id in {"writable", *graph.before("writable")}]).critical(seconds)
    if not served:
        raise RuntimeError("no order was served at west within half a minute")
    until, start, writable = served[0] - began, moments["record", "checking"], moments["writable", "done"]
    yield Figure("until the first order", until, "s", note="sandbox, lease 5 s, transactions 2 s")
    yield Figure("of which the steps that it waits for", steps, "s", note=" → ".join(way))
    yield Figure(
        "of which the edge, from the write at the target on", until - writable, "s", note="its monitor's interval"
    )
    yield Figure("of which the tool's own: start and rules", start, "s")
    yield Figure("… and its schedule, between steps", writable - start - steps, "s")
    yield Figure("the tool's own together", writable - steps, "s", goal=2)
    yield Figure("until the command ended, its report written", whole, "s")
