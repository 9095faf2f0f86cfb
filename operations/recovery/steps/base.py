"""What the steps of a promotion share: the move that they are part of."""

from operations.recovery.move import Move
from operations.steps.step import Step


class RecoveryStep(Step):
    """A step that knows the move."""

    def __init__(self, move: Move) -> None:
        self.move = move
