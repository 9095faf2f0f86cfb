"""Accepting an order and reading it back."""

import json
import threading
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from sandbox.workload.connections import Connection, Connections, NoConnection

_INSERT_ORDER = """
    INSERT INTO orders (order_id, idempotency_key, text, site, epoch, synthetic)
    VALUES (%(order_id)s, %(key)s, %(text)s, %(site)s, {epoch}, %(synthetic)s)
    ON CONFLICT DO NOTHING
    RETURNING epoch
"""
_INSERT_MESSAGE = """
    INSERT INTO outbox (order_id, kind, payload, site, epoch)
    VALUES (%(order_id)s, 'order-accepted', %(payload)s::jsonb, %(site)s, %(epoch)s)
"""
_EXISTING = """
    SELECT order_id, idempotency_key, text, site, epoch, synthetic
    FROM orders WHERE idempotency_key = %s OR order_id = %s
"""
_FIND = "SELECT order_id, text, site, epoch, accepted_at, synthetic FROM orders WHERE order_id = %s"
_RECENT = "SELECT order_id, site, epoch FROM clinical_orders ORDER BY accepted_at DESC LIMIT 50"

EPOCH_FUNCTION = "lifeline.current_epoch()"
"""The public way to the current epoch; NULL where nothing is installed (docs/workload.md)."""
_EPOCH_LOOKUP = "SELECT to_regprocedure(%s) IS NOT NULL AND has_function_privilege(to_regprocedure(%s), 'EXECUTE')"
_LOOK_AGAIN_SECONDS = 5.0


class Refused(Exception):
    """The database does not take the write now: try again later, with the same key."""

    def __init__(self, reason: str, code: str | None = None, unknown: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        """The SQLSTATE, where the database gave one."""
        self.unknown = unknown
        """Whether the order was written cannot be told: the connection broke at its commit."""


class Conflict(Exception):
    """The key or the order id is taken by another order."""


class Unacceptable(Exception):
    """The database cannot hold such a value."""


@dataclass(frozen=True)
class Accepted:
    """`repeated`: the key had been accepted before, and nothing was written."""

    order_id: str
    site: str
    epoch: int | None
    repeated: bool

    def body(self) -> dict[str, Any]:
        return {"order_id": self.order_id, "site": self.site} | ({} if self.epoch is None else {"epoch": self.epoch})


class Orders:
    def __init__(self, site: str, writer: Connections, reader: Connections) -> None:
        self._site = site
        self._writer = writer
        self._reader = reader
        self._epoch = _EpochExpression()

    def accept(self, order_id: str, key: str, text: str, *, synthetic: bool = False) -> Accepted:
        """Write the order and its message in one transaction; of a synthetic one, the order alone.

        The insert comes first even for a repeated key: only a database that would take the write may say that
        an order is accepted. Raises Refused, Conflict, Unacceptable.
        """
        try:
            return self._attempt(order_id, key, text, synthetic, fresh=False)
        except _LostBeforeCommit:
            # The session had been ended while it was idle; nothing of this order was committed.
            try:
                return self._attempt(order_id, key, text, synthetic, fresh=True)
            except _LostBeforeCommit as error:
                raise Refused("the database ended the session") from error

    def find(self, order_id: str) -> dict[str, Any] | None:
        """An order as it was accepted, or None; reads at a standby too. Raises Refused."""
        row = self._read(_FIND, (order_id,))
        if row is None:
            return None
        accepted_at: Any = row[4]
        return dict(zip(("order_id", "text", "site", "epoch"), row, strict=False)) | {
            "accepted_at": accepted_at.isoformat(),
            "synthetic": row[5],
        }

    def recent(self) -> list[dict[str, Any]]:
        """The newest orders of patients, without their texts. Raises Refused."""
        rows = self._rows(_RECENT, ())
        return [dict(zip(("order_id", "site", "epoch"), row, strict=True)) for row in rows]

    def database(self) -> str:
        """What the database is: `writer` or `standby`. Raises Refused when it cannot be reached."""
        row = self._read("SELECT pg_is_in_recovery()", ())
        return "standby" if row and row[0] else "writer"

    def _read(self, query: str, arguments: tuple[str, ...]) -> tuple[object, ...] | None:
        return next(iter(self._rows(query, arguments)), None)

    def _rows(self, query: str, arguments: tuple[str, ...]) -> list[tuple[object, ...]]:
        try:
            for fresh in (False, True):
                with self._reader.connection(fresh) as connection:
                    try:
                        return connection.execute(query.encode(), arguments).fetchall()
                    except psycopg.OperationalError:
                        if fresh or not connection.closed:
                            raise
        except (psycopg.Error, NoConnection) as error:
            raise _refused(error) from None
        return []

    def _attempt(self, order_id: str, key: str, text: str, synthetic: bool, fresh: bool) -> Accepted:
        try:
            with self._writer.connection(fresh) as connection:
                try:
                    accepted = self._write(connection, order_id, key, text, synthetic)
                except psycopg.OperationalError as error:
                    if connection.closed:
                        raise _LostBeforeCommit from error
                    raise
                try:
                    connection.commit()
                except psycopg.OperationalError as error:
                    if connection.closed:
                        raise Refused("whether the order was written is not known", unknown=True) from error
                    raise
                return accepted
        except psycopg.DataError as error:
            raise Unacceptable(f"the database cannot hold it: SQLSTATE {error.sqlstate or 'none'}") from None
        except (psycopg.Error, NoConnection) as error:
            raise _refused(error) from None

    def _write(self, connection: Connection, order_id: str, key: str, text: str, synthetic: bool) -> Accepted:
        insert = _INSERT_ORDER.format(epoch=self._epoch.on(connection))
        values: dict[str, Any] = {"order_id": order_id, "key": key, "text": text, "site": self._site}
        values["synthetic"] = synthetic
        row = connection.execute(insert.encode(), values).fetchone()
        if row is None:
            return _repeated(connection, order_id, key, text, synthetic)
        epoch: Any = row[0]
        if not synthetic:
            values |= {"epoch": epoch, "payload": json.dumps({"order_id": order_id, "text": text})}
            connection.execute(_INSERT_MESSAGE, values)
        return Accepted(order_id, self._site, epoch, repeated=False)


class _LostBeforeCommit(Exception):
    """The connection broke and the transaction with it: nothing was written."""


class _EpochExpression:
    """The SQL for the current epoch, once it is there: the task that installs it may be later than this one."""

    def __init__(self) -> None:
        self._found = False
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def on(self, connection: Connection) -> str:
        with self._lock:
            if not self._found and time.monotonic() - self._looked >= _LOOK_AGAIN_SECONDS:
                row = connection.execute(_EPOCH_LOOKUP, (EPOCH_FUNCTION, EPOCH_FUNCTION)).fetchone()
                self._found = bool(row and row[0])
                self._looked = time.monotonic()
            return EPOCH_FUNCTION if self._found else "NULL"


def _repeated(connection: Connection, order_id: str, key: str, text: str, synthetic: bool) -> Accepted:
    row = connection.execute(_EXISTING, (key, order_id)).fetchone()
    if row is None:
        raise Refused("another request with this key or order id was under way and came to nothing")
    existing_id, existing_key, existing_text, site, epoch, existing_mark = row
    if existing_key != key:
        raise Conflict("the order id is taken by an order with another idempotency key")
    if (existing_id, existing_text, existing_mark) != (order_id, text, synthetic):
        raise Conflict("the idempotency key was used for another order")
    written_at: Any = site
    written_in: Any = epoch
    return Accepted(order_id, written_at, written_in, repeated=True)


def _refused(error: psycopg.Error | NoConnection) -> Refused:
    """Every refusal in the same words: which rule of the database it was is in the SQLSTATE."""
    if isinstance(error, NoConnection):
        return Refused(str(error))
    return Refused(f"the database refused: {type(error).__name__}", error.sqlstate)
