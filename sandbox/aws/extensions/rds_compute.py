"""The real databases behind emulated Aurora clusters: started, promoted and rejoined in the background, as RDS does it.

One worker to a volume, so that what is done to one database stays in order and a slow one delays no other: a promotion
never waits for the lost region. A volume's name is its cluster's, `REGION/CLUSTER`.
"""

import threading
import time
from collections.abc import Callable
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
    """How to start a cluster's database. `source` is the volume it replicates, None for a writer.

    Without `instances` it is a replica's volume alone: it follows, and has no endpoint. With `copy` its first data are
    those that were kept under that name.
    """

    dbname: str
    user: str
    password: str
    source: str | None
    instances: bool = True
    copy: str | None = None


class Compute:
    """The state of each volume's database as RDS would report it. Thread-safe; no method waits for a database."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._lock = threading.RLock()
        self._workers: dict[str, ThreadPoolExecutor] = {}
        self._states: dict[str, State] = {}
        self._problems: dict[str, str] = {}
        self._waiting: dict[str, Blueprint] = {}
        self._generation = 0

    def port(self, volume: str) -> int:
        return self._databases.port(volume)

    def state(self, volume: str) -> State:
        with self._lock:
            return self._states.get(volume, "stopped")

    def problem(self, volume: str) -> str | None:
        """Why the last action failed, or None."""
        with self._lock:
            return self._problems.get(volume)

    def start(self, volume: str, blueprint: Blueprint) -> None:
        """Start the volume's database; a replica that has no data yet waits until its source runs."""
        source = blueprint.source
        with self._lock:
            waits = source is not None and self.state(source) != "running" and not self._databases.exists(volume)
            if blueprint.instances:
                self._states[volume] = "waiting" if waits else "starting"
            if waits:
                self._waiting[volume] = blueprint
                return
            self._waiting.pop(volume, None)
        if source is not None and not blueprint.instances:
            self._submit(volume, lambda: self._databases.mirror(volume, source), lambda _: None)
        else:
            self._submit(volume, lambda: self._open(volume, blueprint), self._started)

    def _open(self, volume: str, blueprint: Blueprint) -> None:
        if not self._databases.exists(volume) and blueprint.copy is not None:
            self._databases.restore(volume, blueprint.copy)
        elif not self._databases.exists(volume):
            self._databases.create(volume, blueprint.dbname, blueprint.user, blueprint.password, blueprint.source)
        elif blueprint.source is None or self._databases.source(volume) == blueprint.source:
            self._databases.start(volume)
        else:
            self._databases.refollow(volume, blueprint.source)

    def has_data(self, volume: str) -> bool:
        return self._databases.exists(volume)

    def follows(self, volume: str) -> bool:
        """Whether there are data that follow another's, with instances or without."""
        return self._databases.source(volume) is not None

    def revive(self, volume: str) -> None:
        """Start again what runs according to RDS and was killed with its region; a volume needs no instance for it."""

        def action() -> None:
            if self._databases.running(volume):
                return
            if self.state(volume) == "running":
                self._databases.start(volume)
            elif (source := self._databases.source(volume)) is not None:
                self._databases.mirror(volume, source)

        self._submit(volume, action, lambda _: None)

    def stop(self, volume: str) -> None:
        """Stop the compute; the storage stays, and a replica's goes on following."""
        with self._lock:
            self._waiting.pop(volume, None)
            self._states[volume] = "stopped"

        def action() -> None:
            if self._databases.source(volume) is not None:
                self._databases.shut(volume)
            else:
                self._databases.stop(volume)

        self._submit(volume, action, lambda _: None)

    def delete(self, volume: str) -> None:
        """Stop the volume's database and remove its storage."""
        with self._lock:
            self._waiting.pop(volume, None)
            self._states[volume] = "stopped"
        self._submit(volume, lambda: self._databases.delete(volume), lambda _: None)

    def promote(self, volume: str, done: Done) -> None:
        """Make the replica a writer with what it has; `done` is told the problem, or None."""
        self._submit(volume, lambda: self._databases.promote(volume), lambda _: done(self.problem(volume)))

    def switchover(self, volume: str, done: Done) -> None:
        """Make the replica the writer with all that its source wrote, and the source its replica."""
        self._submit(volume, lambda: self._databases.switchover(volume), lambda _: done(self.problem(volume)))

    def rejoin(self, volume: str, source: str, keep: str | None, done: Done) -> None:
        """Make the volume's database a replica of `source`'s, after a copy of what it has is kept under that name.

        Tried again for a while: the way may just have opened.
        """

        def action() -> None:
            for attempt in range(_REJOIN_ATTEMPTS):
                try:
                    self._databases.refollow(volume, source, keep)
                except Exception:  # every database fails in its own way; the last one is reported
                    if attempt == _REJOIN_ATTEMPTS - 1:
                        raise
                    time.sleep(_REJOIN_PAUSE)
                else:
                    return

        self._submit(volume, action, lambda _: done(self.problem(volume)))

    def reset(self) -> None:
        """Delete every database that was ever started, and wait for it."""
        with self._lock:
            self._generation += 1
            workers, self._workers = self._workers, {}
            self._states.clear()
            self._problems.clear()
            self._waiting.clear()
        for future in [worker.submit(self._databases.delete, volume) for volume, worker in workers.items()]:
            future.result()
        for worker in workers.values():
            worker.shutdown(wait=True)
        self._databases.drop_copies()

    def close(self) -> None:
        """End the workers; the databases are their owner's to stop."""
        with self._lock:
            workers = [*self._workers.values()]
            self._workers.clear()
        for worker in workers:
            worker.shutdown(wait=True, cancel_futures=True)

    def _submit(self, volume: str, action: Callable[[], None], then: Callable[[str], None]) -> None:
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
                    self._problems.pop(volume, None)
                else:
                    self._problems[volume] = problem
            then(volume)

        self._worker(volume).submit(run)

    def _worker(self, volume: str) -> ThreadPoolExecutor:
        with self._lock:
            if volume not in self._workers:
                self._workers[volume] = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"rds-{volume}")
            return self._workers[volume]

    def _started(self, volume: str) -> None:
        with self._lock:
            if self._states.get(volume) != "starting":
                return  # stopped meanwhile
            self._states[volume] = "failed" if volume in self._problems else "running"
            followers = [(name, plan) for name, plan in self._waiting.items() if plan.source == volume]
        if self.state(volume) == "running":
            for name, plan in followers:
                self.start(name, plan)
