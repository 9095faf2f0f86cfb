"""The real databases behind emulated Aurora clusters: started, promoted and rejoined in the background, as RDS does it.

One worker to a site, so that what is done to one database stays in order and a slow site delays no other: a promotion
never waits for the lost region.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from sandbox.aws.databases import Databases

State = Literal["waiting", "starting", "running", "stopped", "failed"]
Done = Callable[[str | None], None]
_REJOIN_ATTEMPTS = 5
_REJOIN_PAUSE = 0.3
"""Seconds."""


@dataclass(frozen=True)
class Blueprint:
    """How to start a site's database. `source` is the site it replicates, None for a writer.

    Without `instances` it is a replica's volume alone: it follows, and has no endpoint.
    """

    dbname: str
    user: str
    password: str
    source: str | None
    instances: bool = True


class Compute:
    """The state of each site's database as RDS would report it. Thread-safe; no method waits for a database."""

    def __init__(self, databases: Databases, sites: Mapping[str, str]) -> None:
        self._databases = databases
        self._sites = sites
        self._lock = threading.RLock()
        self._workers: dict[str, ThreadPoolExecutor] = {}
        self._states: dict[str, State] = {}
        self._problems: dict[str, str] = {}
        self._waiting: dict[str, Blueprint] = {}
        self._generation = 0

    def site(self, region: str) -> str | None:
        return self._sites.get(region)

    def port(self, site: str) -> int:
        return self._databases.port(site)

    def state(self, site: str) -> State:
        with self._lock:
            return self._states.get(site, "stopped")

    def problem(self, site: str) -> str | None:
        """Why the site's last action failed, or None."""
        with self._lock:
            return self._problems.get(site)

    def start(self, site: str, blueprint: Blueprint) -> None:
        """Start the site's database; a replica that has no data yet waits until its source runs."""
        source = blueprint.source
        with self._lock:
            waits = source is not None and self.state(source) != "running" and not self._databases.exists(site)
            if blueprint.instances:
                self._states[site] = "waiting" if waits else "starting"
            if waits:
                self._waiting[site] = blueprint
                return
            self._waiting.pop(site, None)
        if source is not None and not blueprint.instances:
            self._submit(site, lambda: self._databases.mirror(site, source), lambda _: None)
        else:
            self._submit(site, lambda: self._open(site, blueprint), self._started)

    def _open(self, site: str, blueprint: Blueprint) -> None:
        if not self._databases.exists(site):
            self._databases.create(site, blueprint.dbname, blueprint.user, blueprint.password, blueprint.source)
        elif blueprint.source is None or self._databases.source(site) == blueprint.source:
            self._databases.start(site)
        else:
            self._databases.refollow(site, blueprint.source)

    def has_data(self, site: str) -> bool:
        return self._databases.exists(site)

    def follows(self, site: str) -> bool:
        """Whether the site has data that follow another's, with instances or without."""
        return self._databases.source(site) is not None

    def revive(self, site: str) -> None:
        """Start again what runs according to RDS and was killed with its region; a volume needs no instance for it."""

        def action() -> None:
            if self._databases.running(site):
                return
            if self.state(site) == "running":
                self._databases.start(site)
            elif (source := self._databases.source(site)) is not None:
                self._databases.mirror(site, source)

        self._submit(site, action, lambda _: None)

    def stop(self, site: str) -> None:
        """Stop the site's compute; its storage stays, and a replica's goes on following."""
        with self._lock:
            self._waiting.pop(site, None)
            self._states[site] = "stopped"

        def action() -> None:
            if self._databases.source(site) is not None:
                self._databases.shut(site)
            else:
                self._databases.stop(site)

        self._submit(site, action, lambda _: None)

    def delete(self, site: str) -> None:
        """Stop the site's database and remove its storage."""
        with self._lock:
            self._waiting.pop(site, None)
            self._states[site] = "stopped"
        self._submit(site, lambda: self._databases.delete(site), lambda _: None)

    def promote(self, site: str, done: Done) -> None:
        """Make the site's replica a writer with what it has; `done` is told the problem, or None."""
        self._submit(site, lambda: self._databases.promote(site), lambda _: done(self.problem(site)))

    def switchover(self, site: str, done: Done) -> None:
        """Make the site's replica the writer with all that its source wrote, and the source its replica."""
        self._submit(site, lambda: self._databases.switchover(site), lambda _: done(self.problem(site)))

    def rejoin(self, site: str, source: str, keep: str | None, done: Done) -> None:
        """Make the site's database a replica of `source`'s, after a copy of what it has is kept under that name.

        Tried again for a while: the way may just have opened.
        """

        def action() -> None:
            for attempt in range(_REJOIN_ATTEMPTS):
                try:
                    self._databases.refollow(site, source, keep)
                except Exception:  # every database fails in its own way; the last one is reported
                    if attempt == _REJOIN_ATTEMPTS - 1:
                        raise
                    time.sleep(_REJOIN_PAUSE)
                else:
                    return

        self._submit(site, action, lambda _: done(self.problem(site)))

    def open_copy(self, site: str, copy: str, name: str, done: Callable[[int], None]) -> None:
        """Start a database beside the site's own on a kept copy; `done` is told its port."""
        self._submit(site, lambda: done(self._databases.open_copy(copy, name)), lambda _: None)

    def shut_copy(self, site: str, name: str) -> None:
        """End such a database."""
        self._submit(site, lambda: self._databases.shut_copy(name), lambda _: None)

    def reset(self) -> None:
        """Delete every site's database that was ever started, and wait for it."""
        with self._lock:
            self._generation += 1
            touched = [*self._workers]
            self._states.clear()
            self._problems.clear()
            self._waiting.clear()
        for future in [self._worker(site).submit(self._databases.delete, site) for site in touched]:
            future.result()
        self._databases.drop_copies()

    def close(self) -> None:
        """End the workers; the databases are their owner's to stop."""
        with self._lock:
            workers = [*self._workers.values()]
            self._workers.clear()
        for worker in workers:
            worker.shutdown(wait=True, cancel_futures=True)

    def _submit(self, site: str, action: Callable[[], None], then: Callable[[str], None]) -> None:
        with self._lock:
            generation = self._generation

        def run() -> None:
            with self._lock:
                if generation != self._generation:
                    return  # a reset has come between
            problem: str | None = None
            try:
                action()
            except Exception as error:  # noqa: BLE001 - whatever a database says belongs into its status, as RDS reports it
                problem = f"{type(error).__name__}: {error}"
            with self._lock:
                if generation != self._generation:
                    return
                if problem is None:
                    self._problems.pop(site, None)
                else:
                    self._problems[site] = problem
            then(site)

        self._worker(site).submit(run)

    def _worker(self, site: str) -> ThreadPoolExecutor:
        with self._lock:
            if site not in self._workers:
                self._workers[site] = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"rds-{site}")
            return self._workers[site]

    def _started(self, site: str) -> None:
        with self._lock:
            if self._states.get(site) != "starting":
                return  # stopped meanwhile
            self._states[site] = "failed" if site in self._problems else "running"
            followers = [(name, plan) for name, plan in self._waiting.items() if plan.source == site]
        if self.state(site) == "running":
            for name, plan in followers:
                self.start(name, plan)
