"""What a site's warden answers to the requests in its mailbox. One kind, one function."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import psycopg

from operations.record.attributes import Value
from operations.record.mailbox import Mailbox, Request
from operations.record.record import RecordUnreachable
from operations.warden import lease
from operations.warden.arguments import ArgumentWrong
from operations.warden.database import Connection, DatabaseUnreachable, connect, in_recovery
from operations.warden.environment import WardenEnvironment
from operations.warden.heartbeat import beats
from operations.warden.journal import say
from operations.warden.orphans import orphans
from operations.warden.standing import Standing

_LOOK_SECONDS = 0.25
"""Every letter of a promotion waits for this. At a site it costs ten million reads of the table a month, one unit each.
"""
_STATEMENT_SECONDS = 30.0
_DIGESTS = 4000
"""Most digests in one request: an item of the table is at most 400 KB."""


class Answers:
    """Answers for one site. One thread runs it; each request gets a connection of its own."""

    def __init__(self, environment: WardenEnvironment, standing: Standing, mailbox: Mailbox) -> None:
        self._environment = environment
        self._standing = standing
        self._mailbox = mailbox
        self._kinds: dict[str, Callable[[Connection, Mapping[str, Value]], dict[str, Value]]] = {
            "prove-writable": self._prove_writable,
            "revoke": self._revoke,
            "count": self._count,
            "probe": self._probe,
            "extend-lease": self._extend_lease,
            "fence-events": self._fence_events,
            "orphans": lambda connection, arguments: orphans(environment, connection, arguments),
        }

    def run(self, stop: threading.Event) -> None:
        """Looks into the mailbox, again and again, until told to stop."""
        reachable = True
        while not stop.is_set():
            try:
                self.turn()
                reachable = True
            except RecordUnreachable as unreachable:
                if reachable:
                    say("mailbox unreachable", level="warning", why=str(unreachable))
                reachable = False
            stop.wait(_LOOK_SECONDS)

    def turn(self) -> None:
        """Answers everything that waits. Raises RecordUnreachable."""
        for request in self._mailbox.pending(self._environment.site):
            answer = self.answer(request)
            say("answered", kind=request.kind, by=request.by, request=request.id, error=answer.get("error"))
            self._mailbox.answer(request, answer)

    def answer(self, request: Request) -> dict[str, Value]:
        """The answer, with `error` when it could not be done. Raises nothing."""
        site: dict[str, Value] = {"site": self._environment.site}
        kind = self._kinds.get(request.kind)
        try:
            if kind is None:
                return site | {"error": f"{request.kind!r} is no kind of request: one of {', '.join(self._kinds)}"}
            if request.expired(datetime.now(UTC)):
                return site | {"error": "nobody waits for the answer any more: nothing was done"}
            with connect(self._environment.database, _STATEMENT_SECONDS) as connection:
                return site | kind(connection, request.arguments)
        except (ArgumentWrong, DatabaseUnreachable) as error:
            return site | {"error": str(error)}
        except psycopg.Error as error:
            # Its text may quote a row.
            return site | {"error": f"the database failed: {type(error).__name__} {error.sqlstate}"}
        except ValueError:
            return site | {"error": "the request is malformed: nothing was done"}

    def _prove_writable(self, connection: Connection, _arguments: Mapping[str, Value]) -> dict[str, Value]:
        """Whether a write through the fence is committed right now."""
        if in_recovery(connection):
            return {"writable": False, "reason": "the database is a standby"}
        writable = lease.beat(connection, self._environment.site)
        reason: Value = None if writable else "the fence refuses: no valid lease"
        return {"writable": writable, "reason": reason, **_lease(lease.current(connection))}

    def _revoke(self, connection: Connection, arguments: Mapping[str, Value]) -> dict[str, Value]:
        """Ends the lease of an epoch. `settled`: no transaction that the old lease let in can still commit."""
        epoch = arguments.get("epoch")
        if not isinstance(epoch, int) or isinstance(epoch, bool):
            raise ArgumentWrong("revoke needs `epoch`, the epoch whose lease is to end, as a whole number")
        if in_recovery(connection):
            raise ArgumentWrong("the database is a standby: there is no lease to revoke here")
        if not lease.revoke(connection, self._environment.site, epoch):
            return {"revoked": False, "settled": False, **_lease(lease.current(connection))}
        self._standing.lose()
        try:
            ended = lease.settle(connection, self._environment.transaction_seconds + 1)
        except psycopg.errors.LockNotAvailable:
            return {"revoked": True, "settled": False, **_lease(lease.current(connection))}
        return {"revoked": True, "settled": True, "ended": ended, **_lease(lease.current(connection))}

    def _count(self, connection: Connection, arguments: Mapping[str, Value]) -> dict[str, Value]:
        """The rows of a table; with `column` and `digests` also which of those no row has."""
        table, column, digests = (arguments.get(name) for name in ("table", "column", "digests"))
        if not isinstance(table, str):
            raise ArgumentWrong("count needs `table`, the name of one of the application's tables")
        row = connection.execute("select lifeline.count_rows(%s)", (table,)).fetchone()
        answer: dict[str, Value] = {"rows": int(row[0]) if row else 0}
        if digests is None:
            return answer
        if not isinstance(column, str) or not isinstance(digests, list) or len(digests) > _DIGESTS:
            raise ArgumentWrong(f"count by `digests` needs `column` and at most {_DIGESTS} digests")
        missing = connection.execute("select lifeline.missing(%s, %s, %s)", (table, column, digests)).fetchall()
        return answer | {"asked": len(set(map(str, digests))), "missing": [str(digest) for (digest,) in missing]}

    def _probe(self, connection: Connection, _arguments: Mapping[str, Value]) -> dict[str, Value]:
        """How the site's database stands, at a standby too.

        `behind_seconds`: age of what was last replayed. `position`: bytes of log, null where the engine does not say.
        """
        row = connection.execute(
            "select pg_is_in_recovery(), clock_timestamp(),"
            " extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8,"
            " (select count(*) from lifeline.unguarded),"
            # Bytes of log from the beginning; written where it writes, replayed where it follows.
            " (case when pg_is_in_recovery() then pg_last_wal_replay_lsn()"
            " else pg_current_wal_lsn() end - '0/0')::bigint"
        ).fetchone()
        if row is None:
            raise ArgumentWrong("the database gave no answer")
        recovery, clock, behind, unguarded, position = row
        return {
            "writer": not recovery,
            "clock": clock.isoformat(),
            "behind_seconds": behind if recovery else None,
            "unguarded": unguarded,
            "position": position,
            "serves": self._standing.serves(),
            "heartbeats": {site: at.isoformat() for site, at in beats(connection).items()},
            **_lease(lease.current(connection)),
        }

    def _fence_events(self, connection: Connection, _arguments: Mapping[str, Value]) -> dict[str, Value]:
        """What the fence did here: orders' writes refused since it was installed, leases, break-glass extensions."""
        refused = connection.execute("select case when is_called then last_value else 0 end from lifeline.refusals")
        leases = connection.execute("select site, epoch, valid_until, revoked_at from lifeline.lease order by epoch")
        extensions = connection.execute(
            "select site, epoch, minutes, granted_by, reason, honoured_at from lifeline.lease_extension"
            " order by honoured_at"
        )
        return {
            "refused_writes": int((refused.fetchone() or (0,))[0]),
            "leases": [
                {
                    "site": site,
                    "epoch": epoch,
                    "valid_until": valid_until.isoformat(),
                    "revoked_at": revoked_at.isoformat() if revoked_at else None,
                }
                for site, epoch, valid_until, revoked_at in leases.fetchall()
            ],
            "extensions": [
                {
                    "site": site,
                    "epoch": epoch,
                    "minutes": minutes,
                    "granted_by": list(granted_by),
                    "reason": reason,
                    "honoured_at": honoured_at.isoformat(),
                }
                for site, epoch, minutes, granted_by, reason, honoured_at in extensions.fetchall()
            ],
        }

    def _extend_lease(self, _connection: Connection, _arguments: Mapping[str, Value]) -> dict[str, Value]:
        """Always refused: who can ask here reaches the table, and while it answers the lease renews by itself."""
        return {"extended": False, "reason": "the control table answers, so the lease needs no extension"}


def _lease(held: lease.Lease | None) -> dict[str, Value]:
    if held is None:
        return {"holder": None, "epoch": None, "valid_until": None, "remaining": None, "lease_revoked": None}
    return {
        "holder": held.site,
        "epoch": held.epoch,
        "valid_until": held.valid_until.isoformat(),
        "remaining": held.remaining,
        "lease_revoked": held.revoked,
    }
