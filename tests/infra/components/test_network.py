"""The network: three tiers in every zone, data without a way out, and no way in but the load balancer's."""

from ipaddress import ip_network
from itertools import combinations

import pytest

from infra.premises import private_apis
from infra.settings.network import NetworkSettings
from tests.infra.declared import World, run, shipped
from tests.infra.stacks import declared

SITES = pytest.mark.parametrize("site", ["east", "west"])


@SITES
def test_three_tiers_in_each_zone_without_overlap(site: str) -> None:
    subnets = declared(site).of("ec2/subnet:Subnet")
    assert len(subnets) == 9
    blocks = [ip_network(item.inputs["cidrBlock"]) for item in subnets]
    assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))
    whole = ip_network(shipped(site).site.cidr)
    assert all(block.subnet_of(whole) for block in blocks)  # type: ignore[arg-type]
    assert {item.inputs["availabilityZone"][-1] for item in subnets} == {"a", "b", "c"}
    assert not any(item.inputs["mapPublicIpOnLaunch"] for item in subnets)


def test_a_zone_can_be_added_without_moving_the_others() -> None:
    settings = shipped("east")
    two = settings.sites["east"].model_copy(update={"zones": 2})
    fewer = run(settings.model_copy(update={"sites": {**settings.sites, "east": two}, "services": ()}))
    blocks = {item.name: item.inputs["cidrBlock"] for item in declared("east").of("ec2/subnet:Subnet")}
    assert len(fewer.of("ec2/subnet:Subnet")) == 6
    for item in fewer.of("ec2/subnet:Subnet"):
        assert item.inputs["cidrBlock"] == blocks[item.name]


def test_the_order_of_zones_in_the_answer_does_not_matter() -> None:
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"
    names = [f"us-east-1{letter}" for letter in "abcdef"]
    ordered = run(shipped("east", services=()), world=World({token: {"names": names, "id": "us-east-1"}}))
    assert sorted(str(item.inputs) for item in ordered.of("ec2/subnet:Subnet")) == sorted(
        str(item.inputs) for item in declared("east").of("ec2/subnet:Subnet")
    )


@SITES
def test_isolated_subnets_have_no_route_out(site: str) -> None:
    stack = declared(site)
    routed = {item.inputs["routeTableId"] for item in stack.of("ec2/route:Route")}
    isolated = {
        item.inputs["routeTableId"]
        for item in stack.of("ec2/routeTableAssociation:RouteTableAssociation")
        if "-isolated-" in item.inputs["subnetId"]
    }
    assert isolated == {f"{site}-network-isolated-routes-id"}
    assert not isolated & routed


@SITES
def test_each_zone_has_a_nat_gateway_of_its_own(site: str) -> None:
    stack = declared(site)
    for zone in "abc":
        route = stack.one("ec2/route:Route", f"{site}-network-private-{zone}-nat")
        nat = stack.one("ec2/natGateway:NatGateway", f"{site}-network-nat-{zone}")
        assert route.inputs["natGatewayId"] == f"{nat.name}-id"
        assert nat.inputs["subnetId"] == f"{site}-network-public-{zone}-id"


@SITES
def test_only_cloudflare_gets_in_from_outside(site: str) -> None:
    stack = declared(site)
    rules = stack.of("vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    by_list = [item for item in rules if "prefixListId" in item.inputs]
    assert [item.name for item in by_list] == [f"{site}-balancer-from-edge"]
    blocks = {item.inputs["cidrIpv4"] for item in rules if "cidrIpv4" in item.inputs}
    assert blocks == {shipped(site).site.cidr}
    assert stack.one("ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs["ingress"] == []


@SITES
def test_endpoints_serve_this_account_only(site: str) -> None:
    endpoints = declared(site).of("ec2/vpcEndpoint:VpcEndpoint")
    names = {item.inputs["serviceName"].split(".", 3)[3] for item in endpoints}
    assert names == {"s3", "dynamodb", *private_apis(shipped(site))}
    for item in endpoints:
        own, *others = item.policy()
        ours = {"aws:PrincipalAccount": "111122223333"}
        gateway = {"aws:ResourceAccount": "111122223333"} if item.inputs["vpcEndpointType"] == "Gateway" else {}
        assert own["Condition"] == {"StringEquals": {**ours, **gateway}}
        assert all("starport-layer-bucket" in other["Resource"] for other in others)


@SITES
def test_the_llm_and_what_a_task_starts_with_take_no_internet(site: str) -> None:
    apis = private_apis(shipped(site))
    assert {"bedrock-runtime", "ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "ssm", "sts"} <= set(apis)
    without = [item.model_copy(update={"needs": ()}) for item in shipped(site).services]
    assert "bedrock-runtime" not in private_apis(shipped(site, services=tuple(without)))


def test_one_nat_gateway_can_serve_all_zones() -> None:
    stack = declared("east", network=NetworkSettings(nat="one"), services=())
    (nat,) = stack.of("ec2/natGateway:NatGateway")
    assert len(stack.of("ec2/eip:Eip")) == 1
    routes = [item for item in stack.of("ec2/route:Route") if "natGatewayId" in item.inputs]
    assert len(routes) == 3
    assert {item.inputs["natGatewayId"] for item in routes} == {f"{nat.name}-id"}


@SITES
def test_flows_are_recorded_under_the_site_s_key(site: str) -> None:
    stack = declared(site)
    assert stack.one("ec2/flowLog:FlowLog").inputs["trafficType"] == "ALL"
    for group in stack.of("cloudwatch/logGroup:LogGroup"):
        assert group.inputs["kmsKeyId"] == f"arn:mock:{site}-keys-logs"
        assert group.inputs["retentionInDays"] >= 365
