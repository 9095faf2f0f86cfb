"""Databases without PostgreSQL: what RDS in the layer asked for, and the states that real ones would have."""

import threading


class DatabaseDouble:
    """Keeps who writes and who follows whom. `gate` holds every slow action back until it is set."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.done: list[tuple[str, ...]] = []
        self.writers: set[str] = set()
        self.follows: dict[str, str] = {}
        self.failing: str | None = None
        self.stored: set[str] = set()
        self.killed: set[str] = set()
        self.copies: set[str] = set()
        self._lock = threading.Lock()

    def port(self, site: str) -> int:
        return {"east": 15432, "west": 25432}[site]

    def create(self, site: str, dbname: str, user: str, password: str, source: str | None) -> None:
        self._do("create", site, dbname, user, source or "")
        with self._lock:
            self.stored.add(site)
            if source is None:
                self.writers.add(site)
            else:
                assert source in self.writers, f"{source} does not run"
                self.follows[site] = source

    def mirror(self, site: str, source: str) -> None:
        self._do("mirror", site, source)
        with self._lock:
            self.killed.discard(site)
            self.stored.add(site)
            assert source in self.writers, f"{source} does not run"
            self.follows[site] = source

    def source(self, site: str) -> str | None:
        return self.follows.get(site)

    def delete(self, site: str) -> None:
        self._do("delete", site)
        self._forget(site)
        self.stored.discard(site)

    def exists(self, site: str) -> bool:
        return site in self.stored

    def running(self, site: str) -> bool:
        return site not in self.killed and (site in self.writers or site in self.follows)

    def start(self, site: str) -> None:
        self._do("start", site)
        with self._lock:
            self.killed.discard(site)
            if site not in self.follows:
                self.writers.add(site)

    def shut(self, site: str) -> None:
        self._do("shut", site)

    def kill(self, site: str) -> None:
        """The files stay, and with them whom it follows."""
        with self._lock:
            self.killed.add(site)

    def stop(self, site: str) -> None:
        self._do("stop", site)
        self._forget(site)

    def promote(self, site: str) -> None:
        self._do("promote", site)
        with self._lock:
            self.follows.pop(site, None)
            self.writers.add(site)

    def refollow(self, site: str, source: str, keep: str | None = None) -> None:
        self._do("refollow", site, source)
        if keep is not None:
            self.copies.add(keep)
        with self._lock:
            self.writers.discard(site)
            self.follows[site] = source

    def open_copy(self, copy: str, name: str) -> int:
        self._do("open copy", name)
        assert copy in self.copies, f"nothing was kept as {copy}"
        return 35432

    def shut_copy(self, name: str) -> None:
        self._do("shut copy", name)

    def drop_copies(self) -> None:
        self.copies.clear()

    def switchover(self, site: str) -> None:
        self._do("switchover", site)
        with self._lock:
            source = self.follows.pop(site)
            self.writers = {site}
            self.follows[source] = site

    def clear(self) -> None:
        with self._lock:
            self.done.clear()
            self.writers.clear()
            self.follows.clear()
            self.stored.clear()
            self.killed.clear()
            self.copies.clear()
        self.failing = None
        self.gate.set()

    def actions(self) -> list[tuple[str, ...]]:
        with self._lock:
            return [*self.done]

    def _do(self, action: str, *arguments: str) -> None:
        assert self.gate.wait(10), "a test left the gate closed"
        with self._lock:
            self.done.append((action, *arguments))
        if self.failing == action:
            raise OSError(f"{action} failed: no space left on device")

    def _forget(self, site: str) -> None:
        with self._lock:
            self.writers.discard(site)
            self.follows.pop(site, None)
