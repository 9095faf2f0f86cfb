"""One prerequisite, looked at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """What was found.

    Attributes:
        name: what was looked at.
        ok: whether Lifeline can work with it; what could not be found out is not ok.
        detail: what is there, or what is wrong.
        remedy: what to do, where it is not ok.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""
