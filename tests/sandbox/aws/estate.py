"""The Aurora estate of two sites, made in the order in which the stacks make it."""

from typing import Any

from tests.sandbox.aws.conftest import EAST, WEST, Aws

ENGINE = "aurora-postgresql"
PASSWORD = "not-a-secret-here"


def shell(aws: Aws, **settings: Any) -> dict[str, Any]:
    """The empty global cluster, made in the home region."""
    created = aws.client("rds", WEST).create_global_cluster(
        GlobalClusterIdentifier="shell",
        Engine=ENGINE,
        EngineVersion="17.4",
        DatabaseName="nl_fhir",
        Tags=[{"Key": "project", "Value": "lifeline"}],
        **settings,
    )
    return dict(created["GlobalCluster"])


def founder(aws: Aws, **settings: Any) -> dict[str, Any]:
    created = aws.client("rds", EAST).create_db_cluster(
        DBClusterIdentifier="east",
        Engine=ENGINE,
        EngineVersion="17.4",
        GlobalClusterIdentifier="shell",
        MasterUsername="lifeline",
        MasterUserPassword=PASSWORD,
        **settings,
    )
    return dict(created["DBCluster"])


def member(aws: Aws, **settings: Any) -> dict[str, Any]:
    given = {
        "DBClusterIdentifier": "west",
        "Engine": ENGINE,
        "EngineVersion": "17.4",
        "GlobalClusterIdentifier": "shell",
    }
    return dict(aws.client("rds", WEST).create_db_cluster(**{**given, **settings})["DBCluster"])


def add_instance(aws: Aws, region: str, cluster: str, index: int = 1) -> dict[str, Any]:
    created = aws.client("rds", region).create_db_instance(
        DBInstanceIdentifier=f"{cluster}-{index}",
        DBClusterIdentifier=cluster,
        Engine=ENGINE,
        DBInstanceClass="db.r6g.large",
    )
    return dict(created["DBInstance"])


def two_sites(aws: Aws, **settings: Any) -> None:
    """Both sites with an instance each, west replicating east."""
    shell(aws)
    founder(aws, **settings)
    add_instance(aws, EAST, "east")
    member(aws, **settings)
    add_instance(aws, WEST, "west")
    aws.eventually(lambda: aws.databases.follows == {"west": "east"})
    aws.eventually(lambda: instance_status(aws, WEST, "west-1") == "available")


def instance_status(aws: Aws, region: str, instance: str) -> str:
    read = aws.client("rds", region).describe_db_instances(DBInstanceIdentifier=instance)["DBInstances"][0]
    return str(read["DBInstanceStatus"])


def arn(site: str) -> str:
    region = {"east": EAST, "west": WEST}[site]
    return f"arn:aws:rds:{region}:111122223333:cluster:{site}"
