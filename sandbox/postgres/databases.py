"""The clusters' databases as the emulated RDS sees them: made, followed, promoted, cut off.

A database's name is `REGION/CLUSTER`, as `us-east-1/nl-fhir-east`: what stands before the slash is where it is.
"""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from sandbox.postgres import place
from sandbox.postgres.copies import Copies
from sandbox.postgres.server import HOST, PostgresFailed, Server, free_port
from sandbox.postgres.ways import Ways, region


@dataclass(frozen=True)
class Lag:
    """How far a standby is behind. `seconds`: the age of the oldest WAL that is still on its way."""

    seconds: float
    bytes: int


@dataclass
class _Database:
    """One name's: what it keeps while it has no server is its port."""

    region: str
    zone: str
    port: int = field(default_factory=free_port)
    lock: threading.RLock = field(default_factory=threading.RLock)
    server: Server | None = None

    @property
    def running(self) -> bool:
        return self.server is not None and self.server.running


class Databases:
    """One PostgreSQL cluster a name, at most; a standby follows its source by a way of its own. Thread-safe."""

    def __init__(self, state_dir: Path) -> None:
        """Nothing is made or started here."""
        self._state_dir = state_dir
        self._found_place: place.Place | None = None
        self._place_lock = threading.Lock()
        self._known: dict[str, _Database] = {}
        self._known_lock = threading.Lock()
        self._read_only: frozenset[str] = frozenset()
        self._copies = Copies()
        self._ways = Ways()

    @property
    def names(self) -> list[str]:
        """Those that have data, running or not."""
        return [name for name, known in [*self._known.items()] if known.server is not None]

    def create(
        self,
        name: str,
        dbname: str,
        user: str,
        password: str,
        source: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Makes and starts the database. Returns when it answers.

        Without `source` it is the founder: a new cluster with the database `dbname` and the master `user`. With it, a
        streaming standby made by a base backup through the relay. `settings` are PostgreSQL parameters beside the
        sandbox's own. Raises PostgresFailed.
        """
        known = self._of(name)
        with known.lock:
            server = self._new(name, known.port, settings)
            if source is not None:
                self._copy(name, server, source)
                return
            try:
                server.initialise()
                server.start()
                self._found(server, dbname, user, password)
            except BaseException:
                server.remove()
                raise
            self._put(known, server)

    def restore(self, name: str, copy: str) -> None:
        """Makes and starts a writer with the data that a refollow kept as `copy`. Raises PostgresFailed."""
        known = self._of(name)
        with known.lock:
            server = self._new(name, known.port)
            try:
                self._copies.give(copy, server)
                server.start()
            except BaseException:
                server.remove()
                raise
            self._put(known, server)

    def mirror(self, name: str, source: str) -> None:
        """Makes the database's data follow `source` without an endpoint, as a volume without instances does.

        The server answers at a port that nobody is told; `start` opens the database's own. Harmless where it runs.
        Raises PostgresFailed.
        """
        known = self._of(name)
        with known.lock:
            if known.server is not None:
                known.server.start()
                self._restrict(known)
            else:
                self._copy(name, self._new(name, free_port()), source)

    def delete(self, name: str) -> None:
        """Ends the server and deletes its files; harmless when there is none."""
        known = self._of(name)
        with known.lock:
            server, known.server = known.server, None
            self._ways.forget(name)
            if server is not None:
                server.remove()

    def port(self, name: str) -> int:
        """The port on 127.0.0.1 that the database has or will have: known before there is compute."""
        return self._of(name).port

    def exists(self, name: str) -> bool:
        return self._of(name).server is not None

    def running(self, name: str) -> bool:
        return self._of(name).running

    def source(self, name: str) -> str | None:
        """What this one follows; None when it is a writer of its own."""
        return self._ways.source(name)

    def start(self, name: str) -> None:
        """Starts the server at its endpoint; one that ran without an endpoint is started anew."""
        known = self._of(name)
        with known.lock:
            self._server(name).open_at(known.port)
            self._restrict(known)

    def shut(self, name: str) -> None:
        """Closes the endpoint; the server goes on following its source elsewhere."""
        known = self._of(name)
        with known.lock:
            self._server(name).open_at(free_port())
            self._restrict(known)

    def stop(self, name: str) -> None:
        """A clean shutdown; a standby that can be reached has received everything before it returns."""
        with self._of(name).lock:
            self._server(name).stop()

    def kill(self, name: str) -> None:
        """An end without notice. Whatever the relay holds still arrives, unless it is cut."""
        with self._of(name).lock:
            self._server(name).kill()

    def promote(self, name: str) -> None:
        """Makes the standby a writer with what it has received; the former source is left as it is."""
        known = self._of(name)
        with known.lock:
            self._server(name).promote()
            self._ways.forget(name)

    def refollow(self, name: str, source: str, keep: str | None = None) -> str:
        """Makes a former writer follow `source`; what it alone had is gone, but for a copy that is kept as `keep`.

        Returns the way: `rewind` or `base backup`.
        Raises PostgresFailed; the database is then stopped.
        """
        known = self._of(name)
        with known.lock:
            server = self._server(name)
            way = self._way(name, source)
            server.stop()
            if keep is not None:
                self._copies.keep(self._place(), server, keep)
            try:
                server.rewind_to(way)
                server.start()
                how = "rewind"
            except PostgresFailed:
                server.kill()
                server.copy_from(way)  # the WAL since the histories parted is gone, or one of them is damaged
                server.start()
                how = "base backup"
            self._restrict(known)
            return how

    def switchover(self, name: str) -> None:
        """The planned way: the source stops cleanly, the standby gets everything, is promoted, and is followed."""
        source = self.source(name)
        if source is None:
            raise PostgresFailed(f"{name} follows nothing: there is nothing to switch over")
        if self._ways.parted(name, source):
            raise PostgresFailed(f"{source} and {name} are cut off from each other: only a failover is possible")
        self.stop(source)
        self.promote(name)
        self.refollow(source, name)

    def is_writer(self, name: str) -> bool:
        """True when the server answers and is not in recovery."""
        try:
            return self.running(name) and self._server(name).query("select pg_is_in_recovery()") is False
        except (psycopg.Error, PostgresFailed):
            return False

    def lag(self, name: str) -> Lag | None:
        """How far the standby is behind its source; None when that cannot be known (which is not zero)."""
        source, oldest = self.source(name), self._ways.oldest(name)
        if source is None or oldest is None or not self.running(source) or not self.running(name):
            return None
        try:
            written = self._server(source).query("select pg_current_wal_lsn() - '0/0'")
            replayed = self._server(name).query("select pg_last_wal_replay_lsn() - '0/0'")
        except (psycopg.Error, PostgresFailed):
            return None
        behind = max(0, int(written) - int(replayed or 0))
        return Lag(seconds=oldest if behind else 0.0, bytes=behind)

    def hold(self, seconds: float | None) -> None:
        """Keeps WAL in transit by so many seconds, in every direction; None lets it pass, what is held included."""
        self._ways.hold(seconds)

    def cut(self, *pairs: Collection[str]) -> None:
        """Cuts these pairs of regions, and no others, off from each other: what is in transit between them is lost."""
        self._ways.cut(*pairs)

    def read_only(self, *regions: str) -> None:
        """Lets the servers of these regions, and of no others, refuse every write (SQLSTATE 25006) while they answer
        as ever."""
        changed = self._read_only ^ set(regions)
        self._read_only = frozenset(regions)
        for known in [*self._known.values()]:
            if known.region in changed:
                with known.lock:
                    self._restrict(known)

    def lose_zones(self, lost: Collection[str]) -> None:
        """Moves servers out of zones that are lost, as Aurora does: connections end, nothing committed does.

        Losing all three zones is losing the region (`dark --kill`), and does nothing here.
        """
        for known in [*self._known.values()]:
            with known.lock:
                left = [zone for letter in "abc" if (zone := f"{known.region}{letter}") not in lost]
                if known.server is not None and known.running and known.zone in lost and left:
                    known.zone = left[0]
                    known.server.kill()
                    known.server.start()
                    self._restrict(known)

    def drop_copies(self) -> None:
        """Deletes every copy that was kept."""
        self._copies.clear()

    def dsn(self, name: str, dbname: str, user: str) -> str:
        """A libpq connection string to the database's own server."""
        return f"host={HOST} port={self.port(name)} dbname={dbname} user={user}"

    def close(self) -> None:
        """Ends every server and relay and removes their files."""
        for name in self.names:
            self.delete(name)
        self._copies.clear()
        self._ways.close()
        self._known.clear()
        with self._place_lock:
            if self._found_place is not None:
                self._found_place.give_away()
                self._found_place = None

    def _of(self, name: str) -> _Database:
        with self._known_lock:
            if name not in self._known:
                where = region(name)
                self._known[name] = _Database(where, f"{where}a")
            return self._known[name]

    def _place(self) -> place.Place:
        """Found when first needed: it can mean a copy of PostgreSQL outside the sandbox's state."""
        with self._place_lock:
            if self._found_place is None:
                self._found_place = place.find(self._state_dir)
            return self._found_place

    def _new(self, name: str, port: int, settings: Mapping[str, str] | None = None) -> Server:
        if self.exists(name):
            raise PostgresFailed(f"{name} has a database already: delete it first")
        return Server(self._place(), place.Place.safe(name), port, settings or {})

    def _put(self, known: _Database, server: Server) -> None:
        known.server = server
        self._restrict(known)

    def _restrict(self, known: _Database) -> None:
        """Makes the running server read-only or not: copies of a data folder bring the other's setting along."""
        if known.server is not None and known.running:
            known.server.set("default_transaction_read_only", "on" if known.region in self._read_only else None)

    def _server(self, name: str) -> Server:
        server = self._of(name).server
        if server is None:
            raise PostgresFailed(f"{name} has no database: create it first")
        return server

    def _copy(self, name: str, server: Server, source: str) -> None:
        known = self._of(name)
        try:
            server.copy_from(self._way(name, source))
            server.start()
        except BaseException:
            self._ways.forget(name)
            server.remove()
            raise
        self._put(known, server)

    def _way(self, name: str, source: str) -> int:
        return self._ways.open(name, source, self.port(source))

    @staticmethod
    def _found(server: Server, dbname: str, user: str, password: str) -> None:
        with server.connect() as connection:
            connection.execute(
                sql.SQL("create role {} superuser login password {}").format(
                    sql.Identifier(user), sql.Literal(password)
                )
            )
            connection.execute(
                sql.SQL("create database {} owner {}").format(sql.Identifier(dbname), sql.Identifier(user))
            )
