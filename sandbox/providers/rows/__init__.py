"""The rows: one file a service, one row a resource type.

A row states how a type is made, read, changed and removed, and, for each property that changes in place, who says so.
"""

from collections.abc import Iterator

from sandbox.providers.aws.row import Row


def aws_rows() -> Iterator[Row]:
    """Every row of the aws provider."""
    from sandbox.providers.rows import (
        acm,
        application_autoscaling,
        cloudwatch,
        dynamodb,
        ec2_endpoints,
        ec2_network,
        ec2_routing,
        ec2_security,
        ecs,
        elbv2,
        elbv2_rules,
        iam,
        kms,
        logs,
        rds_cluster,
        rds_groups,
        rds_instance,
        secretsmanager,
        sns,
    )

    for module in (
        acm,
        application_autoscaling,
        cloudwatch,
        dynamodb,
        ec2_endpoints,
        ec2_network,
        ec2_routing,
        ec2_security,
        ecs,
        elbv2,
        elbv2_rules,
        iam,
        kms,
        logs,
        rds_cluster,
        rds_groups,
        rds_instance,
        secretsmanager,
        sns,
    ):
        yield from module.ROWS
