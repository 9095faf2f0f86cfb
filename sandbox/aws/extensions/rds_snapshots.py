"""Cluster snapshots that have data: what a failover left behind, and clusters restored from it.

After a failover that may lose data, Aurora takes a snapshot of the old primary's volume before it rebuilds it as a
secondary: `rds:unplanned-global-failover-<cluster>-<time>` (source: Aurora user guide, "Recovering an Amazon Aurora
global database from an unplanned outage"). Other snapshots are moto's, without data: a cluster restored from one is
shown, and nothing answers there.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Handler, Passthrough, Result
from sandbox.aws.errors import ApiError
from sandbox.aws.extensions.rds_state import Cluster, Estate, Member

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

PREFIX = "rds:unplanned-global-failover-"
_SERVICE = "rds"
_KEPT = ("Engine", "EngineVersion", "MasterUsername", "StorageEncrypted", "KmsKeyId")
"""What a restored cluster has of its snapshot."""
_SETTINGS = (
    "DBClusterIdentifier",
    "DBSubnetGroupName",
    "VpcSecurityGroupIds",
    "DBClusterParameterGroupName",
    "EnableIAMDatabaseAuthentication",
    "DeletionProtection",
    "KmsKeyId",
    "Tags",
)
"""What the call may say of it."""
_UNKNOWN = "the-snapshots-own"


class Snapshots:
    """Snapshots of volumes that were left behind. Called under the backend's lock."""

    def __init__(self, emulation: "Emulation", estate: Estate) -> None:
        self._emulation = emulation
        self._estate = estate
        self._copies: dict[tuple[str, str], str] = {}
        """Region and snapshot → the copy that it is of."""

    def rows(self) -> dict[str, Handler]:
        return {
            "CopyDBClusterSnapshot": self._copy,
            "DeleteDBClusterSnapshot": self._delete,
        }

    def clear(self) -> None:
        self._copies.clear()

    @staticmethod
    def name(member: Member) -> str:
        """The snapshot's name for a member that is left behind now."""
        return f"{PREFIX}{member.identifier}-{datetime.now(UTC):%Y-%m-%d-%H-%M-%S}"

    def taken(self, member: Member) -> None:
        """The member's volume has been copied under its snapshot's name: show it."""
        if member.snapshot is None:
            return
        regional = self._regional(member.region)
        if member.identifier in regional.clusters:
            regional.create_db_cluster_snapshot(member.identifier, member.snapshot, snapshot_type="automated")
            self._copies[(member.region, member.snapshot)] = member.snapshot
        member.snapshot = None

    # Operations

    def _copy(self, call: Call, passthrough: Passthrough) -> Result:
        output = passthrough()
        given = call.parameters
        source = given["SourceDBClusterSnapshotIdentifier"].rpartition(":cluster-snapshot:")[2].lower()
        copy = self._copies.get((call.region, source))
        if copy is not None:
            self._copies[(call.region, given["TargetDBClusterSnapshotIdentifier"].lower())] = copy
        return output

    def _delete(self, call: Call, passthrough: Passthrough) -> Result:
        output = passthrough()
        self._copies.pop((call.region, call.parameters["DBClusterSnapshotIdentifier"].lower()), None)
        return output

    def restore(self, call: Call) -> dict[str, Any]:
        """A cluster of its own, with the snapshot's data where it has some."""
        given = call.parameters
        snapshot = given["SnapshotIdentifier"].rpartition(":cluster-snapshot:")[2].lower()
        if given["DBClusterIdentifier"].lower() in self._regional(call.region).clusters:
            raise ApiError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        # moto's own restore fails on a cluster that it made itself.
        invoke = self._emulation.backend.invoke
        shown = invoke(_SERVICE, "DescribeDBClusterSnapshots", call.region, {"DBClusterSnapshotIdentifier": snapshot})
        source = shown["DBClusterSnapshots"][0]
        settings = {name: value for name, value in given.items() if name in _SETTINGS}
        kept = {name: source[name] for name in _KEPT if source.get(name) not in (None, "")}
        # One that was made as a secondary has no master user of its own; moto wants one.
        master = {"MasterUsername": "restored", "MasterUserPassword": _UNKNOWN}
        output = invoke(_SERVICE, "CreateDBCluster", call.region, {**master, **kept, **settings})
        described = output["DBCluster"]
        cluster = Cluster(
            arn=described["DBClusterArn"],
            region=call.region,
            identifier=described["DBClusterIdentifier"],
            copy=self._copies.get((call.region, snapshot), ""),
        )
        self._estate.clusters[(call.region, cluster.identifier)] = cluster
        return output

    def _regional(self, region: str) -> Any:
        from moto.rds.models import rds_backends

        return rds_backends[self._emulation.backend.account_id][region]
