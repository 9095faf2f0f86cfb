"""What became of the steps: the value that reports are made of. Pure."""

from dataclasses import dataclass, field
from typing import Literal

from operations.record.attributes import Value

State = Literal[
    "waiting", "checking", "applying", "verifying", "done", "nothing", "degraded", "skipped", "failed", "stopped"
]
"""`nothing`: there was nothing to do. `stopped`: interrupted because another step failed or the operator left."""

OVER: frozenset[State] = frozenset({"done", "nothing", "degraded", "skipped"})
"""States that let the successors begin."""


@dataclass(frozen=True)
class StepOutcome:
    """One step. `seconds`: how long it took, of a monotonic clock; 0 where it did not begin."""

    id: str
    title: str
    state: State
    seconds: float
    expected: float
    note: str = ""
    """One sentence: what was found, why there was nothing to do, what went wrong."""
    began: str = ""
    """ISO 8601, UTC, by the operator's clock."""
    ended: str = ""
    attempts: int = 1
    """How often it was begun: more than once after a resume."""


@dataclass(frozen=True)
class RunOutcome:
    """One execution of a graph; what an earlier one had finished counts as it was then."""

    steps: tuple[StepOutcome, ...]
    seconds: float
    failed: str | None = None
    """Id of the step that stopped it."""
    problem: str = ""
    notes: dict[str, Value] = field(default_factory=dict)
    """What steps left for the report: `<step id>` → what it saw."""

    @property
    def complete(self) -> bool:
        return all(step.state in OVER for step in self.steps)
