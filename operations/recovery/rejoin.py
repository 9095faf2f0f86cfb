"""A site that woke up becomes the standby: its database follows, and what only it had is saved for review.

AWS attaches the database by itself once the region is back, after a snapshot of the old volume. So the order is: see
that it follows, keep the snapshot, open a copy of it, compare it with what the site now has of the one that serves,
save the difference, remove the copy, give the services a standby's range, and list the site at the edge again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations.edge import Edge, NotApplied
from operations.edge_api import EdgeError
from operations.outcomes import Refused, Stopped
from operations.record.attributes import Value
from operations.record.heartbeats import Heartbeats
from operations.record.mailbox import Kind, Mailbox, NoAnswer
from operations.record.record import RecordUnreachable
from operations.record.replicas import ClientFactory, Replicas
from operations.record.rows import unpacked
from operations.record.seal import Opener
from operations.record.store import RecordStore
from operations.recovery import rescued
from operations.recovery.database import describe
from operations.recovery.left_behind import Copy, LeftBehind
from operations.recovery.rescued import Order, Rescued
from operations.recovery.standby import ranges
from operations.recovery.steps import backups
from operations.steps.step import StepFailed
from operations.topology import Topology

Say = Callable[[str], None]
POLL_SECONDS = 0.5
ANSWER_SECONDS = 40.0
"""A stretch of the comparison takes the warden up to a quarter of a minute."""


@dataclass(frozen=True)
class Rejoined:
    """`orders`: rows that nobody else has; `file` holds them. Both None where no failover left anything behind."""

    site: str
    active: str
    snapshot: str | None
    orders: int | None
    file: Path | None
    listed: bool
    """Whether the edge lists the site again."""


class Rejoin:
    """One site's return. `aws` and `edge`: where calls go; `seconds`: how long to wait for each thing that AWS does."""

    def __init__(
        self,
        topology: Topology,
        site: str,
        by: str,
        root: Path,
        say: Say,
        aws: ClientFactory,
        edge: Callable[[Topology], Edge] = Edge,
        seconds: float = 3600.0,
    ) -> None:
        self._topology, self._site, self._by, self._root, self._say = topology, site, by, root, say
        self._aws, self._edge, self._seconds = aws, edge, seconds
        near = topology.region(topology.peer(site))
        self._regions = (near, *(region for region in topology.control_regions if region != near))
        self._table = topology.one("control_table").id

    def run(self) -> Rejoined:
        """Raises Refused before anything was made, Stopped afterwards; after either it may simply be run again."""
        active = self._check()
        self._follows(active)
        left = LeftBehind(self._topology, self._site, self._client(self._site), self._seconds)
        try:
            snapshot = left.newest()
            orders, file = self._rescue(left, snapshot, active) if snapshot else (None, None)
            self._scale()
            listed = self._list()
        except (NoAnswer, TimeoutError, LookupError, RecordUnreachable) as error:
            raise Stopped(
                f"{error}. {self._site}'s database follows {active}'s, and the snapshots of its old volume are kept. "
                f"Go on with: lifeline rejoin {self._site}"
            ) from error
        return Rejoined(self._site, active, snapshot, orders, file, listed)

    def _check(self) -> str:
        topology, site = self._topology, self._site
        store = RecordStore(self._table, topology.application, self._regions, topology.founder, self._aws)
        try:
            record = store.read()
        except RecordUnreachable as error:
            raise Refused(f"the control record cannot be read, so who serves is not known: {error}") from None
        if record.active == site:
            raise Refused(f"{site} is the active site (epoch {record.epoch}): it is the other one that may rejoin")
        if record.lock is not None:
            raise Refused(f"promotion {record.lock.promotion} is under way (by {record.lock.holder}): let it end first")
        return record.active

    def _follows(self, active: str) -> None:
        """Until the site's database follows the one that serves."""
        arn = str(self._topology.one("database", self._site).arn)
        deadline = time.monotonic() + self._seconds
        said = ""
        while (state := self._state(active, arn)) != "connected":
            if state == "detached":
                raise Refused(
                    f"{arn} is no member of the global cluster any more: AWS does not attach it, and its data is still "
                    "in it. Read it where it is, delete the cluster, then apply the site's stack: it makes a new member"
                )
            if time.monotonic() > deadline:
                raise Refused(f"{self._site}'s database does not follow yet ({state}): AWS attaches it; try later")
            if state != said:
                said = state
                self._say(f"{self._site}'s database: {state}; AWS attaches it by itself once its region is back")
            time.sleep(POLL_SECONDS)
        self._say(f"{self._site}'s database follows {active}'s")

    def _state(self, active: str, arn: str) -> str:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            members = describe(self._client(active), self._topology.one("global_cluster").id)["GlobalClusterMembers"]
        except (BotoCoreError, ClientError) as error:
            return f"unknown, RDS at {active} does not tell ({type(error).__name__})"
        member = next((item for item in members if item["DBClusterArn"] == arn), None)
        if member is None:
            return "detached"
        if member["IsWriter"]:
            return "it is still the writer"
        return str(member.get("SynchronizationStatus", "unknown"))

    def _rescue(self, left: LeftBehind, snapshot: str, active: str) -> tuple[int, Path]:
        """How many orders nobody else has, and the file that has them."""
        path = rescued.path_for(self._root, snapshot)
        if path.is_file():
            self._say(f"{snapshot} was compared before")
            return len(rescued.read(path).orders), path
        kept = left.keep(snapshot)
        self._say(f"the old volume's snapshot is kept as {kept}")
        try:
            copy = left.restore(kept)
            self._say(f"a copy of the old volume answers as {copy.cluster}")
            self._caught_up(active)
            found = self._compare(copy, snapshot)
        finally:
            left.remove()
        rescued.write(path, found)
        return len(found.orders), path

    def _caught_up(self, active: str) -> None:
        """Until the site has the newest heartbeat that the active one has published by now, and so all before it."""
        published = Heartbeats(Replicas(self._table, self._regions, self._aws)).last(active)
        if published is None:
            raise LookupError(f"{active} has published no heartbeat: how far {self._site} has come is not known")
        deadline = time.monotonic() + self._seconds
        while True:
            beats = self._ask("probe", {}).get("heartbeats")
            at = beats.get(active) if isinstance(beats, dict) else None
            if isinstance(at, str) and datetime.fromisoformat(at) >= published.beat_at:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._site}'s database does not catch up with {active}'s")
            time.sleep(POLL_SECONDS)

    def _compare(self, copy: Copy, snapshot: str) -> Rescued:
        settings = self._topology.recovery.orders
        opener = Opener()
        rows: list[dict[str, Any]] = []
        looked = 0
        after: Value = 0
        while after is not None:
            asked: dict[str, Value] = {"host": copy.host, "port": copy.port, "seal": opener.public, "after": after}
            answer = self._ask("orphans", {**asked, "table": settings.table, "column": settings.column})
            sealed, after = answer["sealed"], answer["next"]
            rows += unpacked(opener.open(sealed)) if isinstance(sealed, str) else []
            looked += int(str(answer["looked"]))
            self._say(f"{looked} rows compared, {len(rows)} that nobody else has")
        return Rescued(
            application=self._topology.application,
            site=self._site,
            snapshot=snapshot,
            table=settings.table,
            column=settings.column,
            found_at=datetime.now(UTC).isoformat(timespec="seconds"),
            compared=looked,
            orders=[Order.found(row, settings.column) for row in rows],
        )

    def _scale(self) -> None:
        """Give the site's services a standby's range, its backups a standby's rules; switch its own event rules off.

        The promotion could not, if the region was out.
        """
        for region, parameters in ranges(self._topology, self._site):
            self._aws("application-autoscaling", region).register_scalable_target(**parameters)
        for rule in self._topology.all("rule", self._site):
            self._aws("events", rule.region).disable_rule(Name=rule.id)
        plan = self._topology.backup_plans.get(self._site)
        if plan is not None:
            try:
                backups.put(self._aws("backup", self._topology.region(self._site)), plan, active=False)
            except StepFailed as missing:
                self._say(f"warning: {missing}")

    def _list(self) -> bool:
        """Open the site's pool again: its monitor keeps it unhealthy until it holds a lease."""
        if self._ask("probe", {}).get("serves") is not False:
            self._say(f"warning: {self._site}'s warden does not say that it stands by: its pool is left as it is")
            return False
        pool = self._topology.one("pool", self._site).id
        try:
            edge = self._edge(self._topology)
            if not edge.pools()[pool].enabled:
                edge.set_enabled(pool, True)
        except (EdgeError, LookupError, NotApplied) as error:
            self._say(f"warning: the edge does not list {self._site} again ({type(error).__name__}: {error})")
            return False
        return True

    def _ask(self, kind: Kind, arguments: dict[str, Value]) -> dict[str, Value]:
        """Raises NoAnswer, LookupError where the warden could not do it."""
        box = Mailbox(self._table, self._regions, self._aws)
        answer = box.ask(self._site, kind, arguments, by=self._by, timeout=ANSWER_SECONDS)
        if "error" in answer:
            raise LookupError(f"{self._site}'s warden could not answer {kind}: {answer['error']}")
        return answer

    def _client(self, site: str) -> Any:
        return self._aws("rds", self._topology.region(site))
