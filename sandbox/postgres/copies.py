"""Copies of a server's data, taken while it is stopped, and servers of their own on such copies."""

import itertools
import shutil
import threading
from pathlib import Path

from sandbox.postgres.place import Place
from sandbox.postgres.server import PostgresFailed, Server, free_port

KEPT = 4
"""The newest copies that stay; each is as large as the data."""


class Copies:
    """Kept by name, opened under another name, each on a port of its own. Thread-safe."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._folders: dict[str, Path] = {}
        self._opened: dict[str, Server] = {}
        self._lock = threading.Lock()

    def keep(self, place: Place, server: Server, name: str) -> None:
        """Copy the stopped server's data. What is kept under the name already stays: it is older, and whole."""
        with self._lock:
            if name not in self._folders:
                folder = place.folder(f"copy-{next(self._numbers)}-{place.safe(name)}")
                server.copy_to(folder)
                self._folders[name] = folder
                for old in list(self._folders)[:-KEPT]:
                    shutil.rmtree(self._folders.pop(old), ignore_errors=True)

    def open(self, place: Place, name: str, under: str) -> int:
        """Start a server on a copy of the copy, without a source; returns its port. Raises PostgresFailed."""
        with self._lock:
            if name not in self._folders:
                raise PostgresFailed(f"there is no copy {name}: it was dropped, or never taken")
            server = Server(place, place.safe(under), free_port(), {})
            server.take(self._folders[name])
            server.start()
            self._opened[under] = server
            return server.port

    def shut(self, under: str) -> None:
        """End a server that was opened, and delete its data; the copy stays. Harmless where there is none."""
        with self._lock:
            server = self._opened.pop(under, None)
        if server is not None:
            server.remove()

    def clear(self) -> None:
        """End and delete everything."""
        for under in list(self._opened):
            self.shut(under)
        with self._lock:
            for folder in self._folders.values():
                shutil.rmtree(folder, ignore_errors=True)
            self._folders.clear()
