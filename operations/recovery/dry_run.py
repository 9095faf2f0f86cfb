"""What a promotion would do now, step by step. It makes no call that changes anything."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

from operations.recovery.plan import Plan
from operations.steps.hands import Hands
from operations.steps.journal import Journal
from operations.steps.step import Step


@dataclass(frozen=True)
class Foreseen:
    """One step: `need` is needed, done, nothing, or unknown where it could not be looked at."""

    step: Step
    need: str
    note: str


def foresee(plan: Plan) -> Iterator[Foreseen]:
    """Each step's own check, in order; what a step needs that an earlier one would have made may show as needed."""
    world = plan.move.world
    journal = Journal(plan.move.promotion, (), world.clock)
    for step in plan.graph:
        hands = Hands(step, journal, world.aws, world.clock, threading.Event(), dry=True)
        try:
            standing = step.check(hands)
        except Exception as error:  # noqa: BLE001  # whatever it was: unknown, and the next step is looked at
            yield Foreseen(step, "unknown", f"{type(error).__name__}: {error}")
        else:
            yield Foreseen(step, standing.need, standing.note)
