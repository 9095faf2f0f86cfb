"""How long users were not served, as they see it: the edge is asked for the site's health all through a promotion.

The path is `/.well-known/lifeline`: 200 only while the site behind the edge holds its lease and has just proved a
write, so "served" means that an order would have been taken.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from operations.steps.clock import Clock, SystemClock

PATH = "/.well-known/lifeline"
EVERY_SECONDS = 0.25

Look = Callable[[], str | None]
"""The site that serves at the edge; None where nobody does, or nothing answers."""


@dataclass(frozen=True)
class Sample:
    """One look. Seconds of the operator's monotonic clock."""

    began: float
    ended: float
    site: str | None


@dataclass(frozen=True)
class Downtime:
    """`seconds`: without service; None where nothing was looked at.

    `complete` is False where that is only a lower bound, because it had begun before the first look, at a time that
    nobody declared, or is not over; `note` says so.
    """

    seconds: float | None
    complete: bool
    note: str
    looks: int


def downtime(samples: Sequence[Sample], before: float | None = None) -> Downtime:
    """From the start of each failing look to the end of the next good one.

    `before`: seconds between the declared start of the incident and the first look; they count where that look already
    failed.
    """
    if not samples:
        return Downtime(None, False, "the edge was not looked at", 0)
    total, since = 0.0, None
    for sample in samples:
        if sample.site is None:
            since = sample.began if since is None else since
        elif since is not None:
            total, since = total + sample.ended - since, None
    notes = []
    if since is not None:
        total += samples[-1].ended - since
        notes.append("it was not over when the last look was made")
    if samples[0].site is None:
        if before is None:
            notes.append("it had begun before the first look, when is not known")
        else:
            total += max(0.0, before)
    return Downtime(round(total, 3), not notes, "; ".join(notes), len(samples))


def continued(earlier: float | None, now: Downtime) -> Downtime:
    """Of a promotion that was gone on with: what an earlier run saw and what this one saw, a lower bound at best.

    `earlier`: its seconds; None where they are not known here. Between the two nobody looked.
    """
    if earlier is None:
        why = "an earlier run's looks are not known here"
        return Downtime(now.seconds, False, "; ".join(filter(None, (why, now.note))), now.looks)
    seconds = None if now.seconds is None else round(earlier + now.seconds, 3)
    notes = ("nobody looked between two runs", now.note)
    return Downtime(seconds, False, "; ".join(filter(None, notes)), now.looks)


class Prober:
    """Looks every so often, on a thread of its own, from `start` to `stop`."""

    def __init__(self, look: Look, every: float = EVERY_SECONDS, clock: Clock | None = None) -> None:
        self._look, self._every, self._clock = look, every, clock or SystemClock()
        self._samples: list[Sample] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="downtime", daemon=True)
        self._began_at: datetime | None = None
        self._began = 0.0

    def start(self) -> "Prober":
        self._began_at, self._began = self._clock.now(), self._clock.monotonic()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends after the look under way; harmless where it was never started."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def downtime(self, incident_start: datetime | None) -> Downtime:
        """So far. `incident_start`: as it was declared, None where it was not."""
        before = None
        if incident_start is not None and self._began_at is not None:
            before = (self._began_at - incident_start).total_seconds()
        return downtime(self._samples, before)

    def first_served_by(self, site: str) -> datetime | None:
        """When a look first found that the site serves; None where none did."""
        for sample in list(self._samples):
            if sample.site == site and self._began_at is not None:
                return self._began_at + timedelta(seconds=sample.ended - self._began)
        return None

    def _run(self) -> None:
        while not self._stop.is_set():
            began = self._clock.monotonic()
            site = self._look()
            ended = self._clock.monotonic()
            self._samples.append(Sample(began, ended, site))
            self._clock.sleep(self._every - (ended - began), self._stop)
