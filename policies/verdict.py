"""What a rule says about one resource."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["pass", "fail", "unknown", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`message` says what was found and what is asked for; never a value that may be a secret."""

    outcome: Outcome
    message: str = ""
    path: str = ""
    """The property that it is about, empty where it is about the resource as a whole."""


PASS = Verdict("pass")
NOT_APPLICABLE = Verdict("not_applicable")


def fail(message: str, path: str = "") -> Verdict:
    return Verdict("fail", message, path)


def unknown(message: str, path: str = "") -> Verdict:
    return Verdict("unknown", message, path)
