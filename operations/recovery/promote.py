"""A first promotion: a failover, straight through, from the record to the edge.

What it does not do yet: no plan, no journal, no resume, no switchover; it does not check lag, quotas or images
before it starts, does not stop schedules or event rules, does not prove the old site fenced (it always
waits the lease out), does not rebuild protection (the old site's pool stays closed at the edge until the next promotion
opens it) and gives no report of what was lost. A run that stops half-way
has moved the record: run the same command again, every step looks before it acts.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from operations import clients
from operations.edge import Edge, NotApplied
from operations.outcomes import Refused, Stopped
from operations.record.mailbox import Mailbox, NoAnswer
from operations.record.record import Record, RecordMoved, RecordUnreachable
from operations.record.store import RecordStore
from operations.recovery.database import fail_over
from operations.topology import Topology

Say = Callable[[str], None]
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Promoted:
    """What a promotion did. Seconds are of this process's monotonic clock, from its start."""

    origin: str
    target: str
    epoch: int
    seconds: float
    steps: tuple[tuple[str, float], ...]
    warnings: tuple[str, ...]


class Promotion:
    """Moves the writer, the capacity and the traffic to `target`. `by` goes into the record."""

    def __init__(self, topology: Topology, target: str, by: str, say: Say) -> None:
        self._topology, self._target, self._by, self._say = topology, target, by, say
        # The same person may go on with the same promotion; anyone else is told who holds the lock.
        self._id = f"{by}:{target}"
        self._began = time.monotonic()
        self._steps: list[tuple[str, float]] = []
        self._warnings: list[str] = []
        self._lock = threading.Lock()
        # The target's replica first: the other may be in the region that is gone.
        near = topology.region(target)
        regions = (near, *(region for region in topology.control_regions if region != near))
        table = topology.one("control_table").id
        self._store = RecordStore(table, topology.application, regions, topology.founder, clients.aws)
        self._mailbox = Mailbox(table, regions, clients.aws)

    def run(self) -> Promoted:
        """Raises Refused before the first change, Stopped after it."""
        origin = self._topology.peer(self._target)
        record = self._begin()
        try:
            self._close(origin)
            with ThreadPoolExecutor() as pool:
                capacity = pool.submit(self._capacity)
                self._wait_out()
                capacity.result()
            self._step("database promoted", lambda: fail_over(self._topology, self._target, self._say))
            self._step("the target's warden proves a write", self._prove)
            self._open(origin)
            self._store.release_lock(self._id)
        except Exception as error:
            raise Stopped(
                f"{type(error).__name__}: {error}. The record names {self._target} (epoch {record.epoch}); "
                "the old site may not write once its lease is over. "
                f"Go on with: lifeline promote --to {self._target} --yes"
            ) from error
        return Promoted(origin, self._target, record.epoch, self._elapsed(), tuple(self._steps), tuple(self._warnings))

    def _begin(self) -> Record:
        """The one write that decides: the record names the target, under a higher epoch."""
        if self._target not in self._topology.sites:
            raise Refused(f"{self._target!r} is no site: one of {', '.join(self._topology.sites)}")
        try:
            seen = self._store.read()
            if seen.active == self._target and seen.lock is None:
                raise Refused(f"{self._target} is the active site already (epoch {seen.epoch})")
            locked = self._store.acquire_lock(self._by, self._id, "begin")
            if locked.active == self._target:
                self._say(f"going on with the promotion of epoch {locked.epoch}")
                return locked
            moved = self._store.move(locked, self._target)
        except RecordUnreachable as error:
            raise Refused(f"the control record cannot be read: {error}") from None
        except RecordMoved as error:
            raise Refused(f"another promotion was faster: {error}") from None
        self._mark(f"record: {locked.active} → {self._target}, epoch {moved.epoch}")
        return moved

    def _close(self, origin: str) -> None:
        """Make the edge leave the old site sooner; the lease moves it anyway, so a failure is a warning."""
        self._at_edge("edge closed to the old site", lambda edge: edge.set_enabled(self._pool(origin), False))

    def _open(self, origin: str) -> None:
        def act(edge: Edge) -> None:
            edge.set_enabled(self._pool(self._target), True)
            edge.set_order(self._pool(self._target), self._pool(origin))

        self._at_edge("edge order: the target first, and the fallback", act)

    def _at_edge(self, title: str, act: Callable[[Edge], None]) -> None:
        from cloudflare import CloudflareError

        try:
            act(Edge(self._topology))
        except (CloudflareError, LookupError, NotApplied) as error:
            warning = f"{title}: failed ({type(error).__name__}: {error}); the lease moves traffic without it, slower"
            self._warnings.append(warning)
            self._say(f"warning: {warning}")
        else:
            self._mark(title)

    def _capacity(self) -> None:
        """Floors and ceilings of an active site, for every service of the target; then until tasks run."""
        region = self._topology.region(self._target)
        cluster = self._topology.one("ecs_cluster", self._target).id
        scaling, ecs = clients.aws("application-autoscaling", region), clients.aws("ecs", region)
        floors: dict[str, int] = {}
        for item in self._topology.all("scalable_target", self._target):
            floor, ceiling = self._topology.capacity[str(item.name)].active
            service = self._topology.one("service", self._target, item.name).id
            scaling.register_scalable_target(
                ServiceNamespace="ecs",
                ResourceId=item.id,
                ScalableDimension="ecs:service:DesiredCount",
                MinCapacity=floor,
                MaxCapacity=ceiling,
            )
            shown = ecs.describe_services(cluster=cluster, services=[service])["services"][0]
            if shown["desiredCount"] < floor:
                ecs.update_service(cluster=cluster, service=service, desiredCount=floor)
            floors[service] = floor
        deadline = time.monotonic() + 600
        while short := self._short(ecs, cluster, floors):
            if time.monotonic() > deadline:
                raise TimeoutError(f"services short of their floor for ten minutes: {', '.join(short)}")
            time.sleep(POLL_SECONDS)
        self._mark(f"capacity: {len(floors)} services at their active floor")

    @staticmethod
    def _short(ecs: object, cluster: str, floors: dict[str, int]) -> list[str]:
        shown = ecs.describe_services(cluster=cluster, services=list(floors))["services"]  # type: ignore[attr-defined]
        return [item["serviceName"] for item in shown if item["runningCount"] < floors[item["serviceName"]]]

    def _wait_out(self) -> None:
        """After this the old site's last lease and its last transaction are over, by the design's conditions."""
        bound = self._topology.lease_seconds + self._topology.transaction_seconds
        self._say(f"waiting {bound} s: the old site's lease and its longest transaction run out")
        time.sleep(bound)
        self._mark("fence: lease and transaction bound waited out")

    def _prove(self) -> None:
        deadline = time.monotonic() + 120
        while True:
            try:
                answer = self._mailbox.ask(self._target, "prove-writable", {}, by=self._by, timeout=10)
            except NoAnswer as error:
                answer = {"writable": False, "reason": str(error)}
            if answer.get("writable") is True:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"the warden at {self._target} proves no write: {answer}")
            time.sleep(POLL_SECONDS)

    def _step(self, title: str, act: Callable[[], None]) -> None:
        act()
        self._mark(title)

    def _mark(self, title: str) -> None:
        with self._lock:
            self._steps.append((title, self._elapsed()))
        self._say(f"[{self._elapsed():6.1f} s] {title}")

    def _elapsed(self) -> float:
        return round(time.monotonic() - self._began, 3)

    def _pool(self, site: str) -> str:
        return self._topology.one("pool", site).id
