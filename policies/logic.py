"""Checks made of checks, in four values: a definite failure goes before an unknown, an unknown before a pass."""

from collections.abc import Mapping

from model.values import UNKNOWN
from policies.asking import ask
from policies.case import Case, Check
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown


def all_of(*checks: Check) -> Check:
    """Every one holds; those that do not apply are left out."""

    def check(case: Case) -> Verdict:
        verdicts = [ask(one, case) for one in checks]
        for outcome in ("fail", "unknown", "pass"):
            for verdict in verdicts:
                if verdict.outcome == outcome:
                    return verdict
        return NOT_APPLICABLE

    return check


def any_of(*checks: Check) -> Check:
    """At least one holds; the message of a failure says all that was wrong."""

    def check(case: Case) -> Verdict:
        verdicts = []
        for one in checks:
            verdict = ask(one, case)
            if verdict.outcome == "pass":
                return verdict
            verdicts.append(verdict)
        for verdict in verdicts:
            if verdict.outcome == "unknown":
                return verdict
        failed = [verdict for verdict in verdicts if verdict.outcome == "fail"]
        if not failed:
            return NOT_APPLICABLE
        return fail("; or: ".join(dict.fromkeys(verdict.message for verdict in failed)), failed[0].path)

    return check


def negated(check: Check, message: str) -> Check:
    """It does not hold; `message` where it does."""

    def opposite(case: Case) -> Verdict:
        verdict = ask(check, case)
        if verdict.outcome == "pass":
            return fail(message, verdict.path)
        return PASS if verdict.outcome == "fail" else verdict

    return opposite


def when(condition: Check, then: Check) -> Check:
    """Where the condition holds, `then` must; elsewhere the rule does not apply."""

    def check(case: Case) -> Verdict:
        applies = ask(condition, case).outcome
        if applies in ("fail", "not_applicable"):
            return NOT_APPLICABLE
        verdict = ask(then, case)
        if applies == "unknown" and verdict.outcome == "fail":
            return unknown(f"whether it applies is not known yet: {verdict.message}", verdict.path)
        return verdict

    return check


def unless(condition: Check, then: Check) -> Check:
    """Where the condition holds the rule does not apply; elsewhere `then` must hold."""
    return when(negated(condition, "exempt"), then)


def by_type(checks: Mapping[str, Check]) -> Check:
    """The check of the resource's type; where several types share a rule and name things differently."""

    def check(case: Case) -> Verdict:
        found = checks.get(case.resource.kind)
        return NOT_APPLICABLE if found is None else found(case)

    return check


def in_production(then: Check) -> Check:
    """Asked of production only."""
    return lambda case: then(case) if case.production else NOT_APPLICABLE


def outside_production(then: Check) -> Check:
    """Asked of everything but production."""
    return lambda case: NOT_APPLICABLE if case.production else then(case)


def every(path: str, check: Check, *, empty: Verdict = NOT_APPLICABLE) -> Check:
    """Every item of a list passes a check whose paths start at the item. `empty`: the verdict where there is none."""

    def each(case: Case) -> Verdict:
        value = case.at(f"{path}[*]")
        if value is UNKNOWN:
            return unknown(f"{case.where(path)} is not known yet", case.where(path))
        if not value:
            return empty
        verdicts = []
        for index, item in enumerate(value):
            verdicts.append(ask(check, case.inside(item, f"{case.where(path)}[{index}]")))
        for outcome in ("fail", "unknown", "pass"):
            for verdict in verdicts:
                if verdict.outcome == outcome:
                    return verdict
        return NOT_APPLICABLE

    return each


def some(path: str, check: Check, lacks: str) -> Check:
    """At least one item of a list passes a check whose paths start at the item; `lacks` where none does."""
    none = every(path, negated(check, ""), empty=PASS)

    def one(case: Case) -> Verdict:
        verdict = ask(none, case)
        if verdict.outcome == "pass":
            return fail(lacks, case.where(path))
        return PASS if verdict.outcome == "fail" else verdict

    return one
