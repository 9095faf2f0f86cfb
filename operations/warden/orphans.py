"""Rows that an abandoned copy of the site's database has and nobody else: found by digest, handed over sealed.

The copy is a cluster restored from the snapshot that a failover leaves; the site's own database follows the new
primary by then, so what it lacks, nobody has. Identifiers leave the site as digests, rows only under the seal of the
operator who asked.
"""

import time
from collections.abc import Mapping
from dataclasses import replace

from operations.record.attributes import Value
from operations.record.rows import packed
from operations.record.seal import seal
from operations.warden.arguments import number, text
from operations.warden.database import Connection, connect
from operations.warden.environment import WardenEnvironment

PAGE = 4000
"""Rows compared at once."""
MOST_ROWS = 200
MOST_BYTES = 200_000
"""Of one answer's sealed rows: an item of the control table is at most 400 KB."""
_SECONDS = 15.0
_STATEMENT_SECONDS = 30.0


def orphans(environment: WardenEnvironment, connection: Connection, arguments: Mapping[str, Value]) -> dict[str, Value]:
    """One stretch of the copy's table, from row `after` on.

    Arguments: `host` and `port` of the copy, `table`, `column`, `after`, `seal` (a public key; see
    operations/record/seal.py). Answer: `next` (None when the table's end was reached), `looked` (rows compared),
    `digests` of the orphans in it, and they themselves in `sealed`, packed under the seal.
    """
    host = text(arguments, "host", "where the copy answers")
    port = number(arguments, "port", "the copy's port")
    table, column = text(arguments, "table", "a table"), text(arguments, "column", "its identifier's column")
    key = text(arguments, "seal", "the asker's public key")
    after = start = number(arguments, "after", "how many rows to pass over")
    found: list[str] = []
    rows: list[str] = []
    ended = False
    until = time.monotonic() + _SECONDS
    with connect(replace(environment.database, hosts=(host,), port=port), _STATEMENT_SECONDS) as copy:
        while not (ended or found) and time.monotonic() < until:
            page = _column(copy, "select lifeline.digests(%s, %s, %s, %s)", table, column, after, PAGE)
            lacking = set(_column(connection, "select lifeline.missing(%s, %s, %s)", table, column, page))
            wanted = [digest for digest in page if digest in lacking][:MOST_ROWS]
            if wanted:
                rows = _column(
                    copy, "select lifeline.rescue(%s, %s, %s, %s, %s)::text", table, column, after, len(page), wanted
                )
                found, rows = _fitting(wanted, rows)
                # No further than the last one taken: what follows it comes with the next request.
                size = page.index(found[-1]) + 1
                ended = size == len(page) < PAGE
                after += size
            else:
                ended = len(page) < PAGE
                after += len(page)
    return {
        "next": None if ended else after,
        "looked": after - start,
        "digests": list(found),
        "sealed": seal(key, packed(rows)) if rows else None,
    }


def _fitting(wanted: list[str], rows: list[str]) -> tuple[list[str], list[str]]:
    """As many as one answer carries, at least one."""
    size = 0
    for count, row in enumerate(rows):
        size += len(row.encode())
        if count and size > MOST_BYTES:
            return wanted[:count], rows[:count]
    return wanted, rows


def _column(connection: Connection, statement: str, *parameters: object) -> list[str]:
    return [str(row[0]) for row in connection.execute(statement.encode(), parameters).fetchall()]
