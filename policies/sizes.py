"""Sizes of machines: families, what they run on, and lists of them with wildcards."""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from model.values import UNKNOWN, UnknownMet
from policies.case import Case, Check
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown

_ARM = re.compile(r"^(a1|t4g|is4gen|im4gn|[a-z]+\d+g[a-z]*)$")
"""Families on Graviton: a `g` follows the generation (m7g, r6gd, c7gn, x2gd); g5g and g4dn differ in just that."""


def family(size: str) -> str:
    """`m7g` of `m7g.large`, `db.m7g.large` and `m7g.large.search`."""
    parts = [part for part in size.strip().lower().split(".") if part not in ("db", "cache")]
    return parts[0] if parts else ""


def arm(size: str) -> bool:
    """Whether a size runs on Graviton."""
    return bool(_ARM.match(family(size)))


def listed(value: str, patterns: Any) -> bool:
    """Whether a text is one of a list, in which `*` stands for anything; case aside."""
    return any(fnmatchcase(value.strip().lower(), str(pattern).strip().lower()) for pattern in patterns)


def each(path: str, holds: Callable[[Case, str], bool], asks: str) -> Check:
    """Every text at a path; where there is none the rule does not apply. A size of "" is none."""

    def check(case: Case) -> Verdict:
        value = case.at(path)
        found = [item for item in (value if isinstance(value, list) else [value]) if item is not None]
        unclear = False
        for item in found:
            if item is UNKNOWN:
                unclear = True
            elif item != "" and not holds(case, str(item)):
                shown = f' is "{item}"' if isinstance(item, str) and len(item) <= 60 else " is set so"
                return fail(f"{case.where(path)}{shown}; {asks}", case.where(path))
        if unclear:
            return unknown(f"{case.where(path)} is not known yet; {asks}", case.where(path))
        return PASS if found else NOT_APPLICABLE

    return check


def current(path: str) -> Check:
    """The family is not one of the parameter `previous`."""
    return each(
        path,
        lambda case, size: not listed(family(size), case.value("previous")),
        "a current family does the same work for less",
    )


def on_arm(path: str) -> Check:
    """The family runs on Graviton, or is one of the parameter `without_equivalent`."""
    return each(
        path,
        lambda case, size: arm(size) or listed(family(size), case.value("without_equivalent")),
        "an arm64 family costs less for the same size",
    )


def allowed(path: str) -> Check:
    """It is in the parameter `allowed` of its environment: `allowed_production`, or `allowed`.

    An item may be bound to a region: `eu-west-1:m7g.*`.
    """

    def fits(case: Case, size: str) -> bool:
        patterns = case.value("allowed_production" if case.production else "allowed")
        bound = [item for item in patterns if ":" in str(item)]
        free = [item for item in patterns if ":" not in str(item)]
        if listed(size, free):
            return True
        region = case.view.region(case.resource) if bound else None
        if region is UNKNOWN:
            raise UnknownMet("region")
        return isinstance(region, str) and listed(f"{region}:{size}", bound)

    return each(path, fits, "it is not among the sizes that this environment may have")
