"""Puts the fence into the site's database, before any service starts there, and keeps it there.

`python -m operations.warden.install [--once]`. Waits for a writer (at a standby that is until a promotion), installs,
then looks again each minute: RDS wants event triggers dropped before a major upgrade, and roles can be altered by hand.
The extensions that the application builds on are made on the way, since that too takes the master user.
Only `transaction_timeout` of sessions opened later follows a change of TRANSACTION_SECONDS.
"""

import os
import sys
import time
from collections.abc import Sequence
from importlib.resources import files

import psycopg
from psycopg import sql

from operations.warden import extensions
from operations.warden.database import Connection, DatabaseUnreachable, connect, in_recovery
from operations.warden.environment import EnvironmentIncomplete, InstallerEnvironment, installer_environment
from operations.warden.journal import say

BOUNDED_ROLES = ("app", "app_owner")
"""Roles whose transactions are ended after TRANSACTION_SECONDS: a late commit must not outlive the fence's wait."""
_PARTS = ("fence.sql", "lease.sql", "rescue.sql", "rights.sql")
_LOOK_SECONDS = 60.0
_WAIT_SECONDS = 2.0
_STATEMENT_SECONDS = 60.0


def script() -> str:
    """The fence's SQL, in the order in which its parts need each other."""
    folder = files("operations.warden")
    return "\n".join(folder.joinpath(part).read_text(encoding="utf-8") for part in _PARTS)


def install(connection: Connection, transaction_seconds: float) -> None:
    """Installs or mends the fence, all or nothing, as the master user at a writer. Raises psycopg's errors."""
    bound = f"{int(transaction_seconds * 1000)}ms"
    with connection.transaction():
        connection.execute(script().encode())
        for role in BOUNDED_ROLES:
            connection.execute(
                sql.SQL("alter role {} set transaction_timeout = {}").format(sql.Identifier(role), sql.Literal(bound))
            )
        connection.execute(
            "insert into lifeline.settings values ('transaction_timeout', %s)"
            " on conflict (name) do update set value = excluded.value",
            (bound,),
        )


def faults(connection: Connection, transaction_seconds: float) -> list[str]:
    """What is not as `install` leaves it; empty when all is well."""
    exists = connection.execute("select to_regclass('lifeline.unguarded') is not null").fetchone()
    if exists is None or not exists[0]:
        return ["the fence is not installed"]
    found: list[str] = []
    for (relation,) in connection.execute("select relation::text from lifeline.unguarded").fetchall():
        found.append(f"{relation} carries no fence")
    event = "select 1 from pg_event_trigger where evtname = 'lifeline_guard' and evtenabled = 'A'"
    if connection.execute(event).fetchone() is None:
        found.append("new tables get no fence: the event trigger is missing")
    bound = f"transaction_timeout={int(transaction_seconds * 1000)}ms"
    rows = connection.execute(
        "select rolname from pg_roles where rolname = any(%s) and %s = any(rolconfig)", (list(BOUNDED_ROLES), bound)
    ).fetchall()
    found += [f"transactions of {role} are not bounded" for role in BOUNDED_ROLES if (role,) not in rows]
    owned = connection.execute(
        "select c.oid::regclass::text from pg_class c where c.relkind in ('r', 'p', 'f')"
        " and c.relowner = 'app'::regrole and c.relpersistence <> 't'"
    ).fetchall()
    found += [f"{relation} belongs to app, which could take its fence away" for (relation,) in owned]
    return found


def look(environment: InstallerEnvironment, first: bool) -> bool:
    """One look: mends what is wrong; at the first look installs in any case, for a newer script. False at a standby."""
    with connect(environment.database, _STATEMENT_SECONDS) as connection:
        if in_recovery(connection):
            return False
        for name in extensions.add(connection, environment.extensions):
            say("the server does not offer an extension", level="alarm", extension=name)
        found = faults(connection, environment.transaction_seconds)
        if not found and not first:
            return True
        say("installing the fence", level="info" if first else "warning", faults=found)
        install(connection, environment.transaction_seconds)
        left = faults(connection, environment.transaction_seconds)
        for fault in left:
            say("the fence has a fault", level="alarm", fault=fault)
        if not left:
            say("the fence stands")
        return True


def main(arguments: Sequence[str]) -> int:
    """Runs until it is ended; with `--once` until the fence stands. Returns an exit code."""
    try:
        environment = installer_environment(os.environ)
    except EnvironmentIncomplete as error:
        say("cannot start", level="alarm", why=str(error))
        return 2
    last, first = "", True
    while True:
        pause = _WAIT_SECONDS
        try:
            if look(environment, first):
                if "--once" in arguments:
                    return 0
                last, first, pause = "", False, _LOOK_SECONDS
            elif last != (last := "the database is a standby"):
                say("waiting for a writer", why=last)
        except (DatabaseUnreachable, psycopg.Error) as error:
            if last != (last := str(error)):
                say("waiting for a writer", level="warning", why=last)
        time.sleep(pause)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
