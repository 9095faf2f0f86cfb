"""What a journal says of a run so far: per step, what became of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import get_args

from operations.record.attributes import Value
from operations.steps.journal import Entry
from operations.steps.outcome import OVER, State

STATES: frozenset[str] = frozenset(get_args(State))


@dataclass
class StepPast:
    """One step's story."""

    state: State = "waiting"
    note: str = ""
    began: str = ""
    ended: str = ""
    seconds: float = 0.0
    attempts: int = 0

    @property
    def over(self) -> bool:
        return self.state in OVER


@dataclass
class Past:
    """A run's story. `calls`: (step, key) of every mutating call that was announced, with how it was answered."""

    header: dict[str, Value] = field(default_factory=dict)
    """What `begin` carries."""
    plan: str = ""
    began: str = ""
    steps: dict[str, StepPast] = field(default_factory=dict)
    notes: dict[str, Value] = field(default_factory=dict)
    calls: list[tuple[str, str, Value]] = field(default_factory=list)
    end: str = ""
    resumes: int = 0
    resumed: list[dict[str, Value]] = field(default_factory=list)
    """What each `resume` carries: who went on, with which reasons."""

    def step(self, id: str) -> StepPast:
        return self.steps.setdefault(id, StepPast())


def past(entries: Iterable[Entry]) -> Past:
    """Later entries win; an entry of a step that the plan lacks is kept all the same."""
    story = Past()
    for entry in entries:
        match entry.kind:
            case "begin":
                story.header, story.plan, story.began = dict(entry.data), entry.what, entry.at
            case "resume":
                story.resumes += 1
                story.resumed.append(dict(entry.data))
                story.end = ""
            case "state" if entry.what in STATES:
                _state(story.step(entry.step), entry)
            case "note":
                story.notes[entry.what] = dict(entry.data)
            case "call":
                story.calls.append((entry.step, entry.what, None))
            case "answer":
                _answer(story, entry)
            case "end":
                story.end = entry.what
    return story


def _state(step: StepPast, entry: Entry) -> None:
    step.state = entry.what  # type: ignore[assignment]  # one of STATES, looked at before
    step.note = str(entry.data.get("note") or "")
    step.began = step.began or str(entry.data.get("began") or entry.at)
    if entry.what == "applying":
        step.attempts += 1
    if step.over or entry.what in ("failed", "stopped"):
        step.ended = entry.at
        seconds = entry.data.get("seconds")
        step.seconds += float(seconds) if isinstance(seconds, (int, float)) else 0.0


def _answer(story: Past, entry: Entry) -> None:
    for place in range(len(story.calls) - 1, -1, -1):
        step, key, answer = story.calls[place]
        if (step, key) == (entry.step, entry.what) and answer is None:
            story.calls[place] = (step, key, entry.data.get("outcome"))
            return
