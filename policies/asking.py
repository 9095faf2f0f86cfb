"""Asking a check, so that what it meets becomes a verdict: an unknown value, or one of the wrong kind."""

from model.values import Malformed, UnknownMet
from policies.case import Case, Check
from policies.verdict import Verdict, fail, unknown


def ask(check: Check, case: Case) -> Verdict:
    """The check's verdict. Any other exception is an error of the rule, and goes on to the caller."""
    try:
        return check(case)
    except UnknownMet as met:
        path = met.path or (case.unknowns[-1] if case.unknowns else "")
        return unknown(f"{path or 'a value that it depends on'} is not known yet", path)
    except Malformed as error:
        return fail(str(error), error.path)
