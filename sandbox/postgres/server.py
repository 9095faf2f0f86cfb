"""One PostgreSQL server: made, started, promoted, rewound, stopped."""

import os
import random
import shutil
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sandbox.postgres.place import Place
from sandbox.processes import Process

HOST = "127.0.0.1"
SUPERUSER = "postgres"
"""The sandbox's own login; the application's master user is another."""

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    # A server that is gone for a while must find the WAL it lacks; pg_rewind needs the WAL since the histories parted.
    "wal_keep_size": "512MB",
    "min_wal_size": "5MB",
    # Only a crash of the machine could lose what the operating system has; killed processes lose nothing.
    "fsync": "off",
    "wal_retrieve_retry_interval": "200ms",
    "wal_receiver_status_interval": "1s",
    # A relay that holds back everything must not look like a dead peer.
    "wal_sender_timeout": "0",
    "wal_receiver_timeout": "0",
    "log_min_messages": "warning",
}


class PostgresFailed(Exception):
    """A server or one of its tools did not do what was asked; names the log."""


def free_port() -> int:
    """A port that nobody listens on, below those given to outgoing connections: it may be bound only later."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port


class Server:
    """The cluster in `<place>/<name>`. Not thread-safe: its owner serialises."""

    def __init__(self, place: Place, name: str, port: int, settings: Mapping[str, str]) -> None:
        self.port = port
        """Where it answers, or will once it is started."""
        self._place = place
        self._name = name
        self._settings = {**_SETTINGS, **settings}
        self._folder = place.folder(name)
        self._data = self._folder / "data"
        self._log = place.logs / f"{name}.log"
        self._process: Process | None = None
        self._upstream: int | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.running else None

    def initialise(self) -> None:
        """Makes a new, empty cluster in the place of whatever lay there."""
        self._clear()
        # Each timeline begins a segment of its own, and each rewind, base backup and copy takes all that are there.
        options = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--wal-segsize=1"]
        self._tool("initdb", f"--pgdata={self._data}", f"--username={SUPERUSER}", *options)
        self._configure()

    def copy_from(self, upstream: int) -> None:
        """Makes a standby by a base backup from the server behind the port."""
        self._clear()
        source = self._conninfo(upstream)
        options = ["--checkpoint=fast", "--wal-method=stream", "--no-sync", "--no-manifest"]
        self._tool("pg_basebackup", f"--pgdata={self._data}", f"--dbname={source}", *options)
        self._follow(upstream)

    def copy_to(self, folder: Path) -> None:
        """Copies the data into the folder; the server is stopped."""
        shutil.copytree(self._data, folder / "data")
        self._place.own(folder)

    def take(self, folder: Path) -> None:
        """Makes this server's data those of a copy: a server that follows nobody."""
        self._clear()
        shutil.copytree(folder / "data", self._data)
        (self._data / "standby.signal").unlink(missing_ok=True)
        self._place.own(self._folder)

    def rewind_to(self, upstream: int) -> None:
        """Takes a former primary back to where its history and the upstream's parted. Raises PostgresFailed."""
        source = self._conninfo(upstream)
        self._tool(
            "pg_rewind", f"--target-pgdata={self._data}", f"--source-server={source} dbname=postgres", "--no-sync"
        )
        self._follow(upstream)

    def start(self, patience: float = 60.0) -> None:
        """Starts and waits until it answers. Raises PostgresFailed."""
        if self.running:
            return
        options = ["-c", f"port={self.port}"]
        if self._upstream is not None:
            options += ["-c", f"primary_conninfo={self._conninfo(self._upstream)}"]
        self._process = self._spawn("postgres", "-D", str(self._data), *options)
        deadline = time.monotonic() + patience
        while True:
            try:
                self.query("select 1")
                return
            except psycopg.OperationalError as error:
                if not self.running:
                    raise PostgresFailed(f"the server {self._name} ended at its start: see {self._log}") from error
                if time.monotonic() > deadline:
                    self.kill()
                    raise PostgresFailed(f"the server {self._name} did not answer: {error}; see {self._log}") from error
                time.sleep(0.02)

    def open_at(self, port: int) -> None:
        """Starts, or moves to the port, which ends what is connected. Raises PostgresFailed."""
        if port != self.port:
            self.stop()
            self.port = port
        self.start()

    def stop(self) -> None:
        """A clean end: clients are disconnected, a standby that listens gets everything first."""
        self._end(signal.SIGINT, grace=30.0)

    def kill(self) -> None:
        """An end without notice, as when the machine is lost; what was committed is on disk."""
        self._end(signal.SIGQUIT, grace=3.0)

    def promote(self) -> None:
        """Ends recovery; returns when the server takes writes. Raises PostgresFailed."""
        if self.query("select pg_is_in_recovery()") is True and self.query("select pg_promote(true, 60)") is not True:
            raise PostgresFailed(f"the server {self._name} is still in recovery after 60 s: see {self._log}")
        self._upstream = None

    def set(self, parameter: str, value: str | None) -> None:
        """Sets a parameter of the whole server, for sessions that are open too; None takes it back."""
        name = sql.Identifier(parameter)
        statement = (
            sql.SQL("alter system reset {}").format(name)
            if value is None
            else sql.SQL("alter system set {} = {}").format(name, sql.Literal(value))
        )
        with self.connect() as connection:
            connection.execute(statement)
            connection.execute("select pg_reload_conf()")

    def query(self, statement: str, dbname: str = "postgres") -> Any:
        """The first column of the first row; None when there is none. Raises psycopg's errors."""
        with self.connect(dbname) as connection:
            row = connection.execute(statement.encode()).fetchone()
            return row[0] if row else None

    def connect(self, dbname: str = "postgres") -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection as superuser that commits each statement."""
        return psycopg.connect(
            host=HOST, port=self.port, user=SUPERUSER, dbname=dbname, autocommit=True, connect_timeout=5
        )

    def remove(self) -> None:
        """Ends the server and deletes its files."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self, number: int, grace: float) -> None:
        if self._process is not None:
            self._process.stop(number, grace)
            self._process = None

    def _clear(self) -> None:
        if self._data.exists():
            shutil.rmtree(self._data)

    def _follow(self, upstream: int) -> None:
        self._configure()
        (self._data / "standby.signal").touch()
        self._upstream = upstream

    def _configure(self) -> None:
        """Into the file, not onto the command line: pg_rewind recovers a killed server by itself, and without
        `wal_keep_size` that recovery recycles the very WAL that the rewind then reads."""
        lines = [f"{name} = '{value}'" for name, value in self._settings.items()]
        (self._data / "postgresql.conf").write_text("\n".join(lines) + "\n")

    def _conninfo(self, port: int) -> str:
        return f"host={HOST} port={port} user={SUPERUSER} application_name={self._name}"

    def _spawn(self, program: str, *arguments: str) -> Process:
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "PGCONNECT_TIMEOUT": "5"}
        argv = [str(self._place.programs / program), *arguments]
        return Process.start(argv, environment, self._folder, self._log, self._place.account)

    def _tool(self, program: str, *arguments: str, patience: float = 120.0) -> None:
        process = self._spawn(program, *arguments)
        code = process.wait(patience)
        if code is None:
            process.kill()
            raise PostgresFailed(f"{program} for {self._name} took more than {patience:.0f} s: see {self._log}")
        if code != 0:
            last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
            raise PostgresFailed(f"{program} for {self._name} failed: {' '.join(last)}; see {self._log}")
