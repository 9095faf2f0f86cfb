"""The whole story, told live: two regions up, one dies, the next order is served, the lost ones are counted.

Every step is what a user could type; a part that fails ends the demo with an error.
"""

import getpass
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.settings.load import environment
from infra.settings.model import Settings
from sandbox import lifecycle, orders
from sandbox.control import Control
from sandbox.folder import Folder, Running
from sandbox.load import Load

if TYPE_CHECKING:
    from operations.status import Seen
    from operations.topology import Topology

ORDERS = 500
LAG_SECONDS = 3.0
RATE = 40.0
"""Orders a second while the region dies; what replication holds back is about LAG_SECONDS times this."""
READY_SECONDS = 120
SERVED_SECONDS = 120


class DemoFailed(RuntimeError):
    """A part of the demo did not do what it is there to show."""


class Demo:
    """One run in the sandbox `name` of the project in `root`; `say` prints a line of progress."""

    def __init__(self, root: Path, name: str, say: Callable[[str], None]) -> None:
        self._root, self._say = root, say
        self._folder = Folder(root, name)
        self._began = time.monotonic()

    def run(self) -> "Seen":
        """Returns both sites as they are afterwards. Raises DemoFailed, or what the failing part raised."""
        running = self._start()
        os.environ.update(lifecycle.environment(self._folder, running) | lifecycle.ONE_SAVE)
        for key in lifecycle.UNSET:
            os.environ.pop(key, None)
        stacks = environment(self._root, "production", self._folder.overlay)
        settings = next(iter(stacks.values()))
        old = settings.active_site
        new = settings.peer(old)
        self._up(list(stacks))
        self._wait_ready(running, old)
        self._tell(f"{ORDERS} orders through the edge, served by {old} ({settings.sites[old].region})")
        done = self._load(running, count=ORDERS, rate=None).start().wait()
        self._tell(f"{done.acknowledged} of {done.sent} acknowledged")
        if done.acknowledged != ORDERS:
            raise DemoFailed(f"only {done.acknowledged} of {ORDERS} orders were acknowledged")
        self._lose(running, settings, old, new)
        self._count(settings, new)
        return self._look(settings)

    def _start(self) -> Running:
        stack = next(iter(environment(self._root, "production")))
        running, new = lifecycle.start(self._root, self._folder.name, stack, lease_seconds=10, transaction_seconds=5)
        if new:
            self._tell(f"sandbox {self._folder.name} started; edge at http://127.0.0.1:{running.edge}")
        else:
            lifecycle.reset(self._folder)
            self._tell(f"sandbox {self._folder.name} was running: emptied, and used again")
        return running

    def _up(self, stacks: list[str]) -> None:
        from operations.stacks.engine import Engine

        engine = Engine(self._root)
        for stack in stacks:
            changes = engine.up(stack)
            counts = ", ".join(f"{count} {kind}" for kind, count in changes.counts.items() if count)
            self._tell(f"pulumi up, stack {stack}: {counts}")

    def _wait_ready(self, running: Running, site: str) -> None:
        """Until the edge serves an order's way in: its pool is healthy and the service answers."""
        deadline = time.monotonic() + READY_SECONDS
        last = "nothing answered yet"
        while time.monotonic() < deadline:
            status, body = self._ask(running, "GET", "/.well-known/lifeline")
            if status == 200 and json.loads(body).get("site") == site:
                status, body = self._ask(running, "GET", "/health")
                if status == 200:
                    self._tell(f"{site} holds its lease and serves")
                    return
            last = f"{status}: {body[:200]!r}"
            time.sleep(0.25)
        raise DemoFailed(f"{site} did not serve within {READY_SECONDS} s: the edge last said {last}")

    def _lose(self, running: Running, settings: Settings, old: str, new: str) -> None:
        """The region goes dark under load while replication lags; a promotion moves the service."""
        from operations.topology import from_settings

        control = Control(running)
        control.post("/lag", {"seconds": LAG_SECONDS})
        self._tell(f"replication now lags by {LAG_SECONDS:.0f} s; orders keep coming, {RATE:.0f} a second")
        ordering = self._load(running, count=None, rate=RATE).start()
        try:
            time.sleep(2 * LAG_SECONDS)
            region = settings.sites[old].region
            control.post("/dark", {"region": region})
            self._tell(f"{region} is dark: nothing crosses its border any more")
            lost_at = time.monotonic()
            self._promote(from_settings(settings), old, new)
            self._next_order(running, new, lost_at)
        finally:
            ordering.stop()

    def _promote(self, topology: "Topology", old: str, new: str) -> None:
        from operations.recovery.begin import Wish, prepare
        from operations.recovery.move import World
        from operations.recovery.promotion import execute
        from operations.steps.executor import Event

        def tell(event: Event) -> None:
            if event.state not in ("checking", "verifying"):
                self._say(f"    {event.step}: {event.state}{f': {event.note}' if event.note else ''}")

        wish = Wish(target=new, mode="failover", by=f"{getpass.getuser()}@demo")
        ready = prepare(topology, wish, old, self._root, World(), letters=True)
        ended = execute(ready, self._root, tell)
        if ended.outcome != "promoted":
            raise DemoFailed(ended.problem)
        self._tell(f"promoted to {new} under epoch {ended.epoch}")

    def _load(self, running: Running, count: int | None, rate: float | None) -> Load:
        url = f"http://127.0.0.1:{running.edge}"
        return Load(url, running.host, count, self._folder.acknowledged, rate, threads=8)

    def _next_order(self, running: Running, site: str, lost_at: float) -> None:
        deadline = time.monotonic() + SERVED_SECONDS
        status, body = 0, b""
        key = f"demo-{os.urandom(8).hex()}"
        while time.monotonic() < deadline:
            order = {"order_id": key, "text": "the next order"}
            status, body = self._ask(running, "POST", "/orders", order, {"idempotency-key": key})
            if status == 201:
                served = json.loads(body)["site"]
                if served != site:
                    raise DemoFailed(f"the next order was served from {served}, not from {site}")
                self._tell(
                    f"the next order is served from {site}, {time.monotonic() - lost_at:.1f} s after the region died"
                )
                return
            time.sleep(0.2)
        raise DemoFailed(f"no order was served within {SERVED_SECONDS} s: the edge last said {status}: {body[:200]!r}")

    def _count(self, settings: Settings, surviving: str) -> None:
        counted = orders.compare(self._folder, settings, surviving)
        self._tell(orders.sentence(counted, surviving))
        if not counted.lost:
            raise DemoFailed("no order was lost although replication lagged: the fault did not act")
        if counted.exact is not True:
            raise DemoFailed("the lost orders are not exactly those that were held back")

    def _look(self, settings: Settings) -> "Seen":
        from operations.status import look
        from operations.topology import from_settings

        return look(from_settings(settings), settings.active_site)

    def _ask(
        self,
        running: Running,
        method: str,
        path: str,
        document: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Status and body at the edge; 0 where it closed the connection."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{running.edge}{path}",
            method=method,
            data=None if document is None else json.dumps(document).encode(),
            headers={"host": running.host, "content-type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError as error:
            return 0, str(error).encode()

    def _tell(self, text: str) -> None:
        self._say(f"[{time.monotonic() - self._began:6.1f} s] {text}")
