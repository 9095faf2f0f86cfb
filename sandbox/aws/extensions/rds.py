"""RDS: regional Aurora clusters whose endpoint is a real database.

An Aurora cluster is storage; its first instance is what starts a database, its last one stops it. The storage of a
global cluster's secondary follows the writer's with or without instances. Credentials come with the founder, and a
global cluster's other members refuse any of their own.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Handler, Passthrough, Result, Rows
from sandbox.aws.errors import ApiError
from sandbox.aws.extensions import rds_settings
from sandbox.aws.extensions.rds_compute import Blueprint, Compute
from sandbox.aws.extensions.rds_global import GlobalClusters
from sandbox.aws.extensions.rds_groups import Groups
from sandbox.aws.extensions.rds_snapshots import Snapshots
from sandbox.aws.extensions.rds_state import Cluster, Estate

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_SERVICE = "rds"
_ADDRESS = "127.0.0.1"
_CLUSTER_OPERATIONS = ("DescribeDBClusters", "ModifyDBCluster", "FailoverDBCluster", "StartDBCluster", "StopDBCluster")
_INSTANCE_OPERATIONS = ("DescribeDBInstances", "ModifyDBInstance", "RebootDBInstance")
_INSTANCE_STATUS = {"waiting": "creating", "starting": "creating", "running": "available", "failed": "failed"}


class Rds:
    """Clusters and instances; the global clusters above them are `GlobalClusters`."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation
        self._estate = Estate()
        self._compute = Compute(emulation.databases)
        self._snapshots = Snapshots(emulation, self._estate)
        self._globals = GlobalClusters(emulation, self._estate, self._compute, self._snapshots)
        self._groups = Groups(emulation)

    def rows(self) -> Rows:
        rows: dict[str, Handler] = self._globals.rows() | self._groups.rows() | self._snapshots.rows()
        rows |= dict.fromkeys(_CLUSTER_OPERATIONS, self._shown)
        rows |= dict.fromkeys(_INSTANCE_OPERATIONS, self._shown)
        rows |= {
            "CreateDBCluster": self._create_cluster,
            "RestoreDBClusterFromSnapshot": self._restore_cluster,
            "DeleteDBCluster": self._delete_cluster,
            "CreateDBInstance": self._create_instance,
            "DeleteDBInstance": self._delete_instance,
        }
        return {(_SERVICE, operation): handler for operation, handler in rows.items()}

    def reset(self) -> None:
        with self._emulation.backend.lock:
            self._estate.clear()
            self._snapshots.clear()
        # Without the lock: it waits for workers, and what they have in hand may end with the lock.
        self._compute.reset()

    def close(self) -> None:
        self._compute.close()

    def faults_changed(self) -> None:
        self._globals.faults_changed()

    # Clusters

    def _create_cluster(self, call: Call, passthrough: Passthrough) -> Result:
        given = call.parameters
        joined = given.get("GlobalClusterIdentifier")
        shell = self._estate.global_cluster(joined) if joined else None
        if shell is not None:
            self._check_member(call.region, given, founder=shell.writer is None)
            given = {**given, "StorageEncrypted": given.get("StorageEncrypted", shell.storage_encrypted)}
            given.setdefault("EngineVersion", shell.engine_version)
        output = passthrough(parameters=given)
        described = output["DBCluster"]
        cluster = Cluster(
            arn=described["DBClusterArn"],
            region=call.region,
            identifier=described["DBClusterIdentifier"],
            dbname=given.get("DatabaseName") or (shell.database_name if shell else None) or "postgres",
            user=given.get("MasterUsername", ""),
            password=given.get("MasterUserPassword", ""),
            settings=rds_settings.of_cluster(given),
        )
        self._estate.clusters[(call.region, cluster.identifier)] = cluster
        if shell is not None:
            self._globals.join(shell, cluster)
            self._mirror(cluster)
        self._show_cluster(call.region, described)
        return output

    def _restore_cluster(self, call: Call, passthrough: Passthrough) -> Result:
        output = self._snapshots.restore(call)
        self._show_cluster(call.region, output["DBCluster"])
        return output

    def _check_member(self, region: str, given: dict[str, Any], *, founder: bool) -> None:
        if given.get("ManageMasterUserPassword"):
            raise ApiError(
                "InvalidParameterCombination",
                "ManageMasterUserPassword is not supported for a member of a global cluster.",
            )
        if founder:
            if not given.get("MasterUsername") or not given.get("MasterUserPassword"):
                raise ApiError(
                    "InvalidParameterValue",
                    "The parameters MasterUsername and MasterUserPassword must be provided for the first cluster of a "
                    "global cluster.",
                )
            return
        for parameter, what in (
            ("MasterUsername", "user name"),
            ("MasterUserPassword", "password"),
            ("DatabaseName", "database name"),
        ):
            if given.get(parameter):
                raise ApiError(
                    "InvalidParameterCombination", f"Cannot specify {what} for cross region replication cluster"
                )
        if given.get("StorageEncrypted") and not given.get("KmsKeyId"):
            raise ApiError(
                "InvalidParameterCombination",
                f"KmsKeyId should be explicitly specified for the encrypted cross-region cluster in {region}",
            )

    def _delete_cluster(self, call: Call, passthrough: Passthrough) -> Result:
        given = call.parameters
        cluster = self._estate.cluster(call.region, given["DBClusterIdentifier"])
        if cluster is not None and cluster.global_cluster is not None:
            raise ApiError(
                "InvalidDBClusterStateFault",
                "This cluster is a part of a global cluster, please remove it from globalcluster first",
            )
        if not given.get("SkipFinalSnapshot") and not given.get("FinalDBSnapshotIdentifier"):
            raise ApiError(
                "InvalidParameterCombination",
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            )
        output = passthrough()
        self._show_cluster(call.region, output["DBCluster"])
        output["DBCluster"]["Status"] = "deleting"
        if cluster is not None:
            del self._estate.clusters[(call.region, cluster.identifier)]
            self._groups.drop_automatic_snapshots(call.region, cluster.arn)
            self._compute.delete(cluster.volume)
        return output

    # Instances

    def _create_instance(self, call: Call, passthrough: Passthrough) -> Result:
        cluster = self._estate.cluster(call.region, call.parameters.get("DBClusterIdentifier", ""))
        output = passthrough(parameters=self._with_window(call, cluster))
        if cluster is not None:
            first = not cluster.instances
            cluster.instances[output["DBInstance"]["DBInstanceIdentifier"]] = rds_settings.of_instance(call.parameters)
            if first:
                self._compute.start(cluster.volume, self._blueprint(cluster))
        self._show_instance(call.region, output["DBInstance"])
        return output

    def _with_window(self, call: Call, cluster: Cluster | None) -> dict[str, Any]:
        """The input with a maintenance window: AWS picks one beside the backup window, moto may pick one inside it."""
        if cluster is None or "PreferredMaintenanceWindow" in call.parameters:
            return call.parameters
        described = self._emulation.backend.invoke(
            _SERVICE, "DescribeDBClusters", call.region, {"DBClusterIdentifier": cluster.identifier}
        )["DBClusters"][0]
        return {**call.parameters, "PreferredMaintenanceWindow": described["PreferredMaintenanceWindow"]}

    def _delete_instance(self, call: Call, passthrough: Passthrough) -> Result:
        output = passthrough()
        described = output["DBInstance"]
        self._show_instance(call.region, described)
        described["DBInstanceStatus"] = "deleting"
        cluster = self._estate.cluster(call.region, described.get("DBClusterIdentifier") or "")
        if cluster is not None:
            cluster.instances.pop(described["DBInstanceIdentifier"], None)
            if not cluster.instances:
                self._compute.stop(cluster.volume)
        return output

    def _mirror(self, cluster: Cluster) -> None:
        """Let a secondary's volume follow from its creation."""
        blueprint = self._blueprint(cluster)
        if blueprint.source is not None:
            self._compute.start(cluster.volume, replace(blueprint, instances=False))

    def _blueprint(self, cluster: Cluster) -> Blueprint:
        shell = self._estate.global_of(cluster)
        if shell is None or shell.writer == cluster.arn:
            return Blueprint(cluster.dbname, cluster.user, cluster.password, None, copy=cluster.copy)
        writer = shell.writer_member
        return Blueprint(shell.dbname, shell.user, shell.password, writer.volume if writer else None)

    # What is shown

    def _shown(self, call: Call, passthrough: Passthrough) -> Result:
        if call.operation == "StopDBCluster":
            self._check_stoppable(call)
        output = passthrough()
        self._keep_settings(call, output)
        for cluster in [*output.get("DBClusters", []), *([output["DBCluster"]] if "DBCluster" in output else [])]:
            self._show_cluster(call.region, cluster)
        for instance in [*output.get("DBInstances", []), *([output["DBInstance"]] if "DBInstance" in output else [])]:
            self._show_instance(call.region, instance)
        return output

    def _keep_settings(self, call: Call, output: dict[str, Any]) -> None:
        if call.operation == "ModifyDBCluster":
            cluster = self._estate.cluster(call.region, output["DBCluster"]["DBClusterIdentifier"])
            if cluster is not None:
                cluster.settings = rds_settings.of_cluster(call.parameters, cluster.settings)
        elif call.operation == "ModifyDBInstance":
            described = output["DBInstance"]
            cluster = self._estate.cluster(call.region, described.get("DBClusterIdentifier") or "")
            if cluster is not None:
                name = described["DBInstanceIdentifier"]
                cluster.instances[name] = rds_settings.of_instance(call.parameters, cluster.instances.get(name))

    def _check_stoppable(self, call: Call) -> None:
        cluster = self._estate.cluster(call.region, call.parameters["DBClusterIdentifier"])
        if cluster is not None and cluster.global_cluster is not None:
            raise ApiError(
                "InvalidDBClusterStateFault",
                f"{cluster.identifier} is a member of a global cluster and cannot be stopped",
            )

    def _show_cluster(self, region: str, described: dict[str, Any]) -> None:
        cluster = self._estate.cluster(region, described["DBClusterIdentifier"])
        if cluster is None:
            return
        described |= cluster.settings
        described |= {"Endpoint": _ADDRESS, "ReaderEndpoint": _ADDRESS, "Port": self._compute.port(cluster.volume)}
        if cluster.status is not None:
            described["Status"] = cluster.status
        described.pop("ReplicationSourceIdentifier", None)
        described.pop("GlobalClusterIdentifier", None)
        shell = self._estate.global_of(cluster)
        if shell is None:
            return
        described["GlobalClusterIdentifier"] = shell.identifier
        if shell.writer != cluster.arn:
            described["ReplicationSourceIdentifier"] = shell.writer
            described["MasterUsername"] = shell.user
            described["DatabaseName"] = shell.dbname
        if shell.failover and cluster.arn in (shell.failover["FromDbClusterArn"], shell.failover["ToDbClusterArn"]):
            described["Status"] = shell.status

    def _show_instance(self, region: str, described: dict[str, Any]) -> None:
        cluster = self._estate.cluster(region, described.get("DBClusterIdentifier") or "")
        if cluster is None:
            return
        described |= cluster.instances.get(described["DBInstanceIdentifier"], {})
        described["Endpoint"] = {"Address": _ADDRESS, "Port": self._compute.port(cluster.volume)}
        described["DBInstanceStatus"] = _INSTANCE_STATUS.get(self._compute.state(cluster.volume), "stopped")
        if (problem := self._compute.problem(cluster.volume)) is not None:
            described["StatusInfos"] = [
                {"StatusType": "sandbox database", "Normal": False, "Status": "error", "Message": problem}
            ]
