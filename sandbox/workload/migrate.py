"""`python -m sandbox.workload.migrate`: make the intake's tables, as app_owner, where the database is a writer.

A standby has no writer and may get one at any time, and the roles come from another task: so this one
waits for both, makes the tables, and looks again, for a database that was replaced by a copy.
"""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import LiteralString

import psycopg

from sandbox.workload.connections import Connection, connect
from sandbox.workload.environment import Environment, EnvironmentIncomplete

MADE = ("orders", "outbox", "clinical_orders")
APPLICATION_ROLE = "app"
_SCHEMA = Path(__file__).with_name("schema.sql")
_LOCK = 7_244_620_118
"""Advisory lock number of the intake's migration: two tasks of one site must not race."""
_WAIT_SECONDS = 0.5
_LOOK_AGAIN_SECONDS = 15.0


def step(environment: Environment) -> str:
    """One look at the database: `made`, `present`, or what it waits for. Raises psycopg.Error."""
    with connect(environment, environment.host) as connection:
        if _value(connection, "SELECT pg_is_in_recovery()"):
            return "waiting for a writer: the database is a standby"
        if not _value(connection, "SELECT count(*) FROM pg_roles WHERE rolname = %s", APPLICATION_ROLE):
            return f"waiting for the role {APPLICATION_ROLE}"
        if all(_value(connection, "SELECT to_regclass(%s)::text", name) for name in MADE):
            return "present"
        _value(connection, "SELECT pg_advisory_xact_lock(%s)", _LOCK)
        connection.execute(_SCHEMA.read_bytes())
    return "made"


def _value(connection: Connection, query: LiteralString, *arguments: object) -> object:
    row = connection.execute(query, arguments).fetchone()
    return row[0] if row else None


def main() -> int:
    """Exit codes: 0 after SIGTERM, 2 for an incomplete environment."""
    try:
        environment = Environment.read(os.environ)
    except EnvironmentIncomplete as error:
        print(error, file=sys.stderr)
        return 2
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    said = ""
    while not stopped.is_set():
        try:
            state = step(environment)
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()
            state = f"waiting: {reason[0] if reason else type(error).__name__}"
        if state != said:
            print(f"tables of {environment.database}: {state}", flush=True)
            said = state
        stopped.wait(_LOOK_AGAIN_SECONDS if state in ("made", "present") else _WAIT_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
