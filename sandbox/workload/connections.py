"""Connections to the site's database: a few, re-used, and opened anew when the database has closed them.

The database may end a session at any time (a transaction over its time limit, a restart, a promotion), so a pool that
cannot replace its connections is a pool that stays broken.
"""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from sandbox.workload.environment import Environment

Connection = psycopg.Connection[tuple[object, ...]]
_CONNECT_SECONDS = 2


class NoConnection(Exception):
    """No connection is free, or none can be made."""


def connect(environment: Environment, host: str) -> Connection:
    """One new connection; raises psycopg.OperationalError."""
    return psycopg.connect(
        host=host,
        port=environment.database_port,
        dbname=environment.database,
        user=environment.user,
        password=environment.password,
        connect_timeout=_CONNECT_SECONDS,
        application_name=environment.service,
    )


class Connections:
    """At most `size` connections to one host. `wait`: seconds for a free one."""

    def __init__(self, environment: Environment, host: str, size: int, wait: float = 2.0) -> None:
        self._environment = environment
        self._host = host
        self._wait = wait
        self._places = threading.BoundedSemaphore(size)
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue()

    @contextmanager
    def connection(self, fresh: bool = False) -> Iterator[Connection]:
        """Borrow a connection; `fresh` opens a new one and drops the idle ones, which may be as dead as the last.

        What is uncommitted when it comes back is rolled back. Raises NoConnection.
        """
        if not self._places.acquire(timeout=self._wait):
            raise NoConnection("all database connections are in use")
        try:
            connection = self._borrow(fresh)
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close the idle connections."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _borrow(self, fresh: bool) -> Connection:
        if fresh:
            self.close()
        while True:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                break
            if not connection.closed:
                return connection
        try:
            return connect(self._environment, self._host)
        except psycopg.OperationalError as error:
            raise NoConnection(f"the database cannot be reached: {_first_line(error)}") from None

    def _give_back(self, connection: Connection) -> None:
        try:
            if not connection.closed:
                connection.rollback()
        except psycopg.Error:
            connection.close()
        if not connection.closed:
            self._idle.put(connection)


def _first_line(error: Exception) -> str:
    """The reason without the server's hints, which can hold host names and users."""
    text = str(error).strip().splitlines()
    return text[0].rsplit("FATAL:", 1)[-1].strip() if text else type(error).__name__
