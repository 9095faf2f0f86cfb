"""What a site already has is used, and nothing is made beside it."""

import pytest

from infra.settings import Settings
from infra.settings.existing import Existing, ExistingNetwork
from tests.infra.declared import Declared, run, shipped

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d-0000-4000-8000-000000000000"
NETWORK = ExistingNetwork(
    vpc_id="vpc-0a",
    public_subnet_ids=("subnet-01", "subnet-02"),
    private_subnet_ids=("subnet-11", "subnet-12"),
    isolated_subnet_ids=("subnet-21", "subnet-22"),
)
OF_A_NETWORK = ("Vpc", "Subnet", "RouteTable", "Route", "NatGateway", "InternetGateway", "Eip", "FlowLog")


def having(scope: str, network: ExistingNetwork | None = None, certificate: str | None = None) -> Settings:
    settings = shipped(scope)
    east = settings.sites["east"].model_copy(
        update={"existing": Existing(network=network, certificate_arn=certificate)}
    )
    return settings.model_copy(update={"sites": {**settings.sites, "east": east}})


def made(stack: Declared) -> set[str]:
    return {item.type.rsplit(":", 1)[1] for item in stack.custom}


@pytest.fixture(scope="module")
def inside() -> Declared:
    """East in a network that was there before."""
    return run(having("east", NETWORK))


def test_no_part_of_the_network_is_made(inside: Declared) -> None:
    assert not made(inside) & {*OF_A_NETWORK, "DefaultSecurityGroup", "RouteTableAssociation"}


def test_everything_stands_in_it(inside: Declared) -> None:
    assert {item.inputs["vpcId"] for item in inside.custom if "vpcId" in item.inputs} == {"vpc-0a"}
    assert inside.one("lb/loadBalancer:LoadBalancer").inputs["subnets"] == ["subnet-01", "subnet-02"]
    assert inside.one("rds/subnetGroup:SubnetGroup").inputs["subnetIds"] == ["subnet-21", "subnet-22"]
    for service in inside.of("ecs/service:Service"):
        assert service.inputs["networkConfiguration"]["subnets"] == ["subnet-11", "subnet-12"]
    assert inside.outputs["vpc_id"] == "vpc-0a"


def kinds(stack: Declared) -> set[str]:
    return {item.inputs["vpcEndpointType"] for item in stack.of("ec2/vpcEndpoint:VpcEndpoint")}


def test_only_the_endpoints_that_it_lacks_are_made(inside: Declared) -> None:
    assert kinds(inside) == {"Interface"}
    own = NETWORK.model_copy(update={"interface_endpoints": False})
    assert kinds(run(having("east", own).model_copy(update={"services": ()}))) == set()


def test_an_existing_certificate_is_not_looked_up_and_not_made() -> None:
    network = NETWORK.model_copy(update={"private_route_table_ids": ("rtb-0a",)})
    east = run(having("east", network, CERTIFICATE).model_copy(update={"services": ()}))
    assert kinds(east) == {"Interface", "Gateway"}
    assert east.one("lb/listener:Listener").inputs["certificateArn"] == CERTIFICATE
    assert "aws:acm/getCertificate:getCertificate" not in {call.token for call in east.invokes}
    spanning = run(having("global", certificate=CERTIFICATE))
    (other,) = spanning.of("acm/certificate:Certificate")
    assert other.inputs["region"] == "us-west-2"
    assert spanning.outputs["certificate_arns"]["east"] == CERTIFICATE


def test_with_a_certificate_at_each_site_none_is_made_or_validated() -> None:
    settings = having("global", certificate=CERTIFICATE)
    arn = CERTIFICATE.replace("us-east-1", "us-west-2")
    west = settings.sites["west"].model_copy(update={"existing": Existing(certificate_arn=arn)})
    stack = run(settings.model_copy(update={"sites": {**settings.sites, "west": west}}))
    assert not made(stack) & {"Certificate", "CertificateValidation"}
    records = stack.of("cloudflare:index/dnsRecord:DnsRecord")
    assert not [item for item in records if "acm-validations" in str(item.inputs.get("content"))]
