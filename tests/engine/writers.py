"""A writer at 50 Hz to each site's database, straight at the server: nothing between could hide a second one."""

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.engine.estate import Estate

HERTZ = 50
TABLE = "fence_probe"
INSERT = "INSERT INTO fence_probe DEFAULT VALUES RETURNING at"


@dataclass
class Acknowledged:
    """What one database accepted: (this machine's monotonic clock before, after, the database's own clock)."""

    site: str
    writes: list[tuple[float, float, Any]] = field(default_factory=list)
    refusals: int = 0
    codes: set[str] = field(default_factory=set)


class Writers:
    """A thread for each site, or for each of those that are named, from `start` to `stop`."""

    def __init__(self, it: Estate, *sites: str) -> None:
        ports = {site: it.database_at(site)["port"] for site in sites or it.settings.sites}
        self._name = it.settings.application.replace("-", "_")
        self._stop = threading.Event()
        self.seen = {site: Acknowledged(site) for site in ports}
        self._threads = [
            threading.Thread(target=self._write, args=(self.seen[site], port), daemon=True)
            for site, port in ports.items()
        ]

    @staticmethod
    def prepare(it: Estate, site: str) -> None:
        """A table of the application's, made as a migration makes one: the event trigger puts the fence on it."""
        with it.database(site) as database:
            database.execute("SET ROLE app_owner")
            database.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (at timestamptz NOT NULL DEFAULT clock_timestamp())")
            database.execute(f"GRANT INSERT, SELECT ON {TABLE} TO app")

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, seen: Acknowledged, port: int) -> None:
        import psycopg

        connection: Any = None
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                if connection is None or connection.closed:
                    connection = psycopg.connect(
                        host="127.0.0.1", port=port, dbname=self._name, user="app", autocommit=True, connect_timeout=2
                    )
                row = connection.execute(INSERT).fetchone()
                seen.writes.append((began, time.monotonic(), row[0]))
            except psycopg.Error as error:
                seen.refusals += 1
                seen.codes.add(error.sqlstate or type(error).__name__)
            self._stop.wait(max(0.0, 1 / HERTZ - (time.monotonic() - began)))

    def never_both(self) -> bool:
        """Whether at no instant both databases acknowledged: the sites' acknowledged writes do not interleave."""
        moments = sorted((after, site) for site, seen in self.seen.items() for _, after, _ in seen.writes)
        changes = sum(1 for (_, one), (_, other) in itertools.pairwise(moments) if one != other)
        return changes <= 1
