"""The volume that a failover left behind: its snapshot, and a cluster restored from it to be read.

All calls go to RDS in the old site's own region. After `FailoverGlobalCluster` with `AllowDataLoss`, Aurora takes a
snapshot of the old primary's volume before it rebuilds it, and keeps that for a while only: so it is copied first.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from operations.topology import Topology

PREFIX = "rds:unplanned-global-failover-"
_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Copy:
    """A restored cluster that answers."""

    cluster: str
    host: str
    port: int


class LeftBehind:
    """One site's. `seconds`: how long to wait for each thing that RDS makes; on AWS that is minutes to an hour."""

    def __init__(self, topology: Topology, site: str, rds: Any, seconds: float) -> None:
        self._cluster = topology.one("database", site).id
        self._name = f"{self._cluster}-rescue"
        self._rds, self._seconds = rds, seconds

    def newest(self) -> str | None:
        """The newest such snapshot of the site's cluster; None where no failover left one."""
        shown = self._rds.describe_db_cluster_snapshots(DBClusterIdentifier=self._cluster, SnapshotType="automated")
        found = [item for item in shown["DBClusterSnapshots"] if item["DBClusterSnapshotIdentifier"].startswith(PREFIX)]
        if not found:
            return None
        return str(max(found, key=lambda item: item["SnapshotCreateTime"])["DBClusterSnapshotIdentifier"])

    def keep(self, snapshot: str) -> str:
        """A copy of it that stays until somebody deletes it; the same one again where it is there."""
        kept = f"{snapshot.removeprefix('rds:')}-kept"
        with suppress(self._rds.exceptions.DBClusterSnapshotAlreadyExistsFault):
            self._rds.copy_db_cluster_snapshot(
                SourceDBClusterSnapshotIdentifier=snapshot, TargetDBClusterSnapshotIdentifier=kept, CopyTags=True
            )

        def available() -> bool:
            shown = self._rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=kept)["DBClusterSnapshots"]
            return bool(shown[0]["Status"] == "available")

        self._wait(available, f"snapshot {kept} is available")
        return kept

    def restore(self, snapshot: str) -> Copy:
        """A cluster of its own on the snapshot, in no global database, behind the site's own security groups."""
        rds, name = self._rds, self._name
        site = rds.describe_db_clusters(DBClusterIdentifier=self._cluster)["DBClusters"][0]
        like = [{"Name": "db-cluster-id", "Values": [self._cluster]}]
        instances = rds.describe_db_instances(Filters=like)["DBInstances"]
        if not instances:
            raise LookupError(
                f"{self._cluster} has no instance whose class the copy could have: give the standby its instances first"
            )
        with suppress(rds.exceptions.DBClusterAlreadyExistsFault):
            rds.restore_db_cluster_from_snapshot(
                DBClusterIdentifier=name,
                SnapshotIdentifier=snapshot,
                Engine=site["Engine"],
                DBSubnetGroupName=site["DBSubnetGroup"],
                VpcSecurityGroupIds=[group["VpcSecurityGroupId"] for group in site["VpcSecurityGroups"]],
                EnableIAMDatabaseAuthentication=True,
                DeletionProtection=False,
                Tags=site.get("TagList", []),
            )
        with suppress(rds.exceptions.DBInstanceAlreadyExistsFault):
            rds.create_db_instance(
                DBInstanceIdentifier=f"{name}-1",
                DBClusterIdentifier=name,
                Engine=site["Engine"],
                DBInstanceClass=instances[0]["DBInstanceClass"],
                PubliclyAccessible=False,
            )

        def available() -> bool:
            shown = rds.describe_db_instances(DBInstanceIdentifier=f"{name}-1")["DBInstances"][0]
            return bool(shown["DBInstanceStatus"] == "available")

        self._wait(available, f"instance {name}-1 is available")
        restored = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        return Copy(name, str(restored["Endpoint"]), int(restored["Port"]))

    def remove(self) -> None:
        """Delete the restored cluster, as far as it was made. The snapshots stay."""
        rds, name = self._rds, self._name
        with suppress(rds.exceptions.DBInstanceNotFoundFault):
            rds.delete_db_instance(DBInstanceIdentifier=f"{name}-1", SkipFinalSnapshot=True)
        with suppress(rds.exceptions.DBClusterNotFoundFault):
            rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)

    def _wait(self, true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + self._seconds
        while not true():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {self._seconds:.0f} s: {what}")
            time.sleep(_POLL_SECONDS)
