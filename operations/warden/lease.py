"""The lease in the site's database: in which order clock, record and row are asked, and how it ends early."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from operations.record.record import Record
from operations.warden.database import Connection

REFUSED = "LL001"
"""SQLSTATE of a write that the fence refuses."""


@dataclass(frozen=True)
class Lease:
    """The row that counts: the one of the highest epoch. Times are the database's clock."""

    site: str
    epoch: int
    valid_until: datetime
    taken_at: datetime
    revoked: bool
    remaining: float
    """Seconds that it was still valid when it was read; negative when it had run out."""


@dataclass(frozen=True)
class Round:
    """One attempt to renew. `outcome`: renewed, late, overtaken, revoked, superseded, gave up, standby, ahead.

    ahead: the record names another site in an older epoch than this site's own valid lease, because a promotion could
    not write it. The lease then lasts as long as it was granted for.
    """

    record: Record
    outcome: str


def current(connection: Connection) -> Lease | None:
    """The lease that counts in this database, on a standby too; None when none was ever held."""
    row = connection.execute(
        "select site, epoch, valid_until, taken_at, revoked_at is not null,"
        " extract(epoch from valid_until - clock_timestamp())::float8 from lifeline.lease order by epoch desc limit 1"
    ).fetchone()
    return Lease(*row) if row else None


def renew(connection: Connection, site: str, seconds: float, read: Callable[[], Record]) -> Round:
    """Takes or extends the lease if the record names this site, gives an older one up if it names another.

    The database's clock is asked before `read`, a strongly consistent read of the record, and the lease ends `seconds`
    after that: however long this process is held up in between, what it writes was true in time or is not written.
    Raises what `read` raises, and psycopg's errors.
    """
    asked_at = _value(connection, "select clock_timestamp()")
    record = read()
    if record.active != site:
        if _value(connection, "select lifeline.give_up(%s)", record.epoch):
            return Round(record, "gave up")
        held = current(connection)
        ahead = held is not None and held.site == site and held.epoch > record.epoch and held.remaining > 0
        return Round(record, "ahead" if ahead else "standby")
    outcome = _value(
        connection, "select lifeline.renew(%s, %s, %s, %s)", site, record.epoch, asked_at, timedelta(seconds=seconds)
    )
    return Round(record, str(outcome))


def revoke(connection: Connection, site: str, epoch: int) -> bool:
    """Ends the lease of `epoch` now, for good; False when a later one is held. Returns after the commit."""
    return _value(connection, "select lifeline.revoke(%s, %s)", site, epoch) == "revoked"


def settle(connection: Connection, patience: float) -> int:
    """Waits up to `patience` seconds for writers that were let in before a revocation, and ends older snapshots.

    Returns the number of sessions ended. Raises psycopg.errors.LockNotAvailable when someone is still there.
    """
    with connection.transaction():
        connection.execute(f"set local statement_timeout = {int((2 * patience + 1) * 1000)}".encode())
        return int(str(_value(connection, "select lifeline.settle(%s)", timedelta(seconds=patience))))


def beat(connection: Connection, site: str) -> bool:
    """A test write through the fence: True when it was committed, False when the fence refused it."""
    try:
        connection.execute(
            "insert into lifeline.heartbeat values (%s, clock_timestamp())"
            " on conflict (site) do update set beat_at = excluded.beat_at",
            (site,),
        )
    except psycopg.DatabaseError as error:
        if error.sqlstate != REFUSED:
            raise
        return False
    return True


def _value(connection: Connection, statement: str, *parameters: object) -> object:
    row = connection.execute(statement.encode(), parameters).fetchone()
    return row[0] if row else None
