"""Database, wardens and edge without PostgreSQL and HTTP: their states, and the rules by which they change."""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from operations.edge import NotApplied, Order, Pool
from operations.edge_api import EdgeError
from operations.record.attributes import from_attribute, to_attribute
from operations.topology import Topology

if TYPE_CHECKING:
    from tests.operations.recovery.cloud import Cloud


class Databases:
    """The global database: which member writes, and a log of every move that was asked for."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.writer = topology.founder
        self.moves: list[tuple[str, str, bool]] = []
        """(operation, target, whether loss was allowed)"""
        self.under_way: tuple[str, bool] | None = None
        self.polls = 0
        self.slow = 0
        """How many descriptions a move takes until it is over."""
        self.read_only: set[str] = set()
        self.position = 1000
        self.behind = 0
        """Bytes that the copy lacks."""
        self.connected = True
        pilot = topology.standby == "pilot"
        self.instances: dict[str, list[str]] = {
            topology.region(site): [] if pilot and site != topology.founder else ["one"] for site in topology.sites
        }
        """Region → instances of the member there: a pilot standby has none."""

    def accepts(self, site: str, lease: tuple[str, int] | None) -> bool:
        return self.writer == site and self.under_way is None and site not in self.read_only and lease is not None

    def describe_global_clusters(self, region: str, **_: Any) -> dict[str, Any]:
        if self.under_way is not None:
            self.polls += 1
            if self.polls > self.slow:
                self.writer, self.under_way, self.polls = self.under_way[0], None, 0
        members = [
            {
                "DBClusterArn": self.topology.one("database", site).arn,
                "IsWriter": site == self.writer,
                "SynchronizationStatus": "connected" if self.connected or site == self.writer else "pending-resync",
            }
            for site in self.topology.sites
        ]
        shown: dict[str, Any] = {"Status": "available", "GlobalClusterMembers": members, "EngineVersion": "17.5"}
        if self.under_way is not None:
            target, loss = self.under_way
            arn = self.topology.one("database", target).arn
            shown |= {"Status": "failing-over"}
            shown["FailoverState"] = {"Status": "failing-over", "ToDbClusterArn": arn, "IsDataLossAllowed": loss}
        return {"GlobalClusters": [shown]}

    def describe_db_clusters(self, region: str, **_: Any) -> dict[str, Any]:
        return {"DBClusters": [{"Status": "available", "EngineVersion": "17.5", "DBClusterParameterGroup": "ours"}]}

    def describe_db_instances(self, region: str, **_: Any) -> dict[str, Any]:
        names = self.instances[region]
        return {"DBInstances": [{"DBInstanceIdentifier": name, "DBInstanceStatus": "available"} for name in names]}

    def create_db_instance(self, region: str, **given: Any) -> dict[str, Any]:
        assert given["DBInstanceIdentifier"] not in self.instances[region]
        assert given["AvailabilityZone"].startswith(region)
        self.instances[region].append(given["DBInstanceIdentifier"])
        return {}

    def failover_global_cluster(self, region: str, **given: Any) -> dict[str, Any]:
        return self._move("failover", given, bool(given.get("AllowDataLoss")))

    def switchover_global_cluster(self, region: str, **given: Any) -> dict[str, Any]:
        assert "AllowDataLoss" not in given
        return self._move("switchover", given, loss=False)

    def _move(self, operation: str, given: dict[str, Any], loss: bool) -> dict[str, Any]:
        target = next(
            site
            for site in self.topology.sites
            if self.topology.one("database", site).arn == given["TargetDbClusterIdentifier"]
        )
        assert self.instances[self.topology.region(target)], "a member without instances cannot become the writer"
        if self.under_way is not None or self.writer == target:
            raise ClientError({"Error": {"Code": "InvalidGlobalClusterStateFault", "Message": ""}}, operation)
        self.moves.append((operation, target, loss))
        self.under_way, self.polls = (target, loss), 0
        return {"GlobalCluster": {}}


class Wardens:
    """One at each site: answers letters at once, and holds the lease while the record names its site."""

    def __init__(self, cloud: "Cloud") -> None:
        self._cloud = cloud
        self.silent: set[str] = set()
        self.revoked: dict[str, int] = {}
        """Site → epoch whose lease was revoked."""
        self.extended: set[str] = set()
        self.history: list[tuple[str, int]] = []
        """Leases in the order in which they were first used."""
        self.unread: dict[str, tuple[int, float]] = {}
        """Site → epoch and end of a lease that it took by a grant, without the record."""
        self.grants: set[str] = set()
        self.until: dict[str, float] = {}
        """Site → when its lease ends at the latest, by the cloud's clock."""
        self.violations: list[str] = []
        """What must never be: two valid leases at once, traffic before a writer, an epoch that goes down."""

    def record(self) -> tuple[str, int]:
        cloud = self._cloud
        item = cloud.table.record
        if "epoch" not in item:
            return cloud.topology.founder, 0
        return str(item["active"]["S"]), int(item["epoch"]["N"])

    def lease(self, site: str) -> tuple[str, int] | None:
        active, epoch = self.record()
        ahead = self.unread.get(site, (-1, 0.0))[0] > epoch
        if self._cloud.table_out or ahead:
            return self._without_record(site)
        if active != site or self.revoked.get(site) == epoch or self._cloud.databases.writer != site:
            return None
        now = self._cloud.clock.monotonic()
        other = self._cloud.topology.peer(site)
        if self.until.get(other, 0.0) > now:
            self.violations.append(f"{site} takes the lease while {other}'s is valid for {self.until[other] - now} s")
        self.until[site] = now + self._cloud.topology.lease_seconds
        if (site, epoch) not in self.history:
            self.history.append((site, epoch))
        return site, epoch

    def granted(self, region: str, value: str) -> None:
        """A parameter was written: whoever finds no record looks at it."""
        if json.loads(value).get("promotes"):
            self.grants |= {site for site in self._cloud.topology.sites if self._cloud.topology.region(site) == region}

    def _without_record(self, site: str) -> tuple[str, int] | None:
        """What a warden holds that reads no record, or one that is behind: what it had, or what it was granted."""
        cloud, now = self._cloud, self._cloud.clock.monotonic()
        other = cloud.topology.peer(site)
        if site not in self.unread and site in self.grants and cloud.databases.writer == site and cloud.table_out:
            if self.until.get(other, 0.0) > now:
                self.violations.append(f"{site} is granted the lease while {other}'s is valid")
            self.unread[site] = (max(epoch for _, epoch in self.history) + 1, now + 3600)
            self.history.append((site, self.unread[site][0]))
        epoch, until = self.unread.get(site, (-1, 0.0))
        if now < until:
            return site, epoch
        last = self.history[-1] if self.history else ("", 0)
        return last if last[0] == site and self.until.get(site, 0.0) > now else None

    def moved(self, before: tuple[str, int], after: tuple[str, int]) -> None:
        """The record was written: the old site may have read it just before, and hold its lease for all its length."""
        if after[1] < before[1]:
            self.violations.append(f"the epoch went from {before[1]} down to {after[1]}")
        held = self._cloud.databases.writer == before[0] and self.revoked.get(before[0]) != before[1]
        if after[0] != before[0] and held:
            self.until[before[0]] = self._cloud.clock.monotonic() + self._cloud.topology.lease_seconds

    def serves(self, site: str) -> bool:
        return self._cloud.databases.accepts(site, self.lease(site))

    def deliver(self, item: dict[str, Any]) -> None:
        """A letter was left in the table: write the answer beside it, unless the warden is gone."""
        box = item["pk"]["S"]
        if not box.startswith("mailbox#"):
            return
        site, cloud = box.removeprefix("mailbox#"), self._cloud
        if site in self.silent or cloud.topology.region(site) in cloud.dark:
            return
        kind, arguments = item["kind"]["S"], from_attribute(item["arguments"])
        assert isinstance(arguments, dict)
        answer = {"site": site, **self._answer(site, kind, arguments)}
        cloud.table.items[box, item["sk"]["S"]]["answer"] = to_attribute(answer)

    def _answer(self, site: str, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
        databases = self._cloud.databases
        held = self.lease(site)
        if kind == "revoke":
            self.revoked[site] = max(arguments["epoch"], self.revoked.get(site, -1))
            self.until[site] = self._cloud.clock.monotonic()
            return {"revoked": True, "settled": True, "ended": 0}
        if kind == "prove-writable":
            holder, epoch = held or (None, None)
            return {"writable": self.serves(site), "holder": holder, "epoch": epoch, "reason": "read-only"}
        if kind == "count":
            return {"rows": 7}
        writer = databases.writer == site
        origin = databases.writer
        lag = 0 if writer else databases.behind
        if not writer:
            databases.behind = max(0, databases.behind - 300)
        return {
            "writer": writer,
            "serves": self.serves(site),
            "behind_seconds": None if writer else 0.2,
            "position": databases.position - lag,
            "holder": origin,
            "remaining": 600.0
            if site in self.extended
            else self.until.get(origin, 0.0) - self._cloud.clock.monotonic(),
            "lease_revoked": origin in self.revoked,
        }


class EdgeDouble:
    """The edge: pools, order, where it leads to. `lying`: it says yes and applies nothing. `down`: it says nothing."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._pools = {topology.one("pool", site).id: True for site in topology.sites}
        first, second = (topology.one("pool", site).id for site in (topology.founder, topology.peer(topology.founder)))
        self._order = Order((first, second), first)
        self.lying = self.down = False

    def pools(self) -> dict[str, Pool]:
        self._answers()
        return {name: Pool(name, name, enabled) for name, enabled in self._pools.items()}

    def order(self) -> Order:
        self._answers()
        return self._order

    def set_enabled(self, name: str, enabled: bool) -> None:
        self._answers()
        if self.lying:
            raise NotApplied(f"pool {name}: not applied")
        self._pools[name] = enabled

    def set_order(self, first: str, second: str) -> None:
        self._answers()
        if self.lying:
            raise NotApplied("the order was not applied")
        self._order = Order((first, second), first)

    def leads_to(self, healthy: Any) -> str | None:
        """The first enabled pool whose site is healthy, as the edge's monitors see it."""
        sites = {self._topology.one("pool", site).id: site for site in self._topology.sites}
        found = [sites[name] for name in self._order.pools if self._pools[name] and healthy(sites[name])]
        return found[0] if found else None

    def _answers(self) -> None:
        if self.down:
            raise EdgeError("the edge's API does not answer GET /zones: ConnectError")
