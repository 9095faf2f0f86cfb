"""Paths through values as people write them, and unknown values that cannot pass for anything."""

import copy
import pickle
from typing import Any

import pytest

from model.values import UNKNOWN, Malformed, UnknownMet, has_unknown, lookup, number, truth

DOCUMENT = '[{"Name": "a", "Privileged": true}, {"name": "b"}]'


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ({"a": {"b": 1}}, "a.b", 1),
        ({"a": None}, "a.b", None),
        ({}, "a[*].b", None),
        ({"a": []}, "a[*].b", []),
        ({"a": [{"b": 1}, {"b": None}, {}]}, "a[*].b", [1, None, None]),
        ({"a": [{"b": [1, 2]}, {"b": 3}]}, "a[*].b[*]", [1, 2, 3]),
        ({"a": {"b": 1}}, "a[*].b", [1]),
        ({"a": [{"b": 1}]}, "a.b", 1),
        ({"a": [{"b": 1}, {"b": 2}]}, "a.b", [1, 2]),
        ({"a": []}, "a.b", None),
        ({"a": "one"}, "a[*]", ["one"]),
        ({"a": DOCUMENT}, "a[*].privileged", [True, None]),
        ({"a": '{"B": {"c": 1}}'}, "a.b.C", 1),
        ({"A": 1}, "a", None),
    ],
)
def test_paths(value: Any, path: str, expected: Any) -> None:
    assert lookup(value, path) == expected


def test_unknown_anywhere_on_the_way() -> None:
    for value, path in (
        ({"a": UNKNOWN}, "a.b.c"),
        ({"a": UNKNOWN}, "a[*].b"),
        (UNKNOWN, "a"),
        ({"a": [UNKNOWN]}, "a.b"),
    ):
        assert lookup(value, path) is UNKNOWN
    found = lookup({"a": [{"b": 1}, UNKNOWN, {"b": UNKNOWN}]}, "a[*].b")
    assert [item is UNKNOWN for item in found] == [False, True, True]
    assert has_unknown({"a": [{"b": UNKNOWN}]})
    assert not has_unknown({"a": [{"b": None}]})


@pytest.mark.parametrize("value", [{"a": 1}, {"a": True}, {"a": "no JSON"}, {"a": '"text"'}, {"a": "[" * 100_000}])
def test_what_has_the_wrong_kind_is_said_with_its_place(value: Any) -> None:
    with pytest.raises(Malformed, match=r"^a: "):
        lookup(value, "a.b")


@pytest.mark.parametrize(
    "use",
    [
        lambda it: bool(it),
        lambda it: it == "x",
        lambda it: it in ("x",),
        lambda it: it in {"x"},
        lambda it: hash(it),
        lambda it: "x" in it,
        lambda it: list(it),
        lambda it: it.lower(),
        lambda it: it + 1,
        lambda it: it > 1,
        lambda it: it["x"],
        lambda it: truth(it),
        lambda it: number(it),
        lambda it: int(it),
    ],
)
def test_an_unknown_value_can_be_used_for_nothing(use: Any) -> None:
    with pytest.raises(UnknownMet):
        use(UNKNOWN)


def test_there_is_one_unknown() -> None:
    assert copy.deepcopy({"a": UNKNOWN})["a"] is UNKNOWN
    assert repr(UNKNOWN) == "UNKNOWN"


def test_truth_and_numbers_as_they_are_written() -> None:
    written: list[Any] = [True, "True", " false ", 1, "yes", None, []]
    assert [truth(it) for it in written] == [
        True,
        True,
        False,
        None,
        None,
        None,
        None,
    ]
    written = [1, "7", " 7.5 ", True, "x", "nan", "inf", 10**400, None]
    assert [number(it) for it in written] == [
        1, 7, 7.5, None, None, None, None, None, None,
    ]  # fmt: skip


def test_unknown_stays_the_one_instance_on_its_way_through_another_process() -> None:
    assert pickle.loads(pickle.dumps([UNKNOWN]))[0] is UNKNOWN  # noqa: S301  # its own
