"""Executing a graph: steps whose predecessors are over run side by side; the first failure lets nothing new begin."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from operations.record.replicas import ClientFactory
from operations.steps import retry
from operations.steps.clock import Clock
from operations.steps.graph import Graph
from operations.steps.hands import Hands, Interrupted, Undeclared
from operations.steps.journal import Journal, JournalOvertaken, JournalUnwritable
from operations.steps.outcome import OVER, RunOutcome, State, StepOutcome
from operations.steps.past import Past, past
from operations.steps.step import Accepted, Short, Step, StepFailed

POLL_SECONDS, LONGEST_POLL_SECONDS = 0.1, 1.0
"""Between two verifications: growing, so that what is quick costs little and what is slow few calls."""
ATTEMPTS = 4
"""How often a step is begun again after a call whose outcome is unknown; each time it looks before it acts."""


@dataclass(frozen=True)
class Event:
    """A step changed its state. `elapsed`: seconds since the run began, of a monotonic clock."""

    step: str
    title: str
    state: State
    note: str
    elapsed: float
    expected: float


@dataclass(frozen=True)
class Consent:
    """What an operator agreed to, each with a reason: step id → reason."""

    skip: Mapping[str, str]
    degraded: Mapping[str, str]


NO_CONSENT = Consent({}, {})


def _nobody(_event: Event) -> None:
    """Nobody listens."""


class Executor:
    """One execution of one graph."""

    def __init__(
        self,
        graph: Graph,
        journal: Journal,
        aws: ClientFactory,
        clock: Clock,
        listen: Callable[[Event], None] = _nobody,
        consent: Consent = NO_CONSENT,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._graph, self._journal, self._aws, self._clock = graph, journal, aws, clock
        self._listen, self._consent, self._poll = listen, consent, poll_seconds
        self._stop = threading.Event()
        self._began = clock.monotonic()
        self._telling = threading.Lock()

    def run(self) -> RunOutcome:
        """Until all is over or something failed; what the journal says is over is not begun again.

        Ctrl-C ends it in order: steps under way stop where they are, and the outcome says so.
        """
        story = past(self._journal.entries)
        outcomes = _all_before(self._graph, story)
        begun = {name for name, outcome in outcomes.items() if outcome.state in OVER}
        running: dict[Future[StepOutcome], Step] = {}
        failed: tuple[str, str] | None = None
        with ThreadPoolExecutor(max_workers=max(len(self._graph), 1), thread_name_prefix="step") as pool:
            try:
                while True:
                    if failed is None:
                        over = {name for name, outcome in outcomes.items() if outcome.state in OVER}
                        for step in self._graph.ready(over, begun):
                            begun.add(step.id)
                            running[pool.submit(self._step, step, outcomes[step.id])] = step
                    if not running:
                        break
                    finished, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        step = running.pop(future)
                        outcomes[step.id] = outcome = future.result()
                        if outcome.state == "failed" and failed is None:
                            failed = (step.id, outcome.note)
                            self._stop.set()
            except KeyboardInterrupt:
                failed = ("", "you interrupted it")
                self._stop.set()
                wait(running)
                outcomes |= {step.id: future.result() for future, step in running.items()}
            finally:
                self._stop.set()
        return RunOutcome(
            steps=tuple(outcomes[step.id] for step in self._graph),
            seconds=self._elapsed(),
            failed=failed[0] if failed else None,
            problem=failed[1] if failed else "",
            notes=past(self._journal.entries).notes,
        )

    def _step(self, step: Step, before: StepOutcome) -> StepOutcome:
        """One step, whatever becomes of it. Only what is no Exception (a kill) passes through."""
        began, started = self._clock.now().isoformat(timespec="milliseconds"), self._clock.monotonic()
        hands = Hands(step, self._journal, self._aws, self._clock, self._stop)

        def over(state: State, note: str) -> StepOutcome:
            seconds = round(self._clock.monotonic() - started, 3)
            data = {"note": note, "seconds": seconds, "began": began}
            try:
                self._journal.write("state", step.id, state, data)  # type: ignore[arg-type]  # plain values
            except Exception as error:  # noqa: BLE001  # told as the step's own failure
                state, note = "failed", _text(error)
            self._tell(step, state, note)
            return replace(
                before,
                state=state,
                note=note,
                seconds=round(before.seconds + seconds, 3),
                began=before.began or began,
                ended=self._clock.now().isoformat(timespec="milliseconds"),
                attempts=before.attempts + 1,
            )

        if step.id in self._consent.skip:
            return over("skipped", self._consent.skip[step.id])
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return over(*self._once(step, hands))
            except Interrupted:
                return over("stopped", "ended where it was, because the run was being stopped")
            except Accepted as less:
                return over("degraded", str(less))
            except Short as short:
                if step.id in self._consent.degraded:
                    return over("degraded", f"{short}; accepted: {self._consent.degraded[step.id]}")
                return over("failed", str(short))
            except Exception as error:  # noqa: BLE001  # whatever it was, the run has to end in order
                if not retry.unanswered(error) or attempt == ATTEMPTS:
                    return over(_without(step, error), _text(error))
                self._tell(step, "checking", f"looks again after {type(error).__name__}")
                try:
                    hands.sleep(retry.pause(attempt))
                except (Interrupted, StepFailed) as end:
                    return over("stopped" if isinstance(end, Interrupted) else _without(step, error), _text(error))
        raise AssertionError("the last attempt returned")

    def _once(self, step: Step, hands: Hands) -> tuple[State, str]:
        self._tell(step, "checking")
        standing = step.check(hands)
        if standing.need != "needed":
            return standing.need, standing.note
        self._journal.write("state", step.id, "applying", {"note": standing.note})
        self._tell(step, "applying", standing.note)
        step.apply(hands)
        self._tell(step, "verifying")
        pause = self._poll
        while (missing := step.verify(hands)) is not None:
            try:
                hands.sleep(pause)
            except StepFailed as late:
                kind = Short if step.degradable else StepFailed
                raise kind(f"{late}: {missing}") from None
            pause = min(pause * 1.5, LONGEST_POLL_SECONDS)
        return "done", ""

    def _tell(self, step: Step, state: State, note: str = "") -> None:
        with self._telling:
            self._listen(Event(step.id, step.title, state, note, self._elapsed(), step.expected))

    def _elapsed(self) -> float:
        return round(self._clock.monotonic() - self._began, 3)


def _without(step: Step, error: Exception) -> State:
    """What a failure makes of the step: the run goes on without an optional one, unless its journal is at stake."""
    grave = isinstance(error, (JournalUnwritable, JournalOvertaken, Undeclared))
    return "degraded" if step.optional and not grave else "failed"


def _all_before(graph: Graph, story: Past) -> dict[str, StepOutcome]:
    """Every step as the journal has it. Where any is begun again, those that close the run are, too."""
    outcomes = {step.id: _before(step, story) for step in graph}
    if any(outcome.state == "waiting" for outcome in outcomes.values()):
        for step in graph:
            if step.closing and outcomes[step.id].state != "skipped":
                outcomes[step.id] = replace(outcomes[step.id], state="waiting")
    return outcomes


def _before(step: Step, story: Past) -> StepOutcome:
    """The step as the journal has it; one that was not over is begun again, and so is one that was left degraded."""
    known = story.steps.get(step.id)
    if known is None:
        return StepOutcome(step.id, step.title, "waiting", 0.0, step.expected, attempts=0)
    over = known.over and not (known.state == "degraded" and step.again)
    state: State = known.state if over else "waiting"
    return StepOutcome(
        step.id, step.title, state, known.seconds, step.expected, known.note, known.began, known.ended, known.attempts
    )


def _text(error: Exception) -> str:
    text = str(error)
    return (
        text if isinstance(error, StepFailed) else f"{type(error).__name__}: {text}" if text else type(error).__name__
    )
