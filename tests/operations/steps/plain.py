"""Steps without a cloud: what they do is a line in a list."""

import threading
from collections.abc import Callable
from typing import Any

from operations.steps.call import Call
from operations.steps.executor import Consent, Event, Executor
from operations.steps.graph import Graph
from operations.steps.hands import Hands
from operations.steps.journal import Entry, Journal
from operations.steps.outcome import RunOutcome
from operations.steps.step import NEEDED, Standing, Step
from tests.operations.recovery.clock import VirtualClock

REGION = "us-west-2"


class Plain(Step):
    """Does what it is given."""

    def __init__(self, id: str, after: tuple[str, ...] = (), apply: Callable[[Hands], None] | None = None) -> None:
        self.id, self.title, self.after = id, id, after
        self.done = False
        self.begun = 0
        self._apply = apply
        self.calls = (Call("ecs", "UpdateService", REGION), Call("ecs", "DescribeServices", REGION))

    def check(self, hands: Hands) -> Standing:
        return Standing("done", "before") if self.done else NEEDED

    def apply(self, hands: Hands) -> None:
        self.begun += 1
        if self._apply is not None:
            self._apply(hands)
        self.done = True

    def verify(self, hands: Hands) -> str | None:
        return None if self.done else "not done"


class Book:
    """A book in memory."""

    name = "memory"

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.broken: Exception | None = None

    def write(self, entry: Entry) -> None:
        if self.broken is not None:
            raise self.broken
        self.entries.append(entry)

    def read(self, run: str) -> list[Entry]:
        return self.entries


class Aws:
    """A client factory: every method is answered by `answer`."""

    def __init__(self, answer: Callable[[str], Any] = lambda method: {}) -> None:
        self.answer, self.calls = answer, list[str]()
        self._lock = threading.Lock()

    def __call__(self, service: str, region: str) -> Any:
        outer = self

        class Client:
            def __getattr__(self, method: str) -> Any:
                def call(**_: Any) -> Any:
                    with outer._lock:
                        outer.calls.append(method)
                    return outer.answer(method)

                return call

        return Client()


def run(
    *steps: Step,
    aws: Aws | None = None,
    book: Book | None = None,
    known: tuple[Entry, ...] = (),
    skip: dict[str, str] | None = None,
    degraded: dict[str, str] | None = None,
    clock: VirtualClock | None = None,
    heard: list[Event] | None = None,
) -> RunOutcome:
    """Execute the steps as a graph."""
    clock = clock or VirtualClock()
    journal = Journal("run", [book or Book()], clock, known)
    if not known:
        journal.write("begin", "", "plan", {})
    executor = Executor(
        Graph(steps),
        journal,
        aws or Aws(),
        clock,
        (heard if heard is not None else []).append,
        Consent(skip or {}, degraded or {}),
    )
    return executor.run()


def states(outcome: RunOutcome) -> dict[str, str]:
    return {step.id: step.state for step in outcome.steps}
