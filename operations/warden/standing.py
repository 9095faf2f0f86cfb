"""How the warden stands, shared by its threads: what the last look at the database and the record gave."""

import threading
import time
from dataclasses import dataclass

from operations.warden.lease import Lease


@dataclass(frozen=True)
class View:
    """One moment's standing. `now`, `valid_to` and the others are of this process's monotonic clock, in seconds."""

    now: float
    lease: Lease | None
    valid_to: float
    """Until when this site's lease holds, counted from before it was read; 0: not held."""
    beat_at: float | None
    """The last test write that the fence let through."""
    renewed_at: float | None
    """The start of the last round that renewed the lease, or found the site not active."""

    @property
    def holds(self) -> bool:
        return self.now < self.valid_to


class Standing:
    """The threads' shared view. Thread-safe."""

    def __init__(self, site: str, lease_seconds: float) -> None:
        self.site = site
        self._beat_bound = lease_seconds / 2
        self._lock = threading.Lock()
        self._lease: Lease | None = None
        self._valid_to = 0.0
        self._beat_at: float | None = None
        self._renewed_at: float | None = None
        self._changes = 0

    @property
    def changes(self) -> int:
        """Counts losses: what was read before one must not be shown after it."""
        with self._lock:
            return self._changes

    def observe(self, lease: Lease | None, writer: bool, since: float, changes: int) -> None:
        """The lease as the database gave it to a question asked at `since`, when `changes` was what it is given as."""
        with self._lock:
            if changes != self._changes:
                return
            self._lease = lease
            ours = lease is not None and lease.site == self.site and not lease.revoked and writer
            self._valid_to = since + lease.remaining if lease is not None and ours else 0.0

    def beat(self, at: float) -> None:
        with self._lock:
            self._beat_at = at

    def renewed(self, at: float | None) -> None:
        """A round that began at `at` renewed; None: there is nothing to renew here."""
        with self._lock:
            self._renewed_at = at

    def lose(self) -> None:
        """The lease has just been ended: not held from this moment, whatever an earlier question still brings."""
        with self._lock:
            self._changes += 1
            self._valid_to = 0.0
            self._beat_at = None

    def view(self) -> View:
        with self._lock:
            return View(time.monotonic(), self._lease, self._valid_to, self._beat_at, self._renewed_at)

    def serves(self) -> bool:
        """True while the lease holds and a test write succeeded within half of its length."""
        view = self.view()
        return view.holds and view.beat_at is not None and view.now - view.beat_at < self._beat_bound

    def lease_age(self) -> float | None:
        """Seconds since the lease was last renewed; None where there is nothing to renew."""
        view = self.view()
        return None if view.renewed_at is None else view.now - view.renewed_at
