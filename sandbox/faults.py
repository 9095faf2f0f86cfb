"""The faults that are active in a sandbox, and what they do to one call.

Everything that must obey (the AWS layer, the database relay, the edge, the task reconciler) asks here or subscribes
here, so that all parts of the rehearsal see one and the same outage.
"""

import math
import random
import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

from sandbox.fault import ANYONE, EFFECT_OF_MODE, Fault, Kind, Mode, Verdict

__all__ = ["Fault", "Faults", "Verdict"]

EVERY_SERVICE = "all"
"""For `freeze_capacity`: all services of the place."""
_CUTTING: tuple[Mode, ...] = ("refuse", "hang", "5xx")


class Faults:
    """The set of active faults. Thread-safe; every change is announced after it is in force.

    `regions`, when given, are the only regions a fault may name: a misspelt one would otherwise be an outage
    that nobody notices. Whoever sets a fault gets ValueError, and nothing is set, where it makes no sense.
    """

    def __init__(self, regions: Collection[str] | None = None) -> None:
        self._regions = frozenset(regions) if regions is not None else None
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._active: dict[str, Fault] = {}
        self._listeners: list[Callable[[], None]] = []
        self._version = 0
        self._chance = random.Random(20)

    # Setting and clearing

    def dark(self, region: str, service: str | None = None, kill: bool = False, mode: Mode = "refuse") -> Fault:
        """Cut a region off; `mode` is what callers see. With `service` (`rds`, or `ecs:RunTask` for one operation) only
        that is down, there and for everyone. `kill`: what runs inside ends as well."""
        if mode not in _CUTTING:
            raise ValueError(f"no dark fault was set: {mode!r} is no mode; use one of {', '.join(_CUTTING)}")
        name, operation = _target(service)
        return self._set("dark", region=region, service=name, operation=operation, kill=kill, mode=mode)

    def dark_zone(self, zone: str) -> Fault:
        """Lose one availability zone: its tasks end and are started in others, its database fails over in the
        region."""
        if self._regions is not None and zone[:-1] not in self._regions:
            raise ValueError(f"no dark-zone fault was set: {zone!r} is no zone of {', '.join(sorted(self._regions))}")
        return self._set("dark-zone", region=zone[:-1], zone=zone)

    def latency(self, seconds: float, region: str | None = None, service: str | None = None) -> Fault:
        """Delay what crosses the region's border, or reaches that one service, by `seconds`; every call without
        either."""
        name, operation = _target(service)
        _not_negative("latency", seconds)
        return self._set("latency", region=region, service=name, operation=operation, seconds=seconds)

    def throttle(self, service: str, rate: float, region: str | None = None, caller: str = ANYONE) -> Fault:
        """Refuse this share of the calls to a service, picked by chance, as AWS does where calls come too fast."""
        name, operation = _target(service)
        _share("throttle", rate)
        return self._set("throttle", region=region, service=name, operation=operation, share=rate, caller=caller)

    def drop_response(self, service: str, count: int = 1, region: str | None = None, caller: str = "operator") -> Fault:
        """Carry out the next `count` calls to `service` (`SERVICE:OPERATION`) and lose their answers on the way."""
        name, operation = _target(service)
        if operation is None:
            raise ValueError(f"no drop-response fault was set: {service!r} names no operation; use rds:ModifyDBCluster")
        if count < 1:
            raise ValueError(f"no drop-response fault was set: {count} answers cannot be lost; give 1 or more")
        return self._set("drop-response", region=region, service=name, operation=operation, count=count, caller=caller)

    def freeze_capacity(self, service: str, share: float = 0.0, region: str | None = None) -> Fault:
        """Start no more tasks of an ECS service (`all`: of any) than this share of the desired ones; what runs, runs
        on."""
        _share("freeze-capacity", share)
        return self._set(
            "freeze-capacity", region=region, service=None if service == EVERY_SERVICE else service, share=share
        )

    def ignore_writes(self, service: str = "cloudflare") -> Fault:
        """Let the edge's API answer that it did what it was asked, and not do it."""
        name, operation = _target(service)
        if name != "cloudflare":
            raise ValueError(f"no ignore-writes fault was set: {service!r} cannot do that here; use cloudflare")
        return self._set("ignore-writes", service=name, operation=operation)

    def read_only(self, region: str) -> Fault:
        """Let the region's database refuse every write while RDS calls it available."""
        return self._set("read-only", region=region)

    def lag(self, seconds: float) -> Fault:
        """Hold database replication back by `seconds`, in transport. A second call replaces the first."""
        _not_negative("lag", seconds)
        return self._set("lag", seconds=seconds)

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
        """What the active faults do to a call; None means go on. The gravest decides.

        `caller` is a region's name, `operator` or `edge` (these two are outside every region); `called` is the region
        that must answer; `service` is a boto3 client name.
        """
        touching = [fault for fault in self.list() if fault.touches(caller, called, service, operation)]
        for mode in _CUTTING:
            for fault in touching:
                if fault.cuts and fault.mode == mode:
                    return Verdict(EFFECT_OF_MODE[mode], fault.id)
        for fault in touching:
            if fault.kind == "throttle" and self._chance.random() < (fault.share or 0.0):
                return Verdict("throttle", fault.id)
        slow = [fault for fault in touching if fault.kind == "latency"]
        return Verdict("delay", slow[-1].id, sum(fault.seconds or 0.0 for fault in slow)) if slow else None

    def lets_through(self, caller: str, called: str, service: str, operation: str) -> bool:
        """Whether a call is carried out at all, late or not."""
        verdict = self.verdict(caller, called, service, operation)
        return verdict is None or verdict.effect == "delay"

    def reachable(self, one: str, other: str, service: str) -> bool:
        """Whether a service's own traffic between two regions flows: replication, quorum, promotion."""
        return not any(
            fault.cuts
            and fault.operation is None
            and (fault.touches(one, other, service, "") or fault.touches(other, one, service, ""))
            for fault in self.list()
        )

    def drops(self, caller: str, called: str, service: str, operation: str) -> bool:
        """Whether the answer to a call that was carried out is lost on its way; counts it if so."""
        with self._lock:
            found = next(
                (
                    fault
                    for fault in self._active.values()
                    if fault.kind == "drop-response" and fault.touches(caller, called, service, operation)
                ),
                None,
            )
            if found is None:
                return False
            left = (found.count or 1) - 1
            if left:
                self._active[found.id] = replace(found, count=left)
            else:
                del self._active[found.id]
        self._announce()
        return True

    def startable(self, region: str, service: str, desired: int) -> int:
        """How many of the desired tasks of an ECS service there may be; those beyond it are not started."""
        shares = [
            fault.share or 0.0
            for fault in self.list()
            if fault.kind == "freeze-capacity" and fault.region in (None, region) and fault.service in (None, service)
        ]
        return min([desired, *(math.floor(share * desired + 1e-9) for share in shares)])

    def dark_zones(self) -> frozenset[str]:
        return frozenset(fault.zone for fault in self.list() if fault.kind == "dark-zone" and fault.zone)

    def killed_regions(self) -> frozenset[str]:
        """The regions that have lost their machines."""
        return frozenset(
            fault.region
            for fault in self.list()
            if fault.kind == "dark" and fault.kill and fault.service is None and fault.region
        )

    def read_only_regions(self) -> frozenset[str]:
        return frozenset(fault.region for fault in self.list() if fault.kind == "read-only" and fault.region)

    def ignores(self, service: str, operation: str) -> bool:
        """Whether a service only says that it did what an operation asks."""
        return any(fault.kind == "ignore-writes" and fault.concerns(service, operation) for fault in self.list())

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

    def _set(self, kind: Kind, **what: object) -> Fault:
        region = what.get("region")
        if self._regions is not None and region is not None and region not in self._regions:
            known = ", ".join(sorted(self._regions))
            raise ValueError(f"no {kind} fault was set: '{region}' is not a region here; use one of {known}")
        parts = [kind, what.get("zone") or region, what.get("service"), what.get("operation")]
        name = "-".join(str(part) for part in parts if part)
        fault = Fault(id=name, kind=kind, since=_now(), **what)  # type: ignore[arg-type]
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


def _target(service: str | None) -> tuple[str | None, str | None]:
    """`rds` or `rds:FailoverGlobalCluster` as service and operation."""
    name, _, operation = (service or "").partition(":")
    return name or None, operation or None


def _share(kind: str, share: float) -> None:
    if not 0 <= share <= 1:
        raise ValueError(f"no {kind} fault was set: {share} is no share; give a number from 0 to 1")


def _not_negative(kind: str, seconds: float) -> None:
    if seconds < 0:
        raise ValueError(f"no {kind} fault was set: {seconds} seconds is negative; give 0 or more")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
