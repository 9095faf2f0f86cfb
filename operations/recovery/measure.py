"""Measuring a promotion: what users saw while it ran, what it lost, what became of orders, what the fence did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from operations.record.attributes import Value
from operations.record.heartbeats import Heartbeats
from operations.record.mailbox import Kind, Mailbox, NoAnswer
from operations.record.record import RecordUnreachable
from operations.record.replicas import ClientFactory, Replicas
from operations.record.store import RecordStore
from operations.recovery import downtime, loss, objects, orders
from operations.recovery.loss import Mode, StoreLoss
from operations.recovery.users import Ask
from operations.steps.clock import Clock
from operations.topology import Topology


@dataclass(frozen=True)
class Measured:
    """Everything that was measured; None is what could not be."""

    downtime: downtime.Downtime
    served_at: datetime | None
    """When the edge was first seen to lead to the target and orders to be taken there."""
    stores: Mapping[str, StoreLoss]
    orders: "orders.Orders | None"
    fence: Mapping[str, Mapping[str, Value] | None]
    """Site → what its fence did, as its warden tells."""


@dataclass(frozen=True)
class Measuring:
    """One promotion's measurements. `start` before its first step, `finish` after its last."""

    topology: Topology
    target: str
    by: str
    aws: ClientFactory
    users: Ask
    clock: Clock
    answer_seconds: float = 8.0
    prober: downtime.Prober = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prober", downtime.Prober(self._look, clock=self.clock))

    def start(self) -> "Measuring":
        self.prober.start()
        return self

    def finish(self, mode: Mode, incident_start: datetime | None, ids: Sequence[str] | None = None) -> Measured:
        """Raises nothing that an outage could bring about: what does not answer is unknown.

        `incident_start` as it was declared, None where it was not; `ids` of acknowledged orders, None where none were
        given.
        """
        self.prober.stop()
        table = self.topology.recovery.orders
        missing: orders.Missing = lambda digests: self._missing(table.table, table.column, digests)  # noqa: E731
        return Measured(
            downtime=self.prober.downtime(incident_start),
            served_at=self.prober.first_served_by(self.target),
            stores={
                "database": self._database(mode),
                "control table": self._control_table(),
                **objects.losses(self.topology, self.target, self.aws),
            },
            orders=None if ids is None else orders.account(ids, missing),
            fence={site: self._ask(site, "fence-events") for site in self.topology.sites},
        )

    def _look(self) -> str | None:
        answer = self.users(self.topology.one("edge").id, "GET", downtime.PATH, {}, None)
        site = answer.body.get("site")
        return site if answer.status == 200 and isinstance(site, str) else None

    def _database(self, mode: Mode) -> StoreLoss:
        origin = self.topology.peer(self.target)
        heartbeats = Heartbeats(Replicas(self._table, self._regions, self.aws))
        try:
            written = heartbeats.last(origin)
        except RecordUnreachable as unreachable:
            return StoreLoss(why=str(unreachable))
        seen = self._ask(self.target, "probe") or {}
        arrived = seen.get("heartbeats")
        at = arrived.get(origin) if isinstance(arrived, dict) else None
        hold = float(self.topology.lease_seconds + self.topology.transaction_seconds)
        return loss.of_database(written, datetime.fromisoformat(at) if isinstance(at, str) else None, mode, hold)

    def _control_table(self) -> StoreLoss:
        """A write there was acknowledged only once two regions had it, so what can be read has lost nothing."""
        topology = self.topology
        store = RecordStore(self._table, topology.application, self._regions, topology.founder, self.aws)
        try:
            record = store.read()
        except RecordUnreachable as unreachable:
            return StoreLoss(why=str(unreachable))
        return StoreLoss(
            0.0, 0, 0.0, f"strongly consistent over regions: read back at epoch {record.epoch} when the promotion ended"
        )

    def _missing(self, table: str, column: str, digests: Sequence[str]) -> frozenset[str] | None:
        asked: dict[str, Value] = {"table": table, "column": column, "digests": list(digests)}
        answer = self._ask(self.target, "count", asked) or {}
        missing = answer.get("missing")
        return frozenset(map(str, missing)) if isinstance(missing, list) else None

    def _ask(self, site: str, kind: Kind, arguments: dict[str, Value] | None = None) -> dict[str, Value] | None:
        """A warden's answer; None where it gives none, or could not do it."""
        box = Mailbox(self._table, self._regions, self.aws)
        try:
            answer = box.ask(site, kind, arguments or {}, by=self.by, timeout=self.answer_seconds)
        except NoAnswer:
            return None
        return None if "error" in answer else answer

    @property
    def _table(self) -> str:
        return self.topology.one("control_table").id

    @property
    def _regions(self) -> tuple[str, ...]:
        near = self.topology.region(self.target)
        return (near, *(region for region in self.topology.control_regions if region != near))
