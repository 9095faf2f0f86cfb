"""How a promotion ended, as data: what reports are made of."""

from dataclasses import dataclass
from typing import Literal

from operations.steps.journal import Entry
from operations.steps.outcome import RunOutcome

Ending = Literal["promoted", "stopped", "refused", "aborted"]


@dataclass(frozen=True)
class Ended:
    """One promotion, from its first entry on. The report is made of `journal` and `run`."""

    promotion: str
    outcome: Ending
    mode: str
    origin: str
    target: str
    epoch: int
    run: RunOutcome
    journal: tuple[Entry, ...]
    problem: str = ""
    """What stopped it, what is safe, and the command to go on."""
