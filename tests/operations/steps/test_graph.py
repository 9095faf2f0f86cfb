"""A graph is checked when it is made."""

import pytest

from operations.steps.graph import Graph, GraphWrong
from tests.operations.steps.plain import Plain


def test_each_comes_after_its_predecessors() -> None:
    graph = Graph([Plain("c", ("a", "b")), Plain("b", ("a",)), Plain("a")])
    assert [step.id for step in graph] == ["a", "b", "c"] and graph.before("c") == {"a", "b"}


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([Plain("a"), Plain("a")], "two steps 'a'"),
        ([Plain("a", ("ghost",))], "after 'ghost', which is no step"),
        ([Plain("a", ("b",)), Plain("b", ("a",))], "in a circle"),
    ],
)
def test_what_is_no_graph_is_refused(steps: list[Plain], said: str) -> None:
    with pytest.raises(GraphWrong, match=said):
        Graph(steps)


def test_a_step_without_time_is_refused() -> None:
    step = Plain("a")
    step.timeout = 0
    with pytest.raises(GraphWrong, match="timeout of 0"):
        Graph([step])


def test_the_critical_path_is_the_longest_way() -> None:
    short, long = Plain("short", ("first",)), Plain("long", ("first",))
    short.expected, long.expected = 1.0, 9.0
    graph = Graph([Plain("first"), short, long, Plain("last", ("short", "long"))])
    assert graph.critical() == (13.0, ("first", "long", "last"))
    assert graph.critical({"first": 1, "short": 5, "long": 2, "last": 1}) == (7.0, ("first", "short", "last"))
