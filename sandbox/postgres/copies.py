"""Copies of a server's data, taken while it is stopped, that another server can be given."""

import itertools
import shutil
import threading
from pathlib import Path

from sandbox.postgres.place import Place
from sandbox.postgres.server import PostgresFailed, Server

KEPT = 4
"""The newest copies that stay; each is as large as the data."""


class Copies:
    """Kept by name. Thread-safe."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._folders: dict[str, Path] = {}
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

    def give(self, name: str, server: Server) -> None:
        """Make the stopped server's data those of the copy, without a source. Raises PostgresFailed."""
        with self._lock:
            if name not in self._folders:
                raise PostgresFailed(f"there is no copy {name or 'of that snapshot'}: it was dropped, or never taken")
            server.take(self._folders[name])

    def clear(self) -> None:
        """Delete everything."""
        with self._lock:
            for folder in self._folders.values():
                shutil.rmtree(folder, ignore_errors=True)
            self._folders.clear()
