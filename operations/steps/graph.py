"""Steps in an order: a directed acyclic graph, checked when it is made. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from operations.steps.step import Step


class GraphWrong(ValueError):
    """The steps do not form a graph; names every problem."""


class Graph:
    """Steps by id, in an order in which each comes after its predecessors."""

    def __init__(self, steps: Sequence[Step]) -> None:
        """Raises GraphWrong: an id twice, a predecessor that there is not, a circle, a time that is none."""
        problems = list(_problems(steps))
        if problems:
            raise GraphWrong(f"the steps are no graph: {'; '.join(problems)}; mend their ids and predecessors")
        found = {step.id: step for step in steps}
        try:
            order = tuple(TopologicalSorter({step.id: sorted(step.after) for step in steps}).static_order())
        except CycleError as circle:
            raise GraphWrong(
                f"the steps wait for each other in a circle ({' → '.join(circle.args[1])}): remove one predecessor"
            ) from None
        self.steps: Mapping[str, Step] = {name: found[name] for name in order}
        self._before: dict[str, frozenset[str]] = {}
        for step in self:
            self._before[step.id] = frozenset(step.after).union(*(self._before[name] for name in step.after))

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps.values())

    def __len__(self) -> int:
        return len(self.steps)

    def ready(self, over: set[str], begun: set[str]) -> list[Step]:
        """Steps that may begin: not begun, with all predecessors over, near and far.

        The far ones count because a step that was left degraded is tried again while those after it are over.
        """
        return [step for step in self if step.id not in begun and over.issuperset(self._before[step.id])]

    def before(self, id: str) -> frozenset[str]:
        """All that has to be over before the step may begin, near and far."""
        return self._before[id]

    def critical(self, seconds: Mapping[str, float] | None = None) -> tuple[float, tuple[str, ...]]:
        """The longest way through, in seconds, and its steps. Default: what each is expected to take."""
        took = {step.id: step.expected if seconds is None else seconds.get(step.id, 0.0) for step in self}
        ends: dict[str, tuple[float, tuple[str, ...]]] = {}
        for step in self:
            start, way = max((ends[name] for name in step.after), default=(0.0, ()))
            ends[step.id] = (start + took[step.id], (*way, step.id))
        return max(ends.values(), default=(0.0, ()))


def _problems(steps: Sequence[Step]) -> Iterator[str]:
    ids = [step.id for step in steps]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"there are two steps {twice!r}"
    for step in steps:
        for missing in sorted(set(step.after) - set(ids)):
            yield f"{step.id!r} comes after {missing!r}, which is no step"
        if not step.timeout > 0 or step.expected < 0:
            yield f"{step.id!r} has a timeout of {step.timeout} s and expects {step.expected} s"
