"""What a refresh sees, what an import finds, and what a deletion waits for or refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.providers.conftest import EAST, Rig
from tests.sandbox.providers.wire import Refusal, Wire

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
TABLE = "aws:dynamodb/table:Table"
SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
CLUSTER = "aws:rds/cluster:Cluster"
ROLE = "aws:iam/role:Role"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
POOL = "cloudflare:index/loadBalancerPool:LoadBalancerPool"


def test_a_refresh_sees_what_somebody_changed(east: Wire, rig: Rig) -> None:
    made = east.create(LOGS, "logs", name="/trial", retentionInDays=30)
    rig.client("logs").put_retention_policy(logGroupName="/trial", retentionInDays=7)
    rig.client("logs").tag_resource(resourceArn=made.outputs["arn"], tags={"by": "hand"})
    found = east.read(made)
    assert found is not None
    assert (found.inputs["retentionInDays"], found.outputs["retentionInDays"]) == (7, 7)
    assert found.inputs["tags"] == {"project": "trial", "by": "hand"}
    difference = east.diff(found, name="/trial", retentionInDays=30)
    assert sorted(difference.detailedDiff) == ["retentionInDays", "tags.by"]
    assert list(difference.replaces) == []
    mended = east.update(found, name="/trial", retentionInDays=30)
    group = rig.client("logs").describe_log_groups()["logGroups"][0]
    assert group["retentionInDays"] == mended.outputs["retentionInDays"] == 30
    assert rig.client("logs").list_tags_for_resource(resourceArn=made.outputs["arn"])["tags"] == {"project": "trial"}


@pytest.mark.parametrize("kind", [VPC, LOGS, TABLE, SECRET, ROLE])
def test_a_refresh_sees_what_somebody_deleted(kind: str, east: Wire, rig: Rig) -> None:
    given: dict[str, dict[str, Any]] = {
        VPC: {"cidrBlock": "10.0.0.0/16"},
        TABLE: {"billingMode": "PAY_PER_REQUEST", "hashKey": "pk", "attributes": [{"name": "pk", "type": "S"}]},
        ROLE: {"assumeRolePolicy": "{}"},
    }
    made = east.create(kind, "thing", **given.get(kind, {}))
    assert east.read(made) is not None
    name = made.outputs.get("name")
    {
        VPC: lambda: rig.client("ec2").delete_vpc(VpcId=made.id),
        LOGS: lambda: rig.client("logs").delete_log_group(logGroupName=name),
        TABLE: lambda: rig.client("dynamodb").delete_table(TableName=name),
        SECRET: lambda: rig.client("secretsmanager").delete_secret(SecretId=made.id),
        ROLE: lambda: rig.client("iam").delete_role(RoleName=name),
    }[kind]()
    assert east.read(made) is None
    if kind != SECRET:
        east.delete(made)  # gone already is as good as deleted


def test_another_order_of_a_set_is_no_change_and_of_a_list_is_one(
    east: Wire, wires: Callable[..., Wire], rig: Rig
) -> None:
    vpc = east.create(VPC, "vpc", cidrBlock="10.0.0.0/16")
    subnets = [
        east.create(
            SUBNET, f"subnet-{zone}", vpcId=vpc.id, cidrBlock=f"10.0.{index}.0/24", availabilityZone=EAST + zone
        )
        for index, zone in enumerate("ab")
    ]
    ids = [subnet.id for subnet in subnets]
    group = east.create("aws:rds/subnetGroup:SubnetGroup", "group", subnetIds=ids)
    assert not east.diff(group, subnetIds=list(reversed(ids))).detailedDiff
    assert east.diff(group, subnetIds=ids[:1]).detailedDiff

    cdn = wires("cloudflare", apiToken="any")
    account = rig.cloudflare.store.account["id"]
    pools = [
        cdn.create(POOL, site, accountId=account, name=site, origins=[{"name": site, "address": f"{site}.example.com"}])
        for site in ("east", "west")
    ]
    first, second = (pool.id for pool in pools)
    zone = cdn.invoke("cloudflare:index/getZone:getZone", filter={"name": "clinic.example.com"})["zoneId"]
    traffic = {"zoneId": zone, "name": "trial.clinic.example.com", "fallbackPool": first, "proxied": True}
    balancer = cdn.create(
        "cloudflare:index/loadBalancer:LoadBalancer", "traffic", defaultPools=[first, second], **traffic
    )
    flipped = cdn.diff(balancer, defaultPools=[second, first], **traffic)
    assert (list(flipped.detailedDiff), list(flipped.replaces)) == (["defaultPools"], [])
    cdn.update(balancer, defaultPools=[second, first], **traffic)
    assert rig.cloudflare.store.all("load_balancer")[0]["default_pools"] == [second, first]


def test_a_changed_policy_counts_by_its_meaning(east: Wire) -> None:
    one = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}'
    same = '{ "Statement": [{"Action": ["sts:AssumeRole"], "Effect": "Allow"}], "Version": "2012-10-17" }'
    role = east.create(ROLE, "role", assumeRolePolicy=one)
    assert not east.diff(role, assumeRolePolicy=same).detailedDiff
    assert east.diff(role, assumeRolePolicy=one.replace("Allow", "Deny")).detailedDiff


def test_an_import_finds_the_arguments_that_would_make_it(east: Wire, rig: Rig) -> None:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "project", "Value": "trial"}]}]
    vpc = rig.client("ec2").create_vpc(CidrBlock="10.3.0.0/16", TagSpecifications=tags)["Vpc"]
    found = east.imported(VPC, "vpc", vpc["VpcId"])
    assert found is not None
    assert found.inputs["tags"] == {"project": "trial"}
    assert not east.diff(found, cidrBlock="10.3.0.0/16").detailedDiff
    assert east.imported(VPC, "vpc", "vpc-00000000") is None

    table = rig.client("ec2").create_route_table(VpcId=vpc["VpcId"])["RouteTable"]["RouteTableId"]
    gateway = rig.client("ec2").create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    rig.client("ec2").attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc["VpcId"])
    rig.client("ec2").create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    route = east.imported("aws:ec2/route:Route", "out", f"{table}_0.0.0.0/0")
    assert route is not None
    assert route.inputs == {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway}


def test_a_protected_database_stays_and_an_unprotected_one_needs_a_snapshot(east: Wire, rig: Rig) -> None:
    given = {
        "clusterIdentifier": "trial",
        "engine": "aurora-postgresql",
        "masterUsername": "lifeline",
        "masterPasswordWo": "a-secret-value",
        "masterPasswordWoVersion": 1,
    }
    cluster = east.create(CLUSTER, "cluster", deletionProtection=True, skipFinalSnapshot=True, **given)
    with pytest.raises(Refusal, match=r"deleting RDS Cluster \(trial\): operation error RDS: DeleteDBCluster"):
        east.delete(cluster)
    bare = east.update(cluster, deletionProtection=False, skipFinalSnapshot=False, **given)
    with pytest.raises(Refusal, match="final_snapshot_identifier is required when skip_final_snapshot is false"):
        east.delete(bare)
    kept = east.update(bare, finalSnapshotIdentifier="trial-final", **given)
    east.delete(kept)
    assert rig.client("rds").describe_db_clusters()["DBClusters"] == []
    snapshots = rig.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert [snapshot["DBClusterSnapshotIdentifier"] for snapshot in snapshots] == ["trial-final"]


def test_what_was_half_made_is_kept_for_the_next_run(east: Wire, rig: Rig) -> None:
    """The key exists; what should have followed was refused."""
    with pytest.raises(Refusal, match="creating KMS Key") as refused:
        east.create("aws:kms/key:Key", "key", enableKeyRotation=True, rotationPeriodInDays=3)
    kept = refused.value.kept
    assert kept is not None
    assert rig.client("kms").describe_key(KeyId=kept.id)["KeyMetadata"]["Enabled"]


def test_a_deleted_listener_takes_its_rules_with_it(east: Wire, rig: Rig) -> None:
    vpc = east.create(VPC, "vpc", cidrBlock="10.0.0.0/16")
    subnets = [
        east.create(SUBNET, f"s-{zone}", vpcId=vpc.id, cidrBlock=f"10.0.{index}.0/24", availabilityZone=EAST + zone).id
        for index, zone in enumerate("ab")
    ]
    balancer = east.create("aws:lb/loadBalancer:LoadBalancer", "balancer", subnets=subnets)
    answer = {"type": "fixed-response", "fixedResponse": {"contentType": "text/plain", "statusCode": "404"}}
    listener = east.create(
        "aws:lb/listener:Listener",
        "listener",
        loadBalancerArn=balancer.id,
        port=80,
        protocol="HTTP",
        defaultActions=[answer],
    )
    rule = east.create(
        "aws:lb/listenerRule:ListenerRule",
        "rule",
        listenerArn=listener.id,
        priority=10,
        actions=[answer],
        conditions=[{"pathPattern": {"values": ["/*"]}}],
    )
    assert east.read(listener) is not None
    assert east.read(rule) is not None
    rig.client("elbv2").delete_listener(ListenerArn=listener.id)
    assert east.read(listener) is None
    assert east.read(rule) is None
    east.delete(rule)
