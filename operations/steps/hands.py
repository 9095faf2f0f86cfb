"""How a step reaches the outside: each call declared, retried in bounds, and journalled where it changes something."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from operations.record.attributes import Value
from operations.record.replicas import ClientFactory
from operations.steps import retry
from operations.steps.call import Call, Command, spelled
from operations.steps.clock import Clock
from operations.steps.journal import Journal
from operations.steps.past import past
from operations.steps.patient import retrying
from operations.steps.step import Step, StepFailed

T = TypeVar("T")


class Undeclared(RuntimeError):
    """A step made a call that it does not declare: a mistake in the step, found before the call was made."""


class NothingMayChange(RuntimeError):
    """A dry run came to a call that changes something: a mistake in the step's `check`."""


class Interrupted(Exception):
    """Another step failed, or the operator left: this one ends where it is."""


class TimedOut(StepFailed):
    """The step's time is up."""


class Hands:
    """One step's, for one execution of it."""

    def __init__(
        self,
        step: Step,
        journal: Journal,
        aws: ClientFactory,
        clock: Clock,
        stop: threading.Event,
        dry: bool = False,
    ) -> None:
        self._step, self._journal, self._aws, self._clock, self._stop, self._dry = step, journal, aws, clock, stop, dry
        self._declared: dict[tuple[str, str, str], Call] = {
            (call.service, spelled(call.operation), call.region): call for call in step.calls
        }
        self._deadline = clock.monotonic() + step.timeout

    @property
    def dry(self) -> bool:
        """Whether nothing may be changed: a `check` then leaves out what it could only learn by a letter."""
        return self._dry

    def client(self, service: str, region: str) -> Any:
        """An AWS client for this step: the same methods as boto3's, and botocore's own errors."""
        return _Client(self, self._aws(service, region), service, region)

    def run(self, command: Command) -> dict[str, Any]:
        """Make the call of a command of AWS's. Raises botocore's errors."""
        from botocore import xform_name

        client = self.client(command.service, command.region)
        answer: dict[str, Any] = getattr(client, xform_name(command.operation))(**command.parameters)
        return answer

    def act(
        self,
        service: str,
        operation: str,
        region: str,
        function: Callable[[], T],
        parameters: Mapping[str, Value] | None = None,
    ) -> T:
        """Do something by a call that is declared. Raises what `function` raises, Undeclared, Interrupted, TimedOut."""
        self.go_on()
        call = self._declared.get((service, spelled(operation), region))
        if call is None:
            raise Undeclared(f"step {self._step.id} made {service}:{operation}@{region}, which it does not declare")
        if not call.mutates:
            return self._retrying(_read_again(call), function)
        if self._dry:
            raise NothingMayChange(f"the dry run of step {self._step.id} came to {call.key}")
        self._journal.write("call", self._step.id, call.key, parameters)
        try:
            done = self._retrying(retry.throttled, function)
        except Exception as error:
            self._journal.write("answer", self._step.id, call.key, {"outcome": _outcome(error)})
            raise
        self._journal.write("answer", self._step.id, call.key, {"outcome": "ok"})
        return done

    def note(self, what: str, data: Mapping[str, Value]) -> None:
        """Leave something for the report, and for whoever resumes. Counts and hashes; no order's id, no secret."""
        if not self._dry:
            self._journal.write("note", self._step.id, what, data)

    def noted(self, what: str) -> dict[str, Value] | None:
        """What was noted last under that name, by whichever step, before a crash too."""
        for entry in reversed(self._journal.entries):
            if entry.kind == "note" and entry.what == what:
                return entry.data
        return None

    def accepted(self) -> dict[str, str]:
        """Steps that this run left degraded or skipped, with what is said of them: whoever looks last knows of it."""
        story = past(self._journal.entries)
        return {name: step.note for name, step in story.steps.items() if step.state in ("degraded", "skipped")}

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises Interrupted, TimedOut."""
        self.go_on()
        self._clock.sleep(seconds, self._stop)
        self.go_on()

    def go_on(self) -> None:
        """Raises Interrupted when the run is being stopped, TimedOut when the step's time is up."""
        if self._stop.is_set():
            raise Interrupted
        if self._clock.monotonic() > self._deadline:
            raise TimedOut(f"not done within its {self._step.timeout:.0f} s")

    def _retrying(self, again: Callable[[BaseException], bool], function: Callable[[], T]) -> T:
        return retrying(again, self.sleep)(function)


class _Client:
    """boto3's client with each call led through `Hands.act`."""

    def __init__(self, hands: Hands, client: Any, service: str, region: str) -> None:
        self._hands, self._made, self._service, self._region = hands, client, service, region

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            made = getattr(self._made, method)
            operation = method.title().replace("_", "")
            return self._hands.act(
                self._service, operation, self._region, lambda: made(**parameters), _shown(self._service, parameters)
            )

        return call


def _shown(service: str, parameters: Mapping[str, Any]) -> dict[str, Value]:
    """What the journal keeps of a call's parameters. Items of the control table are journalled by their key alone."""
    shown = (
        parameters if service != "dynamodb" else {"Key": parameters.get("Key", parameters.get("Item", {}).get("pk"))}
    )
    return {name: _plain(value) for name, value in shown.items()}


def _plain(value: Any) -> Value:
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _read_again(call: Call) -> Callable[[BaseException], bool]:
    """A read may be repeated whatever happened to it, where somebody has to answer; else only when it was throttled."""

    def again(error: BaseException) -> bool:
        return retry.throttled(error) or (call.required and retry.unanswered(error))

    return again


def _outcome(error: Exception) -> str:
    return retry.code(error) or type(error).__name__
