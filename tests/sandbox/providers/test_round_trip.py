"""A whole life of every type that Lifeline declares, in the real engine."""

import pytest

from tests.sandbox.providers import programs
from tests.sandbox.providers.conftest import EAST, WEST, Engine, Program, Rig

PROGRAMS = (
    programs.everything_in_a_network,
    programs.services_behind_a_load_balancer,
    programs.data,
    programs.stores,
    programs.traffic_at_the_edge,
    programs.everything_that_watches,
    programs.everything_that_guards,
)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_made_once_steady_after_a_refresh_and_gone_after_destroy(program: Program, engine: Engine, rig: Rig) -> None:
    engine.up(program)
    changes = engine.stack.refresh().summary.resource_changes or {}
    assert set(changes) <= {"same"}, changes
    assert engine.preview(program) == {}
    engine.stack.destroy()
    for region in (EAST, WEST):
        assert left(rig, region) == []
    assert rig.cloudflare.store.all("pool") == []


def left(rig: Rig, region: str) -> list[str]:
    """What costs money or holds data in a region."""
    found = [vpc["VpcId"] for vpc in rig.client("ec2", region).describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    found += rig.client("dynamodb", region).list_tables()["TableNames"]
    found += [item["DBClusterIdentifier"] for item in rig.client("rds", region).describe_db_clusters()["DBClusters"]]
    found += [item["Name"] for item in rig.client("secretsmanager", region).list_secrets()["SecretList"]]
    clusters = rig.client("ecs", region)
    described = clusters.describe_clusters(clusters=clusters.list_clusters()["clusterArns"])["clusters"]
    found += [item["clusterName"] for item in described if item["status"] != "INACTIVE"]
    found += [item["Name"] for item in rig.client("s3", region).list_buckets()["Buckets"]]
    found += rig.client("sqs", region).list_queues().get("QueueUrls", [])
    found += [item["repositoryName"] for item in rig.client("ecr", region).describe_repositories()["repositories"]]
    caches = rig.client("elasticache", region)
    found += [item["ReplicationGroupId"] for item in caches.describe_replication_groups()["ReplicationGroups"]]
    balancers = rig.client("elbv2", region).describe_load_balancers()["LoadBalancers"]
    return found + [item["LoadBalancerArn"] for item in balancers]
