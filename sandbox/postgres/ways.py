"""What is between databases: whom each follows, through which relay, and what keeps it from getting through."""

from collections.abc import Collection

from sandbox.postgres.relay import Relay
from sandbox.postgres.server import PostgresFailed


def region(name: str) -> str:
    """Where the database `REGION/CLUSTER` is."""
    return name.partition("/")[0]


class Ways:
    """From each database that follows another to that other. Who opens or forgets a database's way holds its lock."""

    def __init__(self) -> None:
        self._sources: dict[str, str] = {}
        self._relays: dict[str, Relay] = {}
        self._hold: float | None = None
        self._cut: frozenset[frozenset[str]] = frozenset()

    def source(self, name: str) -> str | None:
        """What this one follows; None when it is a writer of its own."""
        return self._sources.get(name)

    def open(self, name: str, source: str, port: int) -> int:
        """The port through which the database reaches its source, which listens at `port`.

        Raises PostgresFailed where they are cut off from each other.
        """
        if self.parted(name, source):
            raise PostgresFailed(f"{name} cannot follow {source}: they are cut off from each other")
        relay = self._relays.get(name)
        if relay is None:
            relay = self._relays[name] = Relay()
            relay.hold(self._hold)
        relay.target = port
        self._sources[name] = source
        relay.cut(self.parted(name, source))  # asked again: a cut may have come since
        return relay.port

    def forget(self, name: str) -> None:
        """The database follows nothing from now on; harmless where it followed nothing."""
        self._sources.pop(name, None)

    def parted(self, name: str, source: str) -> bool:
        return frozenset((region(name), region(source))) in self._cut

    def oldest(self, name: str) -> float | None:
        """Seconds that the oldest WAL has been on its way; None where nothing can get through."""
        source, relay = self._sources.get(name), self._relays.get(name)
        return None if source is None or relay is None or self.parted(name, source) else relay.oldest()

    def hold(self, seconds: float | None) -> None:
        """Keeps WAL in transit by so many seconds, in every direction; None lets it pass, what is held included."""
        self._hold = seconds
        for relay in [*self._relays.values()]:
            relay.hold(seconds)

    def cut(self, *pairs: Collection[str]) -> None:
        """Cuts these pairs of regions, and no others, off from each other: what is in transit between them is lost."""
        self._cut = frozenset(frozenset(pair) for pair in pairs)
        for name, relay in [*self._relays.items()]:
            source = self._sources.get(name)
            relay.cut(source is not None and self.parted(name, source))

    def close(self) -> None:
        for relay in self._relays.values():
            relay.close()
