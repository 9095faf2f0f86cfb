"""Databases without PostgreSQL: what RDS in the layer asked for, and the states that real ones would have."""

import threading


class DatabaseDouble:
    """Keeps who writes and who follows whom, by the clusters' names without their regions.

    `gate` holds every slow action back until it is set.
    """

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
        self._names: dict[str, str] = {}
        self._lock = threading.Lock()

    def port(self, name: str) -> int:
        return {"east": 15432, "west": 25432}.get(self._cluster(name), 35432)

    def create(self, name: str, dbname: str, user: str, password: str, source: str | None) -> None:
        cluster, source = self._cluster(name), self._cluster(source) if source else None
        self._do("create", cluster, dbname, user, source or "")
        with self._lock:
            self.stored.add(cluster)
            if source is None:
                self.writers.add(cluster)
            else:
                assert source in self.writers, f"{source} does not run"
                self.follows[cluster] = source

    def mirror(self, name: str, source: str) -> None:
        cluster, source = self._cluster(name), self._cluster(source)
        self._do("mirror", cluster, source)
        with self._lock:
            self.killed.discard(cluster)
            self.stored.add(cluster)
            assert source in self.writers, f"{source} does not run"
            self.follows[cluster] = source

    def source(self, name: str) -> str | None:
        cluster = self._cluster(name)
        return self._names[self.follows[cluster]] if cluster in self.follows else None

    def delete(self, name: str) -> None:
        cluster = self._cluster(name)
        self._do("delete", cluster)
        self._forget(cluster)
        self.stored.discard(cluster)

    def exists(self, name: str) -> bool:
        cluster = self._cluster(name)
        return cluster in self.stored

    def running(self, name: str) -> bool:
        cluster = self._cluster(name)
        return cluster not in self.killed and (cluster in self.writers or cluster in self.follows)

    def start(self, name: str) -> None:
        cluster = self._cluster(name)
        self._do("start", cluster)
        with self._lock:
            self.killed.discard(cluster)
            if cluster not in self.follows:
                self.writers.add(cluster)

    def shut(self, name: str) -> None:
        cluster = self._cluster(name)
        self._do("shut", cluster)

    def kill(self, name: str) -> None:
        """The files stay, and with them whom it follows."""
        cluster = self._cluster(name)
        with self._lock:
            self.killed.add(cluster)

    def stop(self, name: str) -> None:
        cluster = self._cluster(name)
        self._do("stop", cluster)
        self._forget(cluster)

    def promote(self, name: str) -> None:
        cluster = self._cluster(name)
        self._do("promote", cluster)
        with self._lock:
            self.follows.pop(cluster, None)
            self.writers.add(cluster)

    def refollow(self, name: str, source: str, keep: str | None = None) -> None:
        cluster, source = self._cluster(name), self._cluster(source)
        self._do("refollow", cluster, source)
        if keep is not None:
            self.copies.add(keep)
        with self._lock:
            self.writers.discard(cluster)
            self.follows[cluster] = source

    def restore(self, name: str, copy: str) -> None:
        cluster = self._cluster(name)
        self._do("restore", cluster)
        assert copy in self.copies, f"nothing was kept as {copy}"
        with self._lock:
            self.stored.add(cluster)
            self.writers.add(cluster)

    def drop_copies(self) -> None:
        self.copies.clear()

    def switchover(self, name: str) -> None:
        cluster = self._cluster(name)
        self._do("switchover", cluster)
        with self._lock:
            source = self.follows.pop(cluster)
            self.writers = self.writers - {source} | {cluster}
            self.follows[source] = cluster

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

    def _forget(self, cluster: str) -> None:
        with self._lock:
            self.writers.discard(cluster)
            self.follows.pop(cluster, None)

    def _cluster(self, name: str) -> str:
        cluster = name.rpartition("/")[2]
        self._names[cluster] = name
        return cluster
