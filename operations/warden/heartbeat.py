"""A duty of the warden: each second a test write that replicates, published, and how old the newest replicated one is.

Together they measure what a failover lost: the last that was written at the old site against the newest that had
arrived at the other.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg

from operations.record.heartbeats import Heartbeat, Heartbeats
from operations.record.record import RecordUnreachable
from operations.warden import lease
from operations.warden.database import Connection, DatabaseUnreachable, connect, in_recovery
from operations.warden.environment import WardenEnvironment
from operations.warden.journal import say
from operations.warden.metric import NAMESPACE, dimensions

METRIC = "replication_lag_seconds"
EVERY_SECONDS = 1.0
_STATEMENT_SECONDS = 2.0


class Heart:
    """Beats for one site. One thread runs it; what fails is said once and changes nothing."""

    def __init__(
        self, environment: WardenEnvironment, heartbeats: Heartbeats, client_factory: Callable[[str, str], Any]
    ) -> None:
        self._environment = environment
        self._heartbeats = heartbeats
        self._client_factory = client_factory
        self._connection: Connection | None = None
        self._sent_at = float("-inf")
        self._failing: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Beats until told to stop."""
        while not stop.is_set():
            try:
                self.turn()
                self._failing = None
            except RecordUnreachable as unreachable:
                self._complain("heartbeat not published", str(unreachable))
            except (DatabaseUnreachable, psycopg.Error) as error:
                self._forget()
                self._complain("no heartbeat", type(error).__name__)
            except Exception as error:  # noqa: BLE001 - whatever CloudWatch or the SDK does, the heart goes on
                self._complain("replication lag not sent", type(error).__name__)
            stop.wait(EVERY_SECONDS)
        self._forget()

    def turn(self) -> None:
        """One beat at a writer, one look at a standby."""
        connection = self._connect()
        if in_recovery(connection):
            if time.monotonic() - self._sent_at >= self._environment.interval:
                self._send_lag(connection)
                self._sent_at = time.monotonic()
            self._forget()  # the writer's endpoint may lead to another server next time
        elif lease.beat(connection, self._environment.site):
            held = lease.current(connection)
            at = beats(connection).get(self._environment.site)
            if at is not None:
                beat = Heartbeat(self._environment.site, at, held.epoch if held else 0, EVERY_SECONDS)
                self._heartbeats.publish(beat)

    def _send_lag(self, connection: Connection) -> None:
        """By two clocks, the writer's and this database's: it is as exact as they agree."""
        newest = max(beats(connection).values(), default=None)
        if newest is None:
            return
        row = connection.execute("select clock_timestamp()").fetchone()
        now = row[0] if row else datetime.now(UTC)
        datum = {
            "MetricName": METRIC,
            "Dimensions": dimensions(self._environment),
            "Value": max(0.0, (now - newest).total_seconds()),
            "Unit": "Seconds",
        }
        client = self._client_factory("cloudwatch", self._environment.region)
        client.put_metric_data(Namespace=NAMESPACE, MetricData=[datum])

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._environment.database, _STATEMENT_SECONDS)
        return self._connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _complain(self, event: str, why: str) -> None:
        if self._failing != event:
            self._failing = event
            say(event, level="warning", why=why)


def beats(connection: Connection) -> dict[str, datetime]:
    """Site → its newest heartbeat that this database has, by the clock of the database that wrote it."""
    rows = connection.execute("select site, beat_at from lifeline.heartbeat").fetchall()
    return {str(site): at for site, at in rows}
