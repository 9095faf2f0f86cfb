"""The sites' databases as the emulated RDS sees them: made, followed, promoted, cut off."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from sandbox.postgres import place
from sandbox.postgres.copies import Copies
from sandbox.postgres.relay import Relay
from sandbox.postgres.server import HOST, PostgresFailed, Server, free_port


@dataclass(frozen=True)
class Lag:
    """How far a standby is behind. `seconds`: the age of the oldest WAL that is still on its way."""

    seconds: float
    bytes: int


class Databases:
    """One PostgreSQL cluster a site, at most; a standby follows its source through a relay of its own. Thread-safe."""

    def __init__(self, state_dir: Path, regions: Mapping[str, str]) -> None:
        """`regions`: site → region, the sites that may have a database. Nothing is made or started here."""
        self.regions = dict(regions)
        self._state_dir = state_dir
        self._found_place: place.Place | None = None
        self._place_lock = threading.Lock()
        self._ports = {site: free_port() for site in regions}
        self._servers: dict[str, Server] = {}
        self._relays: dict[str, Relay] = {}
        self._sources: dict[str, str] = {}
        self._locks = {site: threading.RLock() for site in regions}
        self._read_only: set[str] = set()
        self._zones = {site: f"{region}a" for site, region in regions.items()}
        self._copies = Copies()
        self._hold: float | None = None
        self._cut = False

    def create(
        self,
        site: str,
        dbname: str,
        user: str,
        password: str,
        source: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Makes and starts the site's cluster. Returns when it answers.

        Without `source` it is the founder: a new cluster with the database `dbname` and the master `user`. With it, a
        streaming standby made by a base backup through the relay. `settings` are PostgreSQL parameters beside the
        sandbox's own. Raises PostgresFailed.
        """
        with self._locks[site]:
            if site in self._servers:
                raise PostgresFailed(f"{site} has a database already: delete it first")
            server = Server(self._place(), site, self._ports[site], settings or {})
            if source is not None:
                self._copy(site, server, source)
                return
            try:
                server.initialise()
                server.start()
                self._found(server, dbname, user, password)
            except BaseException:
                server.remove()
                raise
            self._servers[site] = server
            self._restrict(site)

    def mirror(self, site: str, source: str) -> None:
        """Makes the site's data follow `source` without an endpoint, as a volume without instances does.

        The server answers at a port that nobody is told; `start` opens the site's own. Harmless where it runs.
        Raises PostgresFailed.
        """
        with self._locks[site]:
            if site in self._servers:
                self._server(site).start()
                self._restrict(site)
            else:
                self._copy(site, Server(self._place(), site, free_port(), {}), source)

    def delete(self, site: str) -> None:
        """Ends the site's cluster and deletes its files; harmless when there is none."""
        with self._locks[site]:
            server = self._servers.pop(site, None)
            self._sources.pop(site, None)
            if server is not None:
                server.remove()

    def port(self, site: str) -> int:
        """The port on 127.0.0.1 that the site's cluster has or will have: known before there is compute."""
        return self._ports[site]

    def exists(self, site: str) -> bool:
        return site in self._servers

    def running(self, site: str) -> bool:
        return site in self._servers and self._servers[site].running

    def source(self, site: str) -> str | None:
        """The site that this one follows; None when it is a writer of its own."""
        return self._sources.get(site)

    def start(self, site: str) -> None:
        """Starts the site's server at its endpoint; one that ran without an endpoint is started anew."""
        with self._locks[site]:
            self._server(site).open_at(self._ports[site])
            self._restrict(site)

    def shut(self, site: str) -> None:
        """Closes the endpoint; the server goes on following its source elsewhere."""
        with self._locks[site]:
            self._server(site).open_at(free_port())
            self._restrict(site)

    def stop(self, site: str) -> None:
        """A clean shutdown; a standby that can be reached has received everything before it returns."""
        with self._locks[site]:
            self._server(site).stop()

    def kill(self, site: str) -> None:
        """An end without notice. Whatever the relay holds still arrives, unless it is cut."""
        with self._locks[site]:
            self._server(site).kill()

    def promote(self, site: str) -> None:
        """Makes the standby a writer with what it has received; the former source is left as it is."""
        with self._locks[site]:
            self._server(site).promote()
            self._sources.pop(site, None)

    def refollow(self, site: str, source: str, keep: str | None = None) -> str:
        """Makes a former writer follow `source`; what it alone had is gone, but for a copy that is kept as `keep`.

        Returns the way: `rewind` or `base backup`.
        Raises PostgresFailed; the site is then stopped.
        """
        with self._locks[site]:
            server = self._server(site)
            way = self._way(site, source)
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
            self._restrict(site)
            return how

    def switchover(self, site: str) -> None:
        """The planned way: the source stops cleanly, the standby gets everything, is promoted, and is followed."""
        source = self._sources.get(site)
        if source is None:
            raise PostgresFailed(f"{site} follows nothing: there is nothing to switch over")
        if self._cut:
            raise PostgresFailed(f"{source} and {site} are cut off from each other: only a failover is possible")
        self.stop(source)
        self.promote(site)
        self.refollow(source, site)

    def is_writer(self, site: str) -> bool:
        """True when the site's server answers and is not in recovery."""
        try:
            return self.running(site) and self._servers[site].query("select pg_is_in_recovery()") is False
        except psycopg.Error:
            return False

    def lag(self, site: str) -> Lag | None:
        """How far the standby is behind its source; None when that cannot be known (which is not zero)."""
        source = self._sources.get(site)
        if source is None or self._cut or not self.running(source) or not self.running(site):
            return None
        try:
            written = self._servers[source].query("select pg_current_wal_lsn() - '0/0'")
            replayed = self._servers[site].query("select pg_last_wal_replay_lsn() - '0/0'")
        except psycopg.Error:
            return None
        behind = max(0, int(written) - int(replayed or 0))
        return Lag(seconds=self._relays[site].oldest() if behind else 0.0, bytes=behind)

    def hold(self, seconds: float | None) -> None:
        """Keeps WAL in transit by so many seconds, in every direction; None lets it pass, what is held included."""
        self._hold = seconds
        for relay in list(self._relays.values()):
            relay.hold(seconds)

    def cut(self, cut: bool) -> None:
        """Cuts the sites off from each other (what is in transit is lost), or lets them meet again."""
        self._cut = cut
        for relay in list(self._relays.values()):
            relay.cut(cut)

    def read_only(self, site: str, on: bool) -> None:
        """Lets the site's server refuse every write (SQLSTATE 25006) while it answers as ever, or no longer."""
        with self._locks[site]:
            if on != (site in self._read_only):
                self._read_only ^= {site}
                self._restrict(site)

    def lose_zones(self, site: str, lost: Collection[str]) -> None:
        """Moves the site's server out of a zone that is lost, as Aurora does: connections end, nothing committed does.

        Losing all three zones is losing the region (`dark --kill`), and does nothing here.
        """
        with self._locks[site]:
            if self._zones[site] not in lost or not self.running(site):
                return
            left = [zone for letter in "abc" if (zone := f"{self.regions[site]}{letter}") not in lost]
            if left:
                self._zones[site] = left[0]
                self.kill(site)
                self._server(site).start()
                self._restrict(site)

    def open_copy(self, copy: str, name: str) -> int:
        """Starts a server called `name` on a copy that a refollow kept; returns its port. Raises PostgresFailed."""
        return self._copies.open(self._place(), copy, name)

    def shut_copy(self, name: str) -> None:
        """Ends such a server; the copy stays."""
        self._copies.shut(name)

    def drop_copies(self) -> None:
        """Ends every such server and deletes every copy."""
        self._copies.clear()

    def dsn(self, site: str, dbname: str, user: str) -> str:
        """A libpq connection string to the site's own server."""
        return f"host={HOST} port={self.port(site)} dbname={dbname} user={user}"

    def close(self, keep_files: bool = False) -> None:
        """Ends every server and relay and removes their files."""
        for site in self.regions:
            if keep_files and site in self._servers:
                self.stop(site)
            else:
                self.delete(site)
        self._copies.clear()
        for relay in list(self._relays.values()):
            relay.close()
        self._relays.clear()
        if not keep_files:
            with self._place_lock:
                if self._found_place is not None:
                    self._found_place.give_away()
                    self._found_place = None

    def _place(self) -> place.Place:
        """Found when first needed: it can mean a copy of PostgreSQL outside the sandbox's state."""
        with self._place_lock:
            if self._found_place is None:
                self._found_place = place.find(self._state_dir)
            return self._found_place

    def _restrict(self, site: str) -> None:
        """Makes the running server read-only or not: copies of a data folder bring the other's setting along."""
        if self.running(site):
            self._servers[site].set("default_transaction_read_only", "on" if site in self._read_only else None)

    def _server(self, site: str) -> Server:
        if site not in self._servers:
            raise PostgresFailed(f"{site} has no database: create it first")
        return self._servers[site]

    def _copy(self, site: str, server: Server, source: str) -> None:
        try:
            server.copy_from(self._way(site, source))
            server.start()
        except BaseException:
            self._sources.pop(site, None)
            server.remove()
            raise
        self._servers[site] = server
        self._restrict(site)

    def _way(self, site: str, source: str) -> int:
        """The port through which the site reaches its source."""
        if self._cut:
            raise PostgresFailed(f"{site} cannot follow {source}: they are cut off from each other")
        relay = self._relays.get(site)
        if relay is None:
            relay = self._relays[site] = Relay()
            relay.hold(self._hold)
            relay.cut(self._cut)
        relay.target = self.port(source)
        self._sources[site] = source
        return relay.port

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
