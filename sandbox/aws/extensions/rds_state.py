"""What the emulated RDS knows of clusters and of the global clusters they belong to, beyond what moto keeps."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.aws.errors import ApiError


def volume(region: str, identifier: str) -> str:
    """What the database of a cluster is called."""
    return f"{region}/{identifier}"


@dataclass
class Cluster:
    """One regional Aurora cluster. Credentials are empty on one that was created as a global cluster's secondary."""

    arn: str
    region: str
    identifier: str
    dbname: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    global_cluster: str | None = None
    instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Identifier → settings that moto does not keep."""
    settings: dict[str, Any] = field(default_factory=dict)
    copy: str | None = None
    """Restored from a snapshot: the copy that its first data are; empty where the snapshot has no data."""
    status: str | None = None
    """Shown instead of moto's while something is being done to the cluster."""

    @property
    def volume(self) -> str:
        """The name of its data, with instances or without."""
        return volume(self.region, self.identifier)


@dataclass
class Member:
    """A cluster's place in a global cluster. `synchronized` is False from being left behind until it has rejoined."""

    arn: str
    region: str
    synchronized: bool = True
    snapshot: str | None = None
    """Set on a writer that a failover left behind: the snapshot that is taken of its volume before it rejoins."""

    @property
    def identifier(self) -> str:
        return self.arn.rpartition(":")[2]

    @property
    def volume(self) -> str:
        return volume(self.region, self.identifier)


@dataclass
class GlobalCluster:
    """Members across regions, at most one of which is the writer; no member's region owns it."""

    identifier: str
    resource_id: str
    arn: str
    engine: str
    engine_version: str
    storage_encrypted: bool
    deletion_protection: bool
    database_name: str | None
    dbname: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    tags: dict[str, str] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    writer: str | None = None
    status: str = "available"
    failover: dict[str, Any] | None = None

    def member(self, identifier: str) -> Member:
        """By ARN or by the cluster's identifier."""
        for member in self.members:
            if identifier in (member.arn, member.identifier):
                return member
        raise ApiError(
            "DBClusterNotFoundFault", f"DBCluster {identifier} is not a member of global cluster {self.identifier}"
        )

    @property
    def writer_member(self) -> Member | None:
        return next((member for member in self.members if member.arn == self.writer), None)

    def describe(self) -> dict[str, Any]:
        """The global cluster in boto3's shape."""
        readers = [member.arn for member in self.members if member.arn != self.writer]
        members = []
        for member in self.members:
            described: dict[str, Any] = {
                "DBClusterArn": member.arn,
                "IsWriter": member.arn == self.writer,
                "Readers": readers if member.arn == self.writer else [],
                "SynchronizationStatus": "connected" if member.synchronized else "pending-resync",
            }
            if member.arn != self.writer:
                described["GlobalWriteForwardingStatus"] = "disabled"
            members.append(described)
        described = {
            "GlobalClusterIdentifier": self.identifier,
            "GlobalClusterResourceId": self.resource_id,
            "GlobalClusterArn": self.arn,
            "Status": self.status,
            "Engine": self.engine,
            "EngineVersion": self.engine_version,
            "StorageEncrypted": self.storage_encrypted,
            "DeletionProtection": self.deletion_protection,
            "GlobalClusterMembers": members,
            "Endpoint": f"{self.identifier}.global-{self.resource_id[-12:]}.global.rds.amazonaws.com",
            "TagList": [{"Key": key, "Value": value} for key, value in self.tags.items()],
        }
        if self.database_name:
            described["DatabaseName"] = self.database_name
        if self.failover is not None:
            described["FailoverState"] = dict(self.failover)
        return described


class Estate:
    """All of one account's clusters, by region and by global cluster."""

    def __init__(self) -> None:
        self.clusters: dict[tuple[str, str], Cluster] = {}
        self.globals: dict[str, GlobalCluster] = {}
        self.seen_from: dict[str, list[dict[str, Any]]] = {}
        """For each isolated region, the global clusters as they were when it was cut off."""

    def cluster(self, region: str, identifier: str) -> Cluster | None:
        """By identifier or ARN."""
        return self.clusters.get((region, identifier.rpartition(":")[2].lower()))

    def by_arn(self, arn: str) -> Cluster | None:
        return next((cluster for cluster in self.clusters.values() if cluster.arn == arn), None)

    def global_cluster(self, identifier: str) -> GlobalCluster:
        found = self.globals.get(identifier.lower())
        if found is None:
            raise ApiError("GlobalClusterNotFoundFault", f"Global cluster {identifier} not found")
        return found

    def settled(self, identifier: str) -> GlobalCluster:
        """One that nothing is being done to. Raises ApiError."""
        cluster = self.global_cluster(identifier)
        if cluster.status != "available":
            raise ApiError("InvalidGlobalClusterStateFault", f"Global cluster {cluster.identifier} is {cluster.status}")
        return cluster

    def global_of(self, cluster: Cluster) -> GlobalCluster | None:
        return self.globals.get(cluster.global_cluster) if cluster.global_cluster else None

    def clear(self) -> None:
        self.clusters.clear()
        self.globals.clear()
        self.seen_from.clear()
