"""The way between a standby and the server that it follows: a TCP relay that can be slow, or cut.

`recovery_min_apply_delay` would be no lag at all (a promotion replays everything that has arrived), so WAL is kept back
in transit: what is still in the relay when it is cut is lost to the standby, as it is when a region is lost.
"""

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any

HOST = "127.0.0.1"
_CHUNK = 1 << 16
_HELD_LIMIT = 256 << 20
"""Bytes that one connection may have in transit before the sender has to wait."""
_COPY_BOTH = ord("W")


class _Stream:
    """Tells when the server has gone over to streaming WAL: only from there on are bytes held back.

    Logging in through a relay that holds each answer for seconds would take minutes.
    """

    def __init__(self) -> None:
        self.begun = False
        self._head = b""
        self._skip = 0

    def feed(self, data: bytes) -> None:
        """Follows the messages (type, length, body) that the server sends."""
        while data and not self.begun:
            if self._skip:
                step = min(self._skip, len(data))
                self._skip -= step
                data = data[step:]
                continue
            take = 5 - len(self._head)
            self._head, data = self._head + data[:take], data[take:]
            if len(self._head) == 5:
                self.begun = self._head[0] == _COPY_BOTH
                self._skip = int.from_bytes(self._head[1:], "big") - 4
                self._head = b""


class _Connection:
    """One standby's connection: requests go up at once, WAL comes down when it is due."""

    def __init__(self, relay: "Relay", down: asyncio.StreamWriter, up: asyncio.StreamWriter) -> None:
        self.relay = relay
        self.down = down
        self.up = up
        self.held: deque[tuple[float, bytes]] = deque()
        self.size = 0
        self.changed = asyncio.Event()
        self.handed = asyncio.Event()

    async def carry(self, from_down: asyncio.StreamReader, from_up: asyncio.StreamReader) -> None:
        tasks = [
            asyncio.ensure_future(work)
            for work in (self._send_up(from_down), self._take_in(from_up), self._hand_down())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.close()

    def close(self) -> None:
        self.held.clear()
        self.down.transport.abort()
        self.up.transport.abort()

    async def _send_up(self, source: asyncio.StreamReader) -> None:
        while data := await source.read(_CHUNK):
            self.up.write(data)
            await self.up.drain()

    async def _take_in(self, source: asyncio.StreamReader) -> None:
        stream = _Stream()
        while data := await source.read(_CHUNK):
            # Before streaming: due at once, whatever the delay.
            self.held.append((time.monotonic() if stream.begun else 0.0, data))
            self.size += len(data)
            stream.feed(data)
            self.changed.set()
            await self._room(_HELD_LIMIT)
        await self._room(0)  # the server has closed: what it sent before still arrives

    async def _room(self, limit: int) -> None:
        """Waits until no more than `limit` bytes are held."""
        while self.size > limit:
            self.handed.clear()
            await self.handed.wait()

    async def _hand_down(self) -> None:
        while True:
            if not self.held:
                self.changed.clear()
                await self.changed.wait()
                continue
            wait = self.held[0][0] + self.relay.delay - time.monotonic()
            if wait > 0:
                self.changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), wait)
                continue
            _, data = self.held.popleft()
            self.size -= len(data)
            self.down.write(data)
            await self.down.drain()
            self.handed.set()


class Relay:
    """Listens on `port`, forwards to `target` (a port on this host, which may change). Own thread, thread-safe."""

    def __init__(self) -> None:
        self.target: int | None = None
        self.delay = 0.0
        """Seconds that WAL is kept in transit."""
        self.is_cut = False
        self._connections: set[_Connection] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres-relay", daemon=True)
        self._thread.start()
        self._server = self._call(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]

    def hold(self, seconds: float | None) -> None:
        """Keeps WAL back by so many seconds; None lets everything pass, what is held included."""
        self.delay = seconds or 0.0
        self._call(self._wake())

    def cut(self, cut: bool) -> None:
        """Closes the way (what is in transit is dropped) or opens it again."""
        self.is_cut = cut
        if cut:
            self._call(self._drop())

    def oldest(self) -> float:
        """Seconds that the oldest bytes in transit have been held; 0 when there are none."""
        return float(self._call(self._age()))

    def close(self) -> None:
        """Ends the relay; harmless a second time."""
        if self._thread.is_alive():
            self.is_cut = True
            self._call(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, HOST, 0)

    async def _accept(self, from_down: asyncio.StreamReader, down: asyncio.StreamWriter) -> None:
        if self.is_cut or self.target is None:
            down.transport.abort()
            return
        try:
            from_up, up = await asyncio.open_connection(HOST, self.target)
        except OSError:
            down.transport.abort()
            return
        connection = _Connection(self, down, up)
        self._connections.add(connection)
        try:
            if not self.is_cut:  # it may have been cut while we connected
                await connection.carry(from_down, from_up)
        finally:
            connection.close()
            self._connections.discard(connection)

    async def _wake(self) -> None:
        for connection in self._connections:
            connection.changed.set()

    async def _drop(self) -> None:
        for connection in self._connections:
            connection.close()

    async def _age(self) -> float:
        since = [connection.held[0][0] for connection in self._connections if connection.held]
        return max(0.0, time.monotonic() - min(since)) if since else 0.0

    async def _end(self) -> None:
        self._server.close()
        await self._drop()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:  # each sees that its connection is gone and ends by itself
            await asyncio.wait(others, timeout=5)
