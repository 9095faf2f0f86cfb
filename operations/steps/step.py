"""A step: one idea, three questions. Is there something to do? Do it. Is it done?"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from operations.steps.call import Call, Command

if TYPE_CHECKING:
    from operations.steps.hands import Hands

Need = Literal["needed", "done", "nothing"]


@dataclass(frozen=True)
class Standing:
    """What `check` found: to be done, done already, or nothing to do here; `note` says why in one sentence."""

    need: Need
    note: str = ""


NEEDED = Standing("needed")


class StepFailed(Exception):
    """The step cannot be done as things are; the text says what happened, why, and what to do."""


class Short(StepFailed):
    """What was wanted is there in part: a degraded service, which a person may accept instead of a failure."""


class Accepted(Exception):
    """The step is over with less than all, since what is missing was accepted before; the text names it."""


class Step(ABC):
    """One step of a graph; its docstring is its section of the runbook.

    All three methods are idempotent: after a crash the step runs again from the beginning. They reach the outside
    only through `hands`, which refuses a call that the step did not declare.
    """

    id: str
    title: str
    after: tuple[str, ...] = ()
    """Ids of the steps that have to be done before."""
    timeout: float = 120.0
    """Seconds from the first check to the last verification."""
    expected: float = 2.0
    """Seconds that it usually takes: for the critical path, and for the report."""
    calls: tuple[Call, ...] = ()
    optional: bool = False
    """Whether the run goes on without it: its failure makes the rest slower or poorer, not wrong."""
    skippable: bool = False
    """Whether an operator may leave it out, with a reason."""
    degradable: bool = False
    """Whether an operator may accept less than all of it, with a reason."""
    again: bool = True
    """Whether it is tried once more when a run that left it degraded is gone on with; False where that is too late."""
    closing: bool = False
    """Whether it is done again after any other step was: a last look, a lock given back."""

    @abstractmethod
    def check(self, hands: "Hands") -> Standing:
        """Look, and say what there is to do. Changes nothing."""

    @abstractmethod
    def apply(self, hands: "Hands") -> None:
        """Do what is not done. Raises StepFailed."""

    def verify(self, hands: "Hands") -> str | None:
        """None when it holds, else what is still missing: asked again until the step's time is up."""
        return None

    def commands(self) -> Sequence[Command]:
        """What a person would type in its place, in order; a step that only looks has none."""
        return ()

    @property
    def runbook(self) -> str:
        return inspect.cleandoc(type(self).__doc__ or self.title)
