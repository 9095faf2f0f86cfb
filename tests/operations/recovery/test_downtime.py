"""Downtime as the edge shows it: what counts, and what is said where it cannot be known."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.recovery.downtime import Downtime, Prober, Sample, continued, downtime


def looks(*sites: str | None) -> list[Sample]:
    """One look a second, each a tenth of a second long."""
    return [Sample(float(second), second + 0.1, site) for second, site in enumerate(sites)]


@pytest.mark.parametrize(
    ("samples", "before", "seconds", "complete"),
    [
        (looks("east", "east"), None, 0.0, True),
        (looks("east", None, None, "west", "west"), None, 2.1, True),
        (looks("east", None, "west", None, "west"), None, 2.2, True),
        (looks(None, "west"), 60.0, 61.1, True),
        (looks(None, "west"), None, 1.1, False),
        (looks("east", "west"), 60.0, 0.0, True),
        (looks("east", None, None), None, 1.1, False),
        ([], None, None, False),
    ],
)
def test_what_counts(samples: list[Sample], before: float | None, seconds: float | None, complete: bool) -> None:
    found = downtime(samples, before)
    assert (found.seconds, found.complete) == (seconds, complete)
    assert bool(found.note) is not complete


@given(st.lists(st.sampled_from(["east", "west", None]), min_size=1, max_size=40), st.floats(0, 1e4))
def test_never_less_than_nothing_nor_more_than_was_looked_at(sites: list[str | None], before: float) -> None:
    found = downtime(looks(*sites), before)
    assert found.seconds is not None
    spent = len(sites) - 1 + 0.1
    assert 0 <= found.seconds <= round(spent + before, 3)
    assert (found.seconds == 0) is (None not in sites)


def test_a_promotion_that_was_gone_on_with_knows_only_a_lower_bound() -> None:
    now = Downtime(5.0, True, "", 20)
    assert continued(12.0, now) == Downtime(17.0, False, "nobody looked between two runs", 20)
    lost = continued(None, now)
    assert (lost.seconds, lost.complete) == (5.0, False) and "not known here" in lost.note
    assert continued(12.0, Downtime(None, False, "the edge was not looked at", 0)).seconds is None


class Hours:
    """A clock on which an hour passes with every sleep."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.at)

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        self.at += 3600


def test_the_prober_tells_when_the_target_served_first() -> None:
    answers = iter(["east", None, "west"])
    done = threading.Event()

    def look() -> str | None:
        answer = next(answers, "west")
        if answer == "west":
            done.set()
        return answer

    prober = Prober(look, clock=Hours()).start()
    assert done.wait(10)
    prober.stop()
    assert prober.first_served_by("west") == datetime(2026, 1, 1, 2, tzinfo=UTC)
    assert prober.first_served_by("north") is None
    found = prober.downtime(None)
    assert (found.seconds, found.complete) == (3600.0, True)


def test_one_that_was_never_started_knows_nothing() -> None:
    prober = Prober(lambda: "east")
    prober.stop()
    assert prober.downtime(None) == Downtime(None, False, "the edge was not looked at", 0)
