"""Aurora: global clusters and their members."""

from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Wait
from sandbox.providers.aws.session import Failed
from sandbox.providers.handlers import Refused
from sandbox.providers.rules import AutoName, InPlace

NOT_A_MEMBER = ("GlobalClusterNotFoundFault", "DBClusterNotFoundFault", "InvalidParameterValue")


def _remove_members(at: At) -> None:
    """`forceDestroy`: members are let go, and live on as clusters of their own."""
    if not at.subject.value("forceDestroy"):
        return
    found = at.call("describe_global_clusters", GlobalClusterIdentifier=at.id)["GlobalClusters"]
    members = found[0].get("GlobalClusterMembers", []) if found else []
    for member in sorted(members, key=lambda item: bool(item.get("IsWriter"))):
        at.call("remove_from_global_cluster", GlobalClusterIdentifier=at.id, DbClusterIdentifier=member["DBClusterArn"])


def _leave_global(at: At) -> None:
    """AWS deletes no member of a global cluster, so the real provider takes it out first."""
    name = at.subject.value("globalClusterIdentifier")
    if name:
        _leave(at, str(name))


def _leave(at: At, name: str) -> None:
    try:
        at.call(
            "remove_from_global_cluster",
            GlobalClusterIdentifier=name,
            DbClusterIdentifier=at.subject.outputs.get("arn") or at.id,
        )
    except Failed as failed:
        if failed.code not in NOT_A_MEMBER and "is not found in global cluster" not in str(failed):
            raise


def _change_global(at: At) -> None:
    old, new = at.subject.old_inputs.get("globalClusterIdentifier"), at.inputs.get("globalClusterIdentifier")
    if not old:
        raise Refused(
            "existing RDS Clusters cannot be added to an existing RDS Global Cluster. Remove the "
            "globalClusterIdentifier, or make a new cluster"
        )
    if new:
        raise Refused("existing RDS Clusters cannot be migrated between existing RDS Global Clusters")
    _leave(at, str(old))


def _remove(at: At) -> None:
    request: dict[str, Any] = {"DBClusterIdentifier": at.id, "SkipFinalSnapshot": True}
    if not at.subject.value("skipFinalSnapshot"):
        snapshot = at.subject.value("finalSnapshotIdentifier")
        if not snapshot:
            raise Refused("RDS Cluster final_snapshot_identifier is required when skip_final_snapshot is false")
        request.update(SkipFinalSnapshot=False, FinalDBSnapshotIdentifier=snapshot)
    if at.subject.value("deleteAutomatedBackups") is not None:
        request["DeleteAutomatedBackups"] = bool(at.subject.value("deleteAutomatedBackups"))
    at.call("delete_db_cluster", **request)


def _log_exports(at: At) -> None:
    old = set(at.subject.old_inputs.get("enabledCloudwatchLogsExports") or ())
    new = set(at.inputs.get("enabledCloudwatchLogsExports") or ())
    at.call(
        "modify_db_cluster",
        DBClusterIdentifier=at.id,
        CloudwatchLogsExportConfiguration={
            "EnableLogTypes": sorted(new - old),
            "DisableLogTypes": sorted(old - new),
        },
    )


def _membership(at: At, found: Found) -> Found:
    """Which global cluster the cluster belongs to, asked as the real provider asks."""
    name = at.subject.value("globalClusterIdentifier")
    if not name:
        return {}
    try:
        clusters = at.call("describe_global_clusters", GlobalClusterIdentifier=name)["GlobalClusters"]
    except Failed as failed:
        if failed.code != "GlobalClusterNotFoundFault":
            raise
        clusters = []
    members = [member["DBClusterArn"] for cluster in clusters for member in cluster.get("GlobalClusterMembers", [])]
    return {"GlobalClusterIdentifier": name if found["DBClusterArn"] in members else ""}


ROWS = (
    Row(
        type="aws:rds/globalCluster:GlobalCluster",
        service="rds",
        verb_noun="RDS Global Cluster",
        create=Call("create_global_cluster", sends=None),
        id="=globalClusterIdentifier",
        read=Call("describe_global_clusters", lambda s: {"GlobalClusterIdentifier": s.id}, answer="GlobalClusters[0]"),
        gone=("GlobalClusterNotFoundFault",),
        before_delete=(_remove_members,),
        delete=Call("delete_global_cluster", lambda s: {"GlobalClusterIdentifier": s.id}),
        waits_gone=True,
        wait=Wait("Status", ("available",)),
        fields={
            "sourceDbClusterIdentifier": Field(found="-"),
            "globalClusterMembers": Field(nested={"dbClusterArn": "DBClusterArn", "isWriter": "IsWriter"}),
            "databaseName": Field(decode=lambda name: name or None),
        },
        changes=(
            Change(
                ("deletionProtection", "engineVersion"),
                "aws api: ModifyGlobalCluster",
                Call("modify_global_cluster", lambda s: {"GlobalClusterIdentifier": s.id}),
            ),
        ),
        local=(InPlace(("forceDestroy",), "provider: read at deletion only"),),
        tags="rds",
        fixed=("globalClusterIdentifier",),
        defaults={"forceDestroy": False},
        computed=("engine", "engineVersion", "engineLifecycleSupport", "storageEncrypted", "databaseName"),
        outputs={
            "arn": "GlobalClusterArn",
            "globalClusterResourceId": "GlobalClusterResourceId",
            "engineVersionActual": "EngineVersion",
        },
        extended="failover, switchover, modification and members across regions (`sandbox/aws/extensions`)",
    ),
    Row(
        type="aws:rds/cluster:Cluster",
        service="rds",
        verb_noun="RDS Cluster",
        create=Call("create_db_cluster", sends=None),
        id="=clusterIdentifier",
        read=Call("describe_db_clusters", lambda s: {"DBClusterIdentifier": s.id}, answer="DBClusters[0]"),
        also_read=(_membership,),
        gone=("DBClusterNotFoundFault",),
        before_delete=(_leave_global,),
        delete=_remove,
        waits_gone=True,
        wait=Wait("Status", ("available",), failed=("failed", "inaccessible-encryption-credentials")),
        fields={
            "clusterIdentifier": Field("DBClusterIdentifier"),
            "dbSubnetGroupName": Field("DBSubnetGroupName", found="DBSubnetGroup"),
            "dbClusterParameterGroupName": Field("DBClusterParameterGroupName", found="DBClusterParameterGroup"),
            "vpcSecurityGroupIds": Field(
                found="VpcSecurityGroups", decode=lambda groups: [group["VpcSecurityGroupId"] for group in groups]
            ),
            "masterPassword": Field("MasterUserPassword", found="-"),
            "masterPasswordWo": Field("MasterUserPassword", found="-"),
            "iamDatabaseAuthenticationEnabled": Field(
                "EnableIAMDatabaseAuthentication", found="IAMDatabaseAuthenticationEnabled"
            ),
            "enabledCloudwatchLogsExports": Field("EnableCloudwatchLogsExports", found="EnabledCloudwatchLogsExports"),
            "performanceInsightsEnabled": Field("EnablePerformanceInsights", found="PerformanceInsightsEnabled"),
            "enableHttpEndpoint": Field(found="HttpEndpointEnabled"),
            "clusterMembers": Field(
                "-",
                found="DBClusterMembers",
                decode=lambda members: [member["DBInstanceIdentifier"] for member in members],
            ),
            "globalClusterIdentifier": Field(decode=lambda name: name),
            "tags": Field(found="TagList"),
        },
        changes=(
            Change(
                (
                    "allowMajorVersionUpgrade",
                    "backtrackWindow",
                    "backupRetentionPeriod",
                    "copyTagsToSnapshot",
                    "databaseInsightsMode",
                    "dbClusterInstanceClass",
                    "dbClusterParameterGroupName",
                    "deletionProtection",
                    "domain",
                    "domainIamRoleName",
                    "enableGlobalWriteForwarding",
                    "enableHttpEndpoint",
                    "enableLocalWriteForwarding",
                    "engineVersion",
                    "iamDatabaseAuthenticationEnabled",
                    "iops",
                    "manageMasterUserPassword",
                    "masterPassword",
                    "masterUserSecretKmsKeyId",
                    "monitoringInterval",
                    "monitoringRoleArn",
                    "networkType",
                    "performanceInsightsEnabled",
                    "performanceInsightsKmsKeyId",
                    "performanceInsightsRetentionPeriod",
                    "port",
                    "preferredBackupWindow",
                    "preferredMaintenanceWindow",
                    "scalingConfiguration",
                    "serverlessv2ScalingConfiguration",
                    "storageType",
                    "vpcSecurityGroupIds",
                ),
                "aws api: ModifyDBCluster",
                Call(
                    "modify_db_cluster",
                    lambda s: {
                        "DBClusterIdentifier": s.id,
                        "ApplyImmediately": bool(s.inputs.get("applyImmediately")),
                    },
                ),
            ),
            Change(
                ("masterPasswordWoVersion",),
                "aws api: ModifyDBCluster",
                Call(
                    "modify_db_cluster",
                    lambda s: {"DBClusterIdentifier": s.id, "ApplyImmediately": True},
                    sends=("masterPasswordWo",),
                ),
            ),
            Change(("enabledCloudwatchLogsExports",), "aws api: ModifyDBCluster", _log_exports),
            Change(("globalClusterIdentifier",), "aws api: RemoveFromGlobalCluster", _change_global),
        ),
        local=(
            InPlace(
                (
                    "applyImmediately",
                    "deleteAutomatedBackups",
                    "finalSnapshotIdentifier",
                    "skipFinalSnapshot",
                    "dbInstanceParameterGroupName",
                    "warningEventCategories",
                ),
                "provider: read at another call only",
            ),
        ),
        write_only=("masterPasswordWo",),
        tags="rds",
        auto_name=AutoName("clusterIdentifier", 63, rival="clusterIdentifierPrefix"),
        defaults={
            "backupRetentionPeriod": 1,
            "copyTagsToSnapshot": False,
            "deleteAutomatedBackups": True,
            "enableGlobalWriteForwarding": False,
            "enableHttpEndpoint": False,
            "enableLocalWriteForwarding": False,
            "engineMode": "provisioned",
            "skipFinalSnapshot": False,
        },
        computed=(
            "allocatedStorage",
            "applyImmediately",
            "autoMinorVersionUpgrade",
            "availabilityZones",
            "caCertificateIdentifier",
            "clusterMembers",
            "clusterScalabilityType",
            "databaseInsightsMode",
            "databaseName",
            "dbClusterParameterGroupName",
            "dbSubnetGroupName",
            "dbSystemId",
            "engineLifecycleSupport",
            "engineVersion",
            "iamRoles",
            "kmsKeyId",
            "masterUserSecretKmsKeyId",
            "masterUsername",
            "monitoringInterval",
            "networkType",
            "performanceInsightsKmsKeyId",
            "performanceInsightsRetentionPeriod",
            "port",
            "preferredBackupWindow",
            "preferredMaintenanceWindow",
            "replicationSourceIdentifier",
            "sourceRegion",
            "storageEncrypted",
            "storageType",
            "vpcSecurityGroupIds",
        ),
        outputs={
            "arn": "DBClusterArn",
            "clusterResourceId": "DbClusterResourceId",
            "engineVersionActual": "EngineVersion",
        },
        extended="a real PostgreSQL at each site, streaming to the other (`sandbox/postgres`)",
    ),
)
