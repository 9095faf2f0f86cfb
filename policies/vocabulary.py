"""The words that most rules are made of.

Each makes a check of one property path (see `model.values.lookup` for what a path can say). A path with `[*]`, or one
that meets several items, asks of every item. Where nothing stands, what asks for something fails and what forbids
something passes. Texts are compared without regard to case; "true" and "7" as texts count as what they say.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from model.values import UNKNOWN, number, truth
from policies.asking import ask
from policies.case import Case, Check
from policies.logic import (
    all_of,
    any_of,
    by_type,
    every,
    in_production,
    negated,
    outside_production,
    some,
    unless,
    when,
)
from policies.verdict import PASS, Verdict, fail, unknown
from policies.wording import choice, nothing, said

__all__ = [
    "absent",
    "all_of",
    "any_of",
    "at_least",
    "at_most",
    "by_type",
    "cmk",
    "contains",
    "every",
    "false",
    "has_tag",
    "in_production",
    "linked_by",
    "matches",
    "negated",
    "no_match",
    "none_of",
    "not_false",
    "not_true",
    "one_of",
    "outside_production",
    "param",
    "present",
    "refers_to",
    "some",
    "true",
    "unless",
    "when",
]


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter's value, where a word takes a fixed one."""

    name: str


def param(name: str) -> Param:
    """The value of the rule's parameter of this name, instead of a fixed one."""
    return Param(name)


def _given(case: Case, value: Any) -> Any:
    return case.value(value.name) if isinstance(value, Param) else value


def _each(
    path: str,
    holds: Callable[[Case, Any], bool],
    asks: Callable[[Case], str],
    empty: bool,
    comes: Callable[[Case], bool] = lambda _case: False,
) -> Check:
    """Of every value at a path: a definite failure goes before an unknown one. `empty`: what nothing means.

    `comes`: whether an unknown value will hold in any case, by where it comes from.
    """

    def check(case: Case) -> Verdict:
        value = case.at(path)
        found = value if isinstance(value, list) else [value]
        if not found:
            found = [None]
        unclear = False
        for item in found:
            if item is UNKNOWN:
                unclear = unclear or not comes(case)
            elif not (empty if nothing(item) else holds(case, item)):
                return fail(f"{case.where(path)} {said(item)}; {asks(case)}", case.where(path))
        if unclear:
            return unknown(f"{case.where(path)} is not known yet; {asks(case)}", case.where(path))
        return PASS

    return check


def present(path: str) -> Check:
    """Something is there, or will be: not null, not an empty text, list or object."""
    return _each(path, lambda _case, _value: True, lambda _case: "it has to be set", False, lambda case: case.fed(path))


def absent(path: str) -> Check:
    """Nothing is there."""
    return _each(path, lambda _case, _value: False, lambda _case: "it must not be set", True)


def true(path: str) -> Check:
    """It is there, and true."""
    return _each(path, lambda _case, value: truth(value) is True, lambda _case: "it has to be true", False)


def false(path: str) -> Check:
    """It is there, and false. For what is off by default use `not_true`."""
    return _each(path, lambda _case, value: truth(value) is False, lambda _case: "it has to be false", False)


def not_true(path: str) -> Check:
    """It is false, or not set."""
    return _each(path, lambda _case, value: truth(value) is False, lambda _case: "it must not be true", True)


def not_false(path: str) -> Check:
    """It is true, or not set."""
    return _each(path, lambda _case, value: truth(value) is True, lambda _case: "it must not be false", True)


def _same(value: Any, allowed: Iterable[Any]) -> bool:
    for one in allowed:
        if isinstance(one, bool):
            if truth(value) is one:
                return True
        elif isinstance(one, str):
            if str(value).strip().lower() == one.lower():
                return True
        elif number(value) == one:
            return True
    return False


def _listed(case: Case, values: tuple[Any, ...]) -> list[Any]:
    """Fixed values, and what parameters say: a list there stands for its items."""
    found: list[Any] = []
    for value in values:
        given = _given(case, value)
        found.extend(given if isinstance(given, list | tuple) else [given])
    return found


def one_of(path: str, *values: Any, or_absent: bool = False) -> Check:
    """It is one of the values; `or_absent`: or not set, where the default is right."""
    return _each(
        path,
        lambda case, value: _same(value, _listed(case, values)),
        lambda case: f"it has to be {choice(_listed(case, values))}",
        or_absent,
    )


def none_of(path: str, *values: Any) -> Check:
    """It is none of the values, or not set."""
    return _each(
        path,
        lambda case, value: not _same(value, _listed(case, values)),
        lambda case: f"it must not be {choice(_listed(case, values))}",
        True,
    )


def contains(path: str, *values: Any) -> Check:
    """The list has all of the values, and may have more."""

    def check(case: Case) -> Verdict:
        value = case.at(path)
        if value is UNKNOWN:
            return unknown(f"{case.where(path)} is not known yet", case.where(path))
        there = value if isinstance(value, list) else [value]
        known = [item for item in there if item is not UNKNOWN and item is not None]
        missing = [one for one in _listed(case, values) if not any(_same(item, [one]) for item in known)]
        if not missing:
            return PASS
        if any(item is UNKNOWN for item in there):
            return unknown(f"{case.where(path)} has items that are not known yet", case.where(path))
        return fail(f"{case.where(path)} lacks {', '.join(str(item) for item in missing)}", case.where(path))

    return check


def at_least(path: str, least: float | Param, *, or_absent: bool = False) -> Check:
    """A number, not below `least`; `or_absent`: or not set, where the default is high enough."""
    return _bound(path, least, lambda value, bound: value >= bound, "at least", or_absent)


def at_most(path: str, most: float | Param, *, or_absent: bool = True) -> Check:
    """A number, not above `most`, or not set."""
    return _bound(path, most, lambda value, bound: value <= bound, "at most", or_absent)


def _bound(path: str, bound: float | Param, fits: Callable[[float, float], bool], words: str, or_absent: bool) -> Check:
    def holds(case: Case, value: Any) -> bool:
        found = number(value)
        return found is not None and fits(found, float(_given(case, bound)))

    return _each(path, holds, lambda case: f"it has to be {words} {_given(case, bound)}", or_absent)


def matches(path: str, pattern: str, asks: str, *, or_absent: bool = False) -> Check:
    """A text in which the regular expression is found (any case); `asks` says in words what is wanted."""
    compiled = re.compile(pattern, re.IGNORECASE)
    return _each(path, lambda _case, value: bool(compiled.search(str(value))), lambda _case: asks, or_absent)


def no_match(path: str, pattern: str, asks: str) -> Check:
    """A text in which the regular expression is not found (any case), or nothing."""
    compiled = re.compile(pattern, re.IGNORECASE)
    return _each(path, lambda _case, value: not compiled.search(str(value)), lambda _case: asks, True)


def cmk(path: str) -> Check:
    """Encrypted with a key of one's own: a key is named, and it is not one that AWS manages (`alias/aws/…`)."""
    return _each(
        path,
        lambda _case, value: isinstance(value, str) and "alias/aws/" not in value.lower(),
        lambda _case: "it has to name a customer-managed key",
        False,
        lambda case: case.fed(path, "aws:kms/"),
    )


def has_tag(key: str, *values: Any) -> Check:
    """It has the tag (default tags of its provider count; any spelling of the key), with one of the values if any."""

    def check(case: Case) -> Verdict:
        value = case.tag(key)
        if value is UNKNOWN:
            return unknown(f'the tag "{key}" is not known yet', "tags")
        if nothing(value):
            return fail(f'it has no tag "{key}"', "tags")
        allowed = _listed(case, values)
        if allowed and not _same(value, allowed):
            return fail(f'its tag "{key}" is "{value}"; it has to be {choice(allowed)}', "tags")
        return PASS

    return check


def linked_by(type: str, property: str, check: Check | None = None, *, lacks: str = "") -> Check:
    """Some resource of `type` refers to this one by its `property`, and passes `check`.

    `lacks` is the message where there is none: "no BucketPublicAccessBlock is attached to it".
    """

    def linked(case: Case) -> Verdict:
        links = case.view.linked(case.resource, type, property)
        return _some(case, links.found, links.unclear, check, lacks or f"no {_name(type)} refers to it")

    return linked


def refers_to(property: str, type: str, check: Check | None = None, *, lacks: str = "") -> Check:
    """This one's `property` refers to some resource of `type` in the stack, and that passes `check`."""

    def referred(case: Case) -> Verdict:
        links = case.view.targets(case.resource, property, type)
        empty = nothing(case.at(property)) and "*" not in property
        default = f"{property} is not set" if empty else f"{property} names no {_name(type)} of this stack"
        return _some(case, links.found, links.unclear, check, lacks or default)

    return referred


def _some(case: Case, found: Iterable[Any], unclear: Iterable[Any], check: Check | None, lacks: str) -> Verdict:
    verdicts = [PASS if check is None else ask(check, case.about(resource)) for resource in found]
    if any(verdict.outcome == "pass" for verdict in verdicts):
        return PASS
    possible = [
        item for item in unclear if check is None or ask(check, case.about(item)).outcome in ("pass", "unknown")
    ]
    if possible:
        return unknown(f"whether {possible[0].name} is attached to it is not known yet")
    return next((item for item in verdicts if item.outcome == "unknown"), None) or next(
        (item for item in verdicts if item.outcome == "fail"), fail(lacks)
    )


def _name(type: str) -> str:
    return type.rsplit(":", 1)[-1]
