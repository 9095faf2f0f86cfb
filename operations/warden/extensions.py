"""Extensions of PostgreSQL that the application builds on: only the master user may make some of them."""

from collections.abc import Sequence

from psycopg import sql

from operations.warden.database import Connection


def missing(connection: Connection, wanted: Sequence[str]) -> list[str]:
    """Those of `wanted` that the database does not have."""
    rows = connection.execute("select extname from pg_extension where extname = any(%s)", (list(wanted),)).fetchall()
    there = {name for (name,) in rows}
    return [name for name in wanted if name not in there]


def add(connection: Connection, wanted: Sequence[str]) -> list[str]:
    """Makes what is missing and the server offers, each by itself; returns what it does not offer."""
    names = missing(connection, wanted)
    rows = connection.execute("select name from pg_available_extensions where name = any(%s)", (names,)).fetchall()
    offered = {name for (name,) in rows}
    for name in names:
        if name in offered:
            connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(name)))
    return [name for name in names if name not in offered]
