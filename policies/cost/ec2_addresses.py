"""EC2: public addresses, which are paid for by the hour."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import any_of, by_type, linked_by, not_true, present

ADDRESS = "aws:ec2/eip:Eip"
ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
SUBNET = "aws:ec2/subnet:Subnet"
DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet"
INSTANCE = "aws:ec2/instance:Instance"
SERVICE = "aws:ecs/service:Service"

_ADDRESS = Given(ADDRESS, "out")

UNATTACHED = Rule(
    id="cost-eip-unattached",
    pack="cost",
    severity="medium",
    scope="stack",
    types=(ADDRESS,),
    what="Every elastic address belongs to a machine, a NAT gateway or a load balancer.",
    why="A public IPv4 address is billed by the hour whether it is used or not; one that nothing uses is only billed.",
    fix=Fix(
        "Attach it, or delete it.",
        python='aws.ec2.EipAssociation("out", allocation_id=address.id, instance_id=machine.id)',
        yaml=("type: aws:ec2:EipAssociation\nproperties:\n  allocationId: ${address.id}\n  instanceId: ${machine.id}"),
    ),
    check=any_of(
        present("instance"),
        present("networkInterface"),
        linked_by(ASSOCIATION, "allocationId", lacks="no EipAssociation uses it"),
        linked_by(NAT_GATEWAY, "allocationId", lacks="no NAT gateway"),
        linked_by(NAT_GATEWAY, "secondaryAllocationIds", lacks="no NAT gateway as a second one"),
        linked_by(NAT_GATEWAY, "availabilityZoneAddresses[*].allocationIds[*]", lacks="no regional NAT gateway"),
        linked_by(BALANCER, "subnetMappings[*].allocationId", lacks="no load balancer"),
    ),
    passing=(
        example(_ADDRESS, Given(NAT_GATEWAY, "nat", {"allocationId": ref("out")})),
        example(_ADDRESS, Given(NAT_GATEWAY, "nat", {"availabilityZoneAddresses": [{"allocationIds": [ref("out")]}]})),
        example(Given(INSTANCE, "web"), Given(ADDRESS, "out", {"instance": ref("web")})),
        example(_ADDRESS, Given(ASSOCIATION, "on-web", {"allocationId": ref("out"), "instanceId": "i-1"})),
        example(_ADDRESS, Given(BALANCER, "front", {"subnetMappings": [{"allocationId": ref("out")}]})),
        {"networkInterface": "eni-1"},
    ),
    failing=(
        example(_ADDRESS),
        {"instance": ""},
        {"instance": None, "domain": "vpc"},
        example(
            Given(ADDRESS, "other"),
            Given(NAT_GATEWAY, "nat", {"allocationId": ref("other")}),
            _ADDRESS,
            note="the gateway has another address",
        ),
        example(_ADDRESS, Given(NAT_GATEWAY, "nat", {"connectivityType": "private"})),
    ),
)

PUBLIC_IPV4 = Rule(
    id="cost-public-ipv4",
    pack="cost",
    severity="low",
    types=(SUBNET, DEFAULT_SUBNET, SERVICE, INSTANCE),
    what="Nothing gets a public IPv4 address just by being started.",
    why="Each address is billed by the hour; and HIPAA's rules ask for the same, for another reason: what has no "
    "public address cannot be reached from the internet by mistake.",
    fix=Fix(
        "Leave map_public_ip_on_launch, assign_public_ip and associate_public_ip_address out.",
        python="map_public_ip_on_launch=False",
        yaml="mapPublicIpOnLaunch: false",
    ),
    check=by_type(
        {
            SUBNET: not_true("mapPublicIpOnLaunch"),
            DEFAULT_SUBNET: not_true("mapPublicIpOnLaunch"),
            SERVICE: not_true("networkConfiguration.assignPublicIp"),
            INSTANCE: not_true("associatePublicIpAddress"),
        }
    ),
    passing=(
        {},
        {"mapPublicIpOnLaunch": False},
        Given(SERVICE, "web", {"networkConfiguration": {"assignPublicIp": False}}),
        Given(SERVICE, "web", {"networkConfiguration": {"subnets": ["subnet-1"]}}),
        Given(INSTANCE, "web", {"associatePublicIpAddress": None}),
    ),
    failing=(
        {"mapPublicIpOnLaunch": True},
        {"mapPublicIpOnLaunch": "true"},
        Given(DEFAULT_SUBNET, "default", {"mapPublicIpOnLaunch": True}),
        Given(SERVICE, "web", {"networkConfiguration": {"assignPublicIp": True}}),
        Given(INSTANCE, "web", {"associatePublicIpAddress": "True"}),
    ),
)
