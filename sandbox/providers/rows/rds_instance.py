"""Instances of an Aurora cluster."""

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Wait
from sandbox.providers.rules import AutoName, InPlace


def _is_writer(at: At, found: Found) -> Found:
    clusters = at.call("describe_db_clusters", DBClusterIdentifier=found["DBClusterIdentifier"])["DBClusters"]
    members = clusters[0].get("DBClusterMembers", []) if clusters else []
    name = found["DBInstanceIdentifier"]
    return {
        "Writer": any(member["DBInstanceIdentifier"] == name and member.get("IsClusterWriter") for member in members)
    }


ROWS = (
    Row(
        type="aws:rds/clusterInstance:ClusterInstance",
        service="rds",
        verb_noun="RDS Cluster Instance",
        create=Call("create_db_instance", sends=None),
        id="=identifier",
        read=Call("describe_db_instances", lambda s: {"DBInstanceIdentifier": s.id}, answer="DBInstances[0]"),
        also_read=(_is_writer,),
        gone=("DBInstanceNotFound", "DBInstanceNotFoundFault"),
        delete=Call("delete_db_instance", lambda s: {"DBInstanceIdentifier": s.id, "SkipFinalSnapshot": True}),
        waits_gone=True,
        wait=Wait("DBInstanceStatus", ("available",), failed=("failed", "incompatible-parameters")),
        fields={
            "identifier": Field("DBInstanceIdentifier"),
            "clusterIdentifier": Field("DBClusterIdentifier"),
            "instanceClass": Field("DBInstanceClass"),
            "caCertIdentifier": Field("CACertificateIdentifier"),
            "performanceInsightsEnabled": Field("EnablePerformanceInsights", found="PerformanceInsightsEnabled"),
            "performanceInsightsKmsKeyId": Field("PerformanceInsightsKMSKeyId"),
            "dbSubnetGroupName": Field("DBSubnetGroupName", found="DBSubnetGroup.DBSubnetGroupName"),
            "dbParameterGroupName": Field("DBParameterGroupName", found="DBParameterGroups"),
            "endpoint": Field("-", found="Endpoint.Address"),
            "port": Field("-", found="Endpoint.Port"),
            "tags": Field(found="TagList"),
        },
        changes=(
            Change(
                (
                    "autoMinorVersionUpgrade",
                    "caCertIdentifier",
                    "copyTagsToSnapshot",
                    "dbParameterGroupName",
                    "instanceClass",
                    "monitoringInterval",
                    "monitoringRoleArn",
                    "performanceInsightsEnabled",
                    "performanceInsightsKmsKeyId",
                    "performanceInsightsRetentionPeriod",
                    "preferredBackupWindow",
                    "preferredMaintenanceWindow",
                    "promotionTier",
                    "publiclyAccessible",
                ),
                "aws api: ModifyDBInstance",
                Call(
                    "modify_db_instance",
                    lambda s: {
                        "DBInstanceIdentifier": s.id,
                        "ApplyImmediately": bool(s.inputs.get("applyImmediately")),
                    },
                ),
            ),
        ),
        local=(
            InPlace(
                ("applyImmediately", "forceDestroy", "engineVersion", "warningEventCategories"),
                "provider: read at another call; an instance's version follows its cluster's",
            ),
        ),
        tags="rds",
        auto_name=AutoName("identifier", 63, rival="identifierPrefix"),
        defaults={
            "autoMinorVersionUpgrade": True,
            "copyTagsToSnapshot": False,
            "forceDestroy": False,
            "monitoringInterval": 0,
            "promotionTier": 0,
        },
        computed=(
            "applyImmediately",
            "availabilityZone",
            "caCertIdentifier",
            "dbParameterGroupName",
            "dbSubnetGroupName",
            "engineVersion",
            "monitoringRoleArn",
            "performanceInsightsEnabled",
            "performanceInsightsKmsKeyId",
            "performanceInsightsRetentionPeriod",
            "preferredBackupWindow",
            "preferredMaintenanceWindow",
            "publiclyAccessible",
        ),
        outputs={
            "arn": "DBInstanceArn",
            "engineVersionActual": "EngineVersion",
            "dbParameterGroupName": "DBParameterGroups[0].DBParameterGroupName",
            "writer": "Writer",
        },
        extended="its endpoint is the site's PostgreSQL",
    ),
)
