"""The warden's first duty: every quarter of the lease, renew it, test a write, and remember how things stand."""

import threading
import time
from collections.abc import Callable

import psycopg

from operations.record.record import Record, RecordUnreachable
from operations.warden import lease
from operations.warden.database import Connection, DatabaseUnreachable, connect, in_recovery
from operations.warden.environment import WardenEnvironment
from operations.warden.extension import Extensions, GrantRefused, extend
from operations.warden.journal import say
from operations.warden.standing import Standing


class Keeper:
    """Keeps the lease. One thread runs it; `round` is one turn, whatever happens in it."""

    def __init__(
        self, environment: WardenEnvironment, standing: Standing, read: Callable[[], Record], extensions: Extensions
    ) -> None:
        """`read`: a strongly consistent read of the record."""
        self._environment = environment
        self._standing = standing
        self._read = read
        self._extensions = extensions
        self._connection: Connection | None = None
        self._last_said: dict[str, str] = {}

    def run(self, stop: threading.Event) -> None:
        """Turns until told to stop."""
        while not stop.is_set():
            began = time.monotonic()
            self.round()
            stop.wait(max(0.0, self._environment.interval - (time.monotonic() - began)))
        self._forget()

    def round(self) -> None:
        """One turn. Raises nothing that the next turn could mend."""
        began = time.monotonic()
        try:
            connection = self._connect()
            writer = not in_recovery(connection)
            if writer:
                self._renew(connection, began)
                if lease.beat(connection, self._environment.site):
                    self._standing.beat(began)
            else:
                self._standing.renewed(None)
                self._say("waiting for a writer", "the database is a standby")
            changes, asked = self._standing.changes, time.monotonic()
            self._standing.observe(lease.current(connection), writer, asked, changes)
            if not writer:
                self._forget()  # the writer's endpoint may lead to another server next time
        except DatabaseUnreachable as error:
            self._say("database unreachable", str(error), level="warning")
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName):
            self._say("waiting for the fence", "it is not installed in this database", level="warning")
        except psycopg.Error as error:
            self._forget()
            self._say("database failed", f"{type(error).__name__} {error.sqlstate}", level="warning")
        self._watch_age()

    def _renew(self, connection: Connection, began: float) -> None:
        environment = self._environment
        try:
            done = lease.renew(connection, environment.site, environment.lease_seconds, self._read)
        except RecordUnreachable as unreachable:
            self._say("the record cannot be read", str(unreachable), level="warning")
            self._break_glass(connection)
            return
        except ValueError as malformed:
            self._say("the record cannot be read", str(malformed), level="alarm")
            return
        self._last_said.pop("the record cannot be read", None)
        if done.outcome in ("renewed", "overtaken"):
            self._standing.renewed(began)
        elif done.outcome not in ("late", "ahead"):
            self._standing.renewed(None)
            if self._standing.view().holds:
                self._standing.lose()
        if done.outcome == "ahead":
            why = "this site was promoted while it could not be written; repair it: lifeline promote --resume"
            self._say("THE RECORD IS BEHIND THIS SITE'S LEASE", why, level="alarm")
        level = "info" if done.outcome in ("renewed", "standby") else "warning"
        self._say("lease", f"{done.outcome} in epoch {done.record.epoch}", level)

    def _break_glass(self, connection: Connection) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            grant = self._extensions.look()
            if grant is not None and extend(connection, self._environment.site, grant):
                say(
                    "LEASE TAKEN WITHOUT THE RECORD" if grant.promotes else "LEASE EXTENDED WITHOUT THE RECORD",
                    level="alarm",
                    minutes=grant.minutes,
                    by=grant.by,
                    reason=grant.reason,
                    danger="if another site was promoted meanwhile, two sites now take writes",
                )
        except GrantRefused as refused:
            self._say("lease extension refused", str(refused), level="alarm")
        except (BotoCoreError, ClientError) as error:
            self._say("lease extension unknown", f"SSM: {type(error).__name__}", level="warning")

    def _watch_age(self) -> None:
        age = self._standing.lease_age()
        if age is not None and age > self._environment.lease_seconds / 2:
            self._say("the lease is not renewed", "writes stop when it runs out: see docs/fence.md", level="alarm")
        else:
            self._last_said.pop("the lease is not renewed", None)

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._environment.database, max(2.0, self._environment.interval))
        return self._connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _say(self, event: str, what: str, level: str = "info") -> None:
        """Says what is new; the same again, turn for turn, would bury it."""
        if self._last_said.get(event) != what:
            self._last_said[event] = what
            say(event, level=level, what=what)
