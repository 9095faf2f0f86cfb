"""What an account has once a region, and some stack has to declare: detectors, recorders, an account's policy."""

from typing import NamedTuple

from model.resource import Resource
from model.values import UNKNOWN, UnknownMet
from model.view import View
from policies.asking import ask
from policies.case import Case, Check
from policies.verdict import PASS, Verdict, fail


def declares(type: str, check: Check | None = None, *, lacks: str, everywhere: bool = False) -> Check:
    """The stack declares some resource of `type` that passes `check`; `lacks` is the message where it has none.

    `everywhere`: in each region in which the stack has resources, since what watches one region sees no other.
    """

    def declared(case: Case) -> Verdict:
        found = list(case.view.of(type))
        if not found:
            return fail(lacks)
        verdicts = [PASS if check is None else ask(check, case.about(item)) for item in found]
        passed = [item for item, verdict in zip(found, verdicts, strict=True) if verdict.outcome == "pass"]
        if passed:
            return _covered(case.view, passed, lacks) if everywhere else PASS
        return next((item for item in verdicts if item.outcome == "unknown"), verdicts[0])

    return declared


def _covered(view: View, found: list[Resource], lacks: str) -> Verdict:
    # One whose region is not said may stand anywhere.
    watched = [view.region(item) for item in found]
    if any(region is None for region in watched):
        return PASS
    used = used_regions(view)
    missing = sorted(used.known - {region for region in watched if isinstance(region, str)})
    if any(region is UNKNOWN for region in watched) or (not missing and used.unclear):
        raise UnknownMet
    return fail(f"{lacks} in {', '.join(missing)}, where it has resources") if missing else PASS


class Regions(NamedTuple):
    """Where a stack has AWS resources, as far as it says so. `unclear`: elsewhere too, and where is not known yet."""

    known: set[str]
    unclear: bool


def used_regions(view: View) -> Regions:
    """The regions in which the stack has AWS resources."""
    found = [view.region(item) for item in view.resources if item.custom and item.kind.startswith("aws:")]
    return Regions({region for region in found if isinstance(region, str)}, any(region is UNKNOWN for region in found))
