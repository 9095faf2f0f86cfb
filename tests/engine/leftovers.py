"""What a destroyed estate must not leave."""

from typing import Any

from tests.engine.estate import Estate


def active_clusters(ecs: Any) -> list[str]:
    """ECS keeps showing a deleted cluster for a while, as inactive."""
    shown = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]
    return [cluster["clusterArn"] for cluster in shown if cluster["status"] != "INACTIVE"]


def leftovers(it: Estate, region: str) -> dict[str, list[Any]]:
    """What a destroyed estate must not leave; AWS's own default network is not ours."""
    ec2 = it.aws("ec2", region)
    found: dict[str, list[Any]] = {
        "vpcs": [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]],
        "gateways": ec2.describe_internet_gateways()["InternetGateways"],
        "addresses": ec2.describe_addresses()["Addresses"],
        "clusters": it.aws("rds", region).describe_db_clusters()["DBClusters"],
        "global clusters": it.aws("rds", region).describe_global_clusters()["GlobalClusters"],
        "tables": it.aws("dynamodb", region).list_tables()["TableNames"],
        "balancers": it.aws("elbv2", region).describe_load_balancers()["LoadBalancers"],
        "target groups": it.aws("elbv2", region).describe_target_groups()["TargetGroups"],
        "ecs": active_clusters(it.aws("ecs", region)),
        "secrets": it.aws("secretsmanager", region).list_secrets()["SecretList"],
        "logs": it.aws("logs", region).describe_log_groups()["logGroups"],
        "roles": [role["RoleName"] for role in it.aws("iam", region).list_roles()["Roles"]],
        "certificates": it.aws("acm", region).list_certificates()["CertificateSummaryList"],
        "topics": it.aws("sns", region).list_topics()["Topics"],
        "alarms": it.aws("cloudwatch", region).describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])[
            "MetricAlarms"
        ],
        "dashboards": it.aws("cloudwatch", region).list_dashboards()["DashboardEntries"],
        "rules": it.aws("events", region).list_rules()["Rules"],
        "firewalls": it.aws("wafv2", region).list_web_acls(Scope="REGIONAL")["WebACLs"],
        "vaults": it.aws("backup", region).list_backup_vaults()["BackupVaultList"],
        "plans": it.aws("backup", region).list_backup_plans()["BackupPlansList"],
        "namespaces": it.aws("servicediscovery", region).list_namespaces()["Namespaces"],
        "buckets": it.aws("s3", region).list_buckets()["Buckets"],
        "queues": it.aws("sqs", region).list_queues().get("QueueUrls", []),
        "repositories": it.aws("ecr", region).describe_repositories()["repositories"],
        "caches": it.aws("elasticache", region).describe_replication_groups()["ReplicationGroups"],
        "cache users": it.aws("elasticache", region).describe_users()["Users"],
    }
    return {kind: items for kind, items in found.items() if items}
