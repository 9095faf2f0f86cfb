"""The faults that are active in a sandbox, and what they do to one call.

A fault is about regions: `dark` cuts what crosses a region's border and leaves alone what is inside,
which is what a partition does. Everything that must obey (the AWS layer, the database relay, the edge, the task
reconciler) asks here or subscribes here, so that all parts of the rehearsal see one and the same outage.
"""

import threading
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["dark", "hang", "slow", "lag"]
Effect = Literal["refuse", "hang", "delay"]
_GRAVEST_FIRST: tuple[tuple[Kind, Effect], ...] = (("dark", "refuse"), ("hang", "hang"))


@dataclass(frozen=True)
class Fault:
    """One active fault. `region` is None only for `lag`; `seconds` is set for `slow` and `lag`."""

    id: str
    kind: Kind
    region: str | None = None
    service: str | None = None
    kill: bool = False
    seconds: float | None = None
    since: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Verdict:
    """What happens to a call: refused without an answer, left hanging, or delayed by `seconds` and then carried out."""

    effect: Effect
    fault: str
    seconds: float = 0.0


class Faults:
    """The set of active faults. Thread-safe; every change is announced after it is in force.

    `regions`, when given, are the only regions a fault may name: a misspelt one would otherwise be an outage
    that nobody notices.
    """

    def __init__(self, regions: Collection[str] | None = None) -> None:
        self._regions = frozenset(regions) if regions is not None else None
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._active: dict[str, Fault] = {}
        self._listeners: list[Callable[[], None]] = []
        self._version = 0

    # Setting and clearing

    def dark(self, region: str, service: str | None = None, kill: bool = False) -> Fault:
        """Cut a region off. With `service` (a boto3 client name) only that service is down, there and for everyone.

        `kill` says that what runs inside ends as well; the parts that run things read it from `list()`.
        """
        return self._set("dark", region, service, kill=kill)

    def hang(self, region: str, service: str | None = None) -> Fault:
        """As `dark`, but a caller gets no answer at all instead of a closed connection."""
        return self._set("hang", region, service)

    def slow(self, region: str, seconds: float, service: str | None = None) -> Fault:
        """Delay what crosses the region's border (or reaches that one service) by `seconds`."""
        return self._set("slow", region, service, seconds=seconds)

    def lag(self, seconds: float) -> Fault:
        """Hold database replication back by `seconds`, in transport. A second call replaces the first."""
        if seconds < 0:
            raise ValueError(f"replication lag cannot be {seconds} seconds: it is negative; give 0 or more")
        return self._put(Fault(id="lag", kind="lag", seconds=seconds, since=_now()))

    def clear(self, id: str | None = None) -> list[Fault]:
        """End one fault, or all of them. Returns those that were ended.

        Raises ValueError when there is no active fault of that id.
        """
        with self._lock:
            if id is not None and id not in self._active:
                active = ", ".join(sorted(self._active)) or "none"
                raise ValueError(f"fault '{id}' was not cleared: it is not active; active faults: {active}")
            ended = [self._active.pop(id)] if id is not None else list(self._active.values())
            if id is None:
                self._active.clear()
        if ended:
            self._announce()
        return ended

    # Asking

    def list(self) -> list[Fault]:
        """The active faults, in the order in which they were set."""
        with self._lock:
            return [*self._active.values()]

    def verdict(self, caller: str, called: str, service: str, operation: str) -> Verdict | None:
        """What the active faults do to a call; None means go on.

        `caller` is a region's name, `operator` or `edge` (these two are outside every region); `called` is the region
        that must answer; `service` is a boto3 client name. `operation` is part of the question so that a fault
        may become that fine without every caller changing.
        """
        touching = [fault for fault in self.list() if _touches(fault, caller, called, service)]
        for kind, effect in _GRAVEST_FIRST:
            for fault in touching:
                if fault.kind == kind:
                    return Verdict(effect, fault.id)
        if not touching:
            return None
        return Verdict("delay", touching[-1].id, sum(fault.seconds or 0.0 for fault in touching))

    def reachable(self, one: str, other: str, service: str) -> bool:
        """Whether a service's own traffic between two regions flows: replication, quorum, promotion."""
        cutting = ("dark", "hang")
        return not any(
            fault.kind in cutting and (_touches(fault, one, other, service) or _touches(fault, other, one, service))
            for fault in self.list()
        )

    @property
    def lag_seconds(self) -> float:
        """How far database replication is held back; 0.0 when it flows."""
        return next((fault.seconds or 0.0 for fault in self.list() if fault.kind == "lag"), 0.0)

    # Following

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call back, on the changing thread, after every change and before the change's call returns."""
        with self._lock:
            self._listeners.append(callback)

    def wait_for_change(self, timeout: float) -> bool:
        """Block until the set changes or `timeout` seconds pass; True when it changed."""
        with self._changed:
            before = self._version
            return self._changed.wait_for(lambda: self._version != before, timeout)

    def _set(
        self, kind: Kind, region: str, service: str | None, *, kill: bool = False, seconds: float | None = None
    ) -> Fault:
        if self._regions is not None and region not in self._regions:
            known = ", ".join(sorted(self._regions))
            raise ValueError(f"no {kind} fault was set: '{region}' is not a region here; use one of {known}")
        name = "-".join(part for part in (kind, region, service) if part)
        return self._put(Fault(name, kind, region, service, kill, seconds, _now()))

    def _put(self, fault: Fault) -> Fault:
        with self._lock:
            self._active[fault.id] = fault
        self._announce()
        return fault

    def _announce(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()
            listeners = [*self._listeners]
        for listener in listeners:
            listener()


def _touches(fault: Fault, caller: str, called: str, service: str) -> bool:
    if fault.kind == "lag":
        return False
    if fault.service is not None:
        return fault.service == service and fault.region == called
    return (fault.region == caller) != (fault.region == called)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
