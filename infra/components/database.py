"""A site's member of the Aurora global database: the cluster, its instances, and who reaches them."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput, assumed_by, policy
from infra.components.global_database import ENGINE

LOG_DAYS = 2192
"""Six years: connections and statements by role are an audit trail."""
IGNORED = ("replication_source_identifier", "engine_version")
"""A failover changes the first, an upgrade of the global cluster the second."""


PORT = 5432
"""Where Aurora PostgreSQL listens unless it is told otherwise, which nothing here does. What a security group opens is
this, and not the cluster's output, so that it can be judged before the cluster is there."""


class Master(TypedDict):
    """The master user, which only the founder's member brings along; a secondary inherits it."""

    username: pulumi.Input[str]
    """The role that owns the cluster."""
    password: pulumi.Input[str]
    """Write-only: sent when the version changes, read by nobody, encrypted in state."""
    password_version: pulumi.Input[int]
    """Raised to have the password sent again."""


class DatabaseArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the member."""
    account_id: pulumi.Input[str]
    """The account for which the monitoring role may be assumed."""
    global_cluster_identifier: str
    """Plain, so that it can never be unknown: a member that loses it is detached."""
    cluster_identifier: pulumi.Input[str]
    """The member's identifier."""
    instances_stay: bool
    """Plain: whether the site keeps its instances while it stands by."""
    instance_identifiers: Sequence[str]
    """Plain, since they decide what exists: one instance each."""
    zones: Sequence[str]
    """Plain: availability zones; the instances take turns at them. Empty where they are not known: RDS decides."""
    instance_class: pulumi.Input[str]
    """Such as `db.r7g.large`."""
    engine_version: str
    """Plain, since the parameter group's family follows from it: for a new member; later the global cluster decides."""
    master: NotRequired[Master]
    """Only at the founder."""
    transaction_seconds: pulumi.Input[int]
    """Bound on one transaction; a failover waits for it."""
    rpo_seconds: NotRequired[int]
    """Plain, since it decides which parameters there are: commits wait while every secondary is further behind."""
    backup_retention_days: pulumi.Input[int]
    """Days of point-in-time recovery, 1 to 35."""
    vpc_id: pulumi.Input[str]
    """The site's network."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Isolated subnets."""
    key_arn: pulumi.Input[str]
    """The region's own key for the data."""
    log_key_arn: pulumi.Input[str]
    """Key of the PostgreSQL log."""
    monitoring_role: pulumi.Input[str]
    """Name of the role that sends enhanced monitoring."""
    protection: bool
    """Plain, as Pulumi's `protect`: drives it, deletion protection, the final snapshot and kept backups together."""
    tags: TagsInput
    """On every child that takes tags."""


class Database(Component):
    """Cluster, instances, parameters, subnet group, security group, log and monitoring role."""

    arn: pulumi.Output[str]
    resource_id: pulumi.Output[str]
    """What IAM names in `rds-db:connect`; it survives a rename of the cluster."""
    endpoint: pulumi.Output[str]
    """Leads to the writer; without one, to nowhere, until the site is promoted."""
    reader_endpoint: pulumi.Output[str]
    port: pulumi.Output[int]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        # No rule of its own: each service that needs the database opens the way for itself.
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            region=args["region"],
            vpc_id=args["vpc_id"],
            description="The database: reached by services that need it",
            tags=args["tags"],
            opts=self.child(),
        )
        cluster = self._cluster(group.id)
        self._instances(cluster)
        self.arn = cluster.arn
        self.resource_id = cluster.cluster_resource_id
        self.endpoint = cluster.endpoint
        self.reader_endpoint = cluster.reader_endpoint
        self.port = cluster.port
        self.security_group_id = group.id
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint, "reader_endpoint": self.reader_endpoint})

    def _cluster(self, security_group_id: pulumi.Input[str]) -> aws.rds.Cluster:
        name, args = self._name, self._args
        subnets = aws.rds.SubnetGroup(
            f"{name}-subnets",
            region=args["region"],
            description="Isolated subnets: no route leads out of them",
            subnet_ids=args["subnet_ids"],
            tags=args["tags"],
            opts=self.child(),
        )
        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            region=args["region"],
            name=pulumi.Output.format("/aws/rds/cluster/{0}/postgresql", args["cluster_identifier"]),
            retention_in_days=LOG_DAYS,
            kms_key_id=args["log_key_arn"],
            tags=args["tags"],
            opts=self.child(),
        )
        master = args.get("master")
        return aws.rds.Cluster(
            f"{name}-cluster",
            region=args["region"],
            cluster_identifier=args["cluster_identifier"],
            global_cluster_identifier=args["global_cluster_identifier"],
            engine=ENGINE,
            engine_version=args["engine_version"],
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            master_username=master["username"] if master else None,
            master_password_wo=master["password"] if master else None,
            master_password_wo_version=master["password_version"] if master else None,
            iam_database_authentication_enabled=True,
            storage_encrypted=True,
            kms_key_id=args["key_arn"],
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[security_group_id],
            db_cluster_parameter_group_name=self._parameters().name,
            backup_retention_period=args["backup_retention_days"],
            preferred_backup_window="07:00-08:00",
            preferred_maintenance_window="sun:08:30-sun:09:30",
            copy_tags_to_snapshot=True,
            delete_automated_backups=not args["protection"],
            enabled_cloudwatch_logs_exports=["postgresql"],
            deletion_protection=args["protection"],
            skip_final_snapshot=not args["protection"],
            final_snapshot_identifier=(
                pulumi.Output.format("{0}-final", args["cluster_identifier"]) if args["protection"] else None
            ),
            tags=args["tags"],
            opts=self.child(protect=args["protection"], ignore_changes=IGNORED, depends_on=[log]),
        )

    def _parameters(self) -> aws.rds.ClusterParameterGroup:
        """At both sites alike: a secondary does not inherit the primary's."""
        milliseconds = pulumi.Output.from_input(self._args["transaction_seconds"]).apply(lambda s: str(s * 1000))
        at_once: dict[str, pulumi.Input[str]] = {
            "log_connections": "1",
            "log_disconnections": "1",
            "log_statement": "ddl",
            # Bind parameters are PHI: they never reach the log.
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "pgaudit.log": "ddl,role",
            "transaction_timeout": milliseconds,
        }
        if "rpo_seconds" in self._args:
            # At both sites: it is the primary's that counts, and either may be the primary.
            at_once["rds.global_db_rpo"] = str(self._args["rpo_seconds"])
        at_restart = {"rds.force_ssl": "1", "shared_preload_libraries": "pg_stat_statements,pgaudit"}
        return aws.rds.ClusterParameterGroup(
            f"{self._name}-parameters",
            region=self._args["region"],
            family=f"{ENGINE}{self._args['engine_version'].split('.')[0]}",
            description="TLS only, audited, transactions bounded",
            parameters=[
                *({"name": key, "value": value, "apply_method": "immediate"} for key, value in at_once.items()),
                *({"name": key, "value": value, "apply_method": "pending-reboot"} for key, value in at_restart.items()),
            ],
            tags=self._args["tags"],
            opts=self.child(),
        )

    def _instances(self, cluster: aws.rds.Cluster) -> None:
        name, args = self._name, self._args
        role = aws.iam.Role(
            f"{name}-monitoring-role",
            name=args["monitoring_role"],
            assume_role_policy=assumed_by("monitoring.rds.amazonaws.com", args["account_id"]),
            tags=args["tags"],
            opts=self.child(),
        )
        group = pulumi.Output.format("arn:aws:logs:{0}:{1}:log-group:RDSOSMetrics", args["region"], args["account_id"])
        sent = aws.iam.RolePolicy(
            f"{name}-monitoring-policy",
            role=role.name,
            policy=policy(
                {
                    "Effect": "Allow",
                    "Action": [
                        "logs:CreateLogGroup",
                        "logs:PutRetentionPolicy",
                        "logs:CreateLogStream",
                        "logs:PutLogEvents",
                        "logs:DescribeLogStreams",
                        "logs:GetLogEvents",
                    ],
                    "Resource": [group, pulumi.Output.format("{0}:log-stream:*", group)],
                }
            ),
            opts=self.child(),
        )
        zones = args["zones"]
        for index, identifier in enumerate(args["instance_identifiers"]):
            aws.rds.ClusterInstance(
                f"{name}-instance-{index + 1}",
                region=args["region"],
                identifier=identifier,
                cluster_identifier=cluster.id,
                # Left to RDS, two instances may share a zone.
                availability_zone=zones[index % len(zones)] if zones else None,
                engine=ENGINE,
                instance_class=args["instance_class"],
                publicly_accessible=False,
                copy_tags_to_snapshot=True,
                # All alike in class, so that any may be promoted within the site.
                promotion_tier=0,
                performance_insights_enabled=True,
                performance_insights_kms_key_id=args["key_arn"],
                monitoring_interval=60,
                monitoring_role_arn=role.arn,
                force_destroy=not args["protection"],
                tags=args["tags"],
                # They hold no data. Where a standby has none, a promotion makes some and the old site gives up its own.
                opts=self.child(protect=args["protection"] and args["instances_stay"], depends_on=[sent]),
            )
