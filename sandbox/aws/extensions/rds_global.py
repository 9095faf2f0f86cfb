"""Aurora global clusters: shells whose members are in several regions, and what becomes of one that leaves.

moto has the shell only: no failover of any kind, and a removal that may do nothing and say it did.
"""

import secrets
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Handler, Passthrough, Result
from sandbox.aws.errors import ApiError
from sandbox.aws.extensions.rds_compute import Compute
from sandbox.aws.extensions.rds_moves import Moves
from sandbox.aws.extensions.rds_reach import Reach
from sandbox.aws.extensions.rds_snapshots import Snapshots
from sandbox.aws.extensions.rds_state import Cluster, Estate, GlobalCluster, Member

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_SERVICE = "rds"


class GlobalClusters:
    """The operations on global clusters. Called under the backend's lock; completions take it themselves."""

    def __init__(self, emulation: "Emulation", estate: Estate, compute: Compute, snapshots: Snapshots) -> None:
        self._emulation = emulation
        self._estate = estate
        self._compute = compute
        self._reach = Reach(emulation)
        self._moves = Moves(emulation, estate, compute, self._reach, snapshots)

    def rows(self) -> dict[str, Handler]:
        return {
            "CreateGlobalCluster": self._create,
            "DescribeGlobalClusters": self._describe,
            "ModifyGlobalCluster": self._modify,
            "DeleteGlobalCluster": self._delete,
            "RemoveFromGlobalCluster": self._remove,
            "AddTagsToResource": self._tags,
            "RemoveTagsFromResource": self._tags,
            "ListTagsForResource": self._tags,
            **self._moves.rows(),
        }

    def faults_changed(self) -> None:
        """Keep what an isolated region knew; let members that were left behind rejoin when they can be reached."""
        for region in self._emulation.regions:
            if not self._reach.isolated(region):
                self._estate.seen_from.pop(region, None)
            elif region not in self._estate.seen_from:
                self._estate.seen_from[region] = [found.describe() for found in self._estate.globals.values()]
        killed = {fault.region for fault in self._emulation.faults.list() if fault.kill}
        for regional in self._estate.clusters.values():
            if regional.region not in killed:
                self._compute.revive(regional.volume)
        for cluster in self._estate.globals.values():
            self._moves.rejoin_members(cluster)

    # Life

    def _create(self, call: Call, passthrough: Passthrough) -> Result:
        given = call.parameters
        self._reach.check_connected(call.region)
        identifier = given["GlobalClusterIdentifier"].lower()
        if identifier in self._estate.globals:
            raise ApiError("GlobalClusterAlreadyExistsFault", f"Global cluster {identifier} already exists")
        source = self._source(call, given)
        if source is None and "Engine" not in given:
            raise ApiError("InvalidParameterValue", "The parameter Engine must be provided and must not be blank.")
        regional = self._regional_settings(call.region, source) if source else {}
        cluster = GlobalCluster(
            identifier=identifier,
            resource_id=f"cluster-{secrets.token_hex(8)}",
            arn=f"arn:aws:rds::{self._emulation.backend.account_id}:global-cluster:{identifier}",
            engine=given.get("Engine") or regional["Engine"],
            engine_version=given.get("EngineVersion") or regional.get("EngineVersion") or "17.4",
            storage_encrypted=bool(given.get("StorageEncrypted", regional.get("StorageEncrypted", False))),
            deletion_protection=bool(given.get("DeletionProtection", False)),
            database_name=given.get("DatabaseName"),
            tags={tag["Key"]: tag.get("Value", "") for tag in given.get("Tags", [])},
        )
        self._estate.globals[identifier] = cluster
        if source is not None:
            self.join(cluster, source)
        return {"GlobalCluster": cluster.describe()}

    def _describe(self, call: Call, passthrough: Passthrough) -> Result:
        wanted = call.parameters.get("GlobalClusterIdentifier")
        seen = self._estate.seen_from.get(call.region)
        if seen is None:
            seen = [cluster.describe() for cluster in self._estate.globals.values()]
        if wanted is None:
            return {"GlobalClusters": seen}
        found = [cluster for cluster in seen if cluster["GlobalClusterIdentifier"] == wanted.lower()]
        if not found:
            raise ApiError("GlobalClusterNotFoundFault", f"Global cluster {wanted} not found")
        return {"GlobalClusters": found}

    def _modify(self, call: Call, passthrough: Passthrough) -> Result:
        given = call.parameters
        cluster = self._settled(call)
        if new := given.get("NewGlobalClusterIdentifier"):
            if new.lower() != cluster.identifier and new.lower() in self._estate.globals:
                raise ApiError("GlobalClusterAlreadyExistsFault", f"Global cluster {new} already exists")
            del self._estate.globals[cluster.identifier]
            cluster.arn = cluster.arn.removesuffix(cluster.identifier) + new.lower()
            cluster.identifier = new.lower()
            self._estate.globals[cluster.identifier] = cluster
            for member in cluster.members:
                if regional := self._estate.by_arn(member.arn):
                    regional.global_cluster = cluster.identifier
        if "DeletionProtection" in given:
            cluster.deletion_protection = bool(given["DeletionProtection"])
        if version := given.get("EngineVersion"):
            major = version.split(".")[0] != cluster.engine_version.split(".")[0]
            if major and not given.get("AllowMajorVersionUpgrade"):
                raise ApiError(
                    "InvalidParameterCombination",
                    "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
                )
            cluster.engine_version = version
        return {"GlobalCluster": cluster.describe()}

    def _delete(self, call: Call, passthrough: Passthrough) -> Result:
        cluster = self._settled(call)
        if cluster.deletion_protection:
            raise ApiError(
                "InvalidParameterCombination",
                "Cannot delete protected Global Cluster, please disable deletion protection and try again.",
            )
        if cluster.members:
            raise ApiError("InvalidGlobalClusterStateFault", f"Global Cluster {cluster.arn} is not empty")
        del self._estate.globals[cluster.identifier]
        return {"GlobalCluster": cluster.describe() | {"Status": "deleting"}}

    # Membership

    def join(self, cluster: GlobalCluster, regional: Cluster) -> None:
        """Enter a regional cluster: the first is the writer and brings the credentials."""
        regional.global_cluster = cluster.identifier
        cluster.members.append(Member(regional.arn, regional.region))
        if cluster.writer is None:
            cluster.writer = regional.arn
            cluster.dbname, cluster.user, cluster.password = regional.dbname, regional.user, regional.password
            # A secondary of an encrypted founder is encrypted, whatever the shell was created with.
            cluster.database_name = cluster.database_name or regional.dbname or None

    def _remove(self, call: Call, passthrough: Passthrough) -> Result:
        cluster = self._settled(call)
        member = cluster.member(call.parameters.get("DbClusterIdentifier", ""))
        self._reach.check(call.region, member.region)
        if member.arn == cluster.writer and len(cluster.members) > 1:
            raise ApiError(
                "InvalidGlobalClusterStateFault",
                f"{member.arn} is the primary of {cluster.identifier}: remove the secondary clusters first",
            )
        was_writer = member.arn == cluster.writer
        cluster.members.remove(member)
        if was_writer:
            cluster.writer = None
        regional = self._estate.by_arn(member.arn)
        if regional is not None:
            self._detach(cluster, regional, was_writer)
        return {"GlobalCluster": cluster.describe()}

    def _detach(self, cluster: GlobalCluster, regional: Cluster, was_writer: bool) -> None:
        """A secondary that leaves becomes a cluster of its own, with the data that it has."""
        regional.global_cluster = None
        regional.dbname, regional.user, regional.password = cluster.dbname, cluster.user, cluster.password
        if was_writer or not self._compute.follows(regional.volume):
            return
        regional.status = "promoting"

        def done(problem: str | None) -> None:
            with self._emulation.backend.lock:
                regional.status = "failed" if problem else None

        self._compute.promote(regional.volume, done)

    # Tags

    def _tags(self, call: Call, passthrough: Passthrough) -> Result:
        given = call.parameters
        if ":global-cluster:" not in given["ResourceName"]:
            return passthrough.raw()
        cluster = self._estate.global_cluster(given["ResourceName"].rpartition(":")[2])
        if call.operation == "AddTagsToResource":
            cluster.tags |= {tag["Key"]: tag.get("Value", "") for tag in given["Tags"]}
        elif call.operation == "RemoveTagsFromResource":
            for key in given["TagKeys"]:
                cluster.tags.pop(key, None)
        else:
            return {"TagList": cluster.describe()["TagList"]}
        return {}

    # Lookups

    def _settled(self, call: Call) -> GlobalCluster:
        self._reach.check_connected(call.region)
        return self._estate.settled(call.parameters["GlobalClusterIdentifier"])

    def _source(self, call: Call, given: dict[str, Any]) -> Cluster | None:
        if "SourceDBClusterIdentifier" not in given:
            return None
        source = self._estate.cluster(call.region, given["SourceDBClusterIdentifier"])
        if source is None:
            raise ApiError("DBClusterNotFoundFault", f"DBCluster {given['SourceDBClusterIdentifier']} not found.")
        return source

    def _regional_settings(self, region: str, cluster: Cluster) -> dict[str, Any]:
        described = self._emulation.backend.invoke(
            _SERVICE, "DescribeDBClusters", region, {"DBClusterIdentifier": cluster.identifier}
        )["DBClusters"]
        return dict(described[0])
