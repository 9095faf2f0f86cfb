"""What keeps data."""

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from tests.sandbox.providers.programs.place import at_east, two_subnets


def data() -> None:
    """What keeps data: the control table, secrets in two regions, a database with its global cluster."""
    opts = at_east()
    aws.dynamodb.Table(
        "control",
        name="trial-control",
        billing_mode="PAY_PER_REQUEST",
        hash_key="pk",
        range_key="sk",
        attributes=[{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
        replicas=[
            {
                "region_name": "us-west-2",
                "consistency_mode": "STRONG",
                "point_in_time_recovery": True,
                "deletion_protection_enabled": False,
                "propagate_tags": True,
            }
        ],
        global_table_witness={"region_name": "us-east-2"},
        point_in_time_recovery={"enabled": True},
        server_side_encryption={"enabled": True},
        opts=opts,
    )
    password = random.RandomPassword("password", length=40, special=False)
    secret = aws.secretsmanager.Secret(
        "secret",
        name="trial/session-key",
        recovery_window_in_days=0,
        replicas=[{"region": "us-west-2"}],
        opts=opts,
    )
    aws.secretsmanager.SecretVersion(
        "value", secret_id=secret.id, secret_string_wo=password.result, secret_string_wo_version=1, opts=opts
    )
    shell = aws.rds.GlobalCluster(
        "shell",
        global_cluster_identifier="trial",
        engine="aurora-postgresql",
        engine_version="17.5",
        engine_lifecycle_support="open-source-rds-extended-support-disabled",
        database_name="trial",
        storage_encrypted=True,
        force_destroy=True,
        opts=opts,
    )
    vpc, subnets = two_subnets(opts)
    group = aws.ec2.SecurityGroup("group", vpc_id=vpc.id, opts=opts)
    key = aws.kms.Key("key", deletion_window_in_days=7, opts=opts)
    subnet_group = aws.rds.SubnetGroup("subnets", subnet_ids=[subnet.id for subnet in subnets], opts=opts)
    parameters = aws.rds.ClusterParameterGroup(
        "parameters",
        family="aurora-postgresql17",
        parameters=[
            {"name": "log_statement", "value": "ddl", "apply_method": "immediate"},
            {"name": "rds.force_ssl", "value": "1", "apply_method": "pending-reboot"},
        ],
        opts=opts,
    )
    cluster = aws.rds.Cluster(
        "cluster",
        cluster_identifier="trial-east",
        global_cluster_identifier=shell.id,
        engine="aurora-postgresql",
        engine_version="17.5",
        engine_lifecycle_support="open-source-rds-extended-support-disabled",
        master_username="lifeline",
        master_password_wo=password.result,
        master_password_wo_version=1,
        iam_database_authentication_enabled=True,
        storage_encrypted=True,
        kms_key_id=key.arn,
        db_subnet_group_name=subnet_group.name,
        vpc_security_group_ids=[group.id],
        db_cluster_parameter_group_name=parameters.name,
        backup_retention_period=35,
        preferred_backup_window="07:00-08:00",
        preferred_maintenance_window="sun:08:30-sun:09:30",
        copy_tags_to_snapshot=True,
        enabled_cloudwatch_logs_exports=["postgresql"],
        skip_final_snapshot=True,
        opts=opts,
    )
    instance = aws.rds.ClusterInstance(
        "instance",
        identifier="trial-east-1",
        cluster_identifier=cluster.id,
        engine="aurora-postgresql",
        instance_class="db.r7g.large",
        publicly_accessible=False,
        performance_insights_enabled=True,
        performance_insights_kms_key_id=key.arn,
        promotion_tier=0,
        opts=opts,
    )
    pulumi.export("endpoint", cluster.endpoint)
    pulumi.export("port", cluster.port)
    pulumi.export("writer", instance.writer)
