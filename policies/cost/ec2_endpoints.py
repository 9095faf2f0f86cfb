"""VPC endpoints: those that save money, and those that cost it."""

import re

from model.resource import Resource
from model.values import UNKNOWN, UnknownMet, items
from policies.asking import ask
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, linked_by, matches, one_of, present

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
SUBNET = "aws:ec2/subnet:Subnet"
NETWORK = "aws:ec2/vpc:Vpc"
ROUTES = "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation"
CONSUMERS = (
    "aws:ecs/service:Service",
    "aws:lambda/function:Function",
    "aws:ec2/instance:Instance",
    "aws:autoscaling/group:Group",
)

_GATEWAY = all_of(
    one_of("vpcEndpointType", "Gateway", or_absent=True),
    any_of(present("routeTableIds"), linked_by(ROUTES, "vpcEndpointId", lacks="no route table leads to it")),
)


def _networks(case: Case) -> list[Resource]:
    """The network that a NAT gateway stands in; none where the stack does not declare it. Raises UnknownMet."""
    subnets = case.view.targets(case.resource, "subnetId", SUBNET)
    links = [case.view.targets(subnet, "vpcId", NETWORK) for subnet in subnets.found]
    links.append(case.view.targets(case.resource, "vpcId", NETWORK))  # a regional one has no subnet
    found = {item.urn: item for link in links for item in link.found}
    if not found and (subnets.unclear or any(link.unclear for link in links)):
        raise UnknownMet("subnetId")
    return list(found.values())


def _inside(case: Case, networks: list[Resource]) -> list[tuple[Resource, bool]]:
    """Endpoints in that network, and those that may be in it (False); any is, where the network is another stack's."""
    if not networks:
        return [(item, True) for item in case.view.of(ENDPOINT)]
    links = [case.view.linked(network, ENDPOINT, "vpcId") for network in networks]
    return [(item, here) for link in links for here in (True, False) for item in (link.found if here else link.unclear)]


def _has_gateways(case: Case) -> Verdict:
    endpoints, missing, unclear = _inside(case, _networks(case)), [], False
    for service in case.value("services"):
        ends = matches("serviceName", rf"\.{re.escape(service)}$", f"it has to be the one of {service}")
        verdicts = [(ask(all_of(ends, _GATEWAY), case.about(item)).outcome, here) for item, here in endpoints]
        if any(outcome == "pass" and here for outcome, here in verdicts):
            continue
        if any(outcome in ("pass", "unknown") for outcome, _ in verdicts):
            unclear = True
        else:
            missing.append(service)
    if missing:
        return fail(f"its network has no gateway endpoint for {' and '.join(missing)}, which would cost nothing")
    return unknown("whether its network has gateway endpoints is not known yet") if unclear else PASS


def _gateway(service: str, network: object = ref("network"), **rest: object) -> Given:
    props = {
        "vpcId": network,
        "serviceName": f"com.amazonaws.us-east-1.{service}",
        "vpcEndpointType": "Gateway",
        "routeTableIds": ["rtb-1"],
    }
    return Given(ENDPOINT, f"to-{service}", {**props, **rest})


_HERE = (
    Given(NETWORK, "network"),
    Given(SUBNET, "public", {"vpcId": ref("network")}),
    Given(NAT_GATEWAY, "nat", {"subnetId": ref("public")}),
)

GATEWAYS = Rule(
    id="cost-nat-gateway-endpoint",
    pack="cost",
    severity="high",
    scope="stack",
    types=(NAT_GATEWAY,),
    what="A network with a NAT gateway has gateway endpoints for S3 and DynamoDB.",
    why="They cost nothing, and without them every byte to S3 and DynamoDB is paid for at the NAT gateway; what goes "
    "through them does not leave AWS's network either.",
    fix=Fix(
        "Add a VpcEndpoint of the type Gateway for each, with the private route tables.",
        python=(
            'aws.ec2.VpcEndpoint("objects", vpc_id=network.id, service_name="com.amazonaws.us-east-1.s3", '
            'vpc_endpoint_type="Gateway", route_table_ids=[private.id])'
        ),
        yaml=(
            "type: aws:ec2:VpcEndpoint\n"
            "properties:\n"
            "  vpcId: ${network.id}\n"
            "  serviceName: com.amazonaws.us-east-1.s3\n"
            "  vpcEndpointType: Gateway\n"
            "  routeTableIds: ['${private.id}']"
        ),
    ),
    parameters=(
        Parameter("services", ["s3", "dynamodb"], "Services whose gateway endpoints have to be there.", "array"),
    ),
    check=_has_gateways,
    passing=(
        example(*_HERE, _gateway("s3"), _gateway("dynamodb")),
        example(*_HERE, _gateway("s3"), parameters={"services": ["s3"]}),
        example(
            Given(NAT_GATEWAY, "nat", {"subnetId": "subnet-1"}),
            _gateway("s3", "vpc-1"),
            _gateway("dynamodb", "vpc-1", vpcEndpointType=None),
            note="the network is another stack's",
        ),
        example(
            *_HERE,
            _gateway("s3", routeTableIds=None),
            _gateway("dynamodb"),
            Given(ROUTES, "private", {"vpcEndpointId": ref("to-s3"), "routeTableId": "rtb-1"}),
        ),
    ),
    failing=(
        example(*_HERE),
        example(*_HERE, _gateway("s3")),
        example(*_HERE, _gateway("s3"), _gateway("dynamodb", vpcEndpointType="Interface")),
        example(*_HERE, _gateway("s3", routeTableIds=[]), _gateway("dynamodb"), note="no route leads to it"),
        example(
            *_HERE,
            Given(NETWORK, "other"),
            _gateway("s3", ref("other")),
            _gateway("dynamodb", ref("other")),
            note="in another network",
        ),
        example(*_HERE, _gateway("s3express"), _gateway("dynamodb")),
    ),
)


def _hourly(case: Case) -> Verdict:
    pieces = 0
    for endpoint in case.view.of(ENDPOINT):
        kind = endpoint.at("vpcEndpointType")
        if kind is UNKNOWN:
            raise UnknownMet("vpcEndpointType")
        if str(kind).strip().lower() == "interface":
            pieces += max(1, len(items(endpoint.at("subnetIds"))))
    if not pieces:
        return NOT_APPLICABLE
    most = case.value("max_production" if case.production else "max")
    if pieces > most:
        return fail(f"its interface endpoints stand in {pieces} subnets in all; at most {most} are meant to be")
    users = len(case.view.of(*CONSUMERS))
    if 0 < users < case.value("min_users"):
        return fail(f"{users} alone uses its interface endpoints, which are paid for by the hour and zone")
    return PASS


def _interface(number: int, zones: int = 3) -> Given:
    subnets = [f"subnet-{zone}" for zone in range(zones)]
    return Given(ENDPOINT, f"to-{number}", {"vpcEndpointType": "Interface", "subnetIds": subnets})


_SERVICES = (Given(CONSUMERS[0], "web"), Given(CONSUMERS[0], "nlp"))

INTERFACES = Rule(
    id="cost-interface-endpoints",
    pack="cost",
    severity="low",
    scope="stack",
    once=True,
    types=(ENDPOINT,),
    what="A stack has no more interface endpoints than it is meant to have, and more than one service uses them.",
    why="Each is paid for by the hour in every zone that it stands in: nine in three zones cost as much as six NAT "
    "gateways.",
    fix=Fix(
        "Let networks share endpoints, use fewer zones outside production, or raise the parameter.",
        python="subnet_ids=[private_a.id]",
        yaml="subnetIds: ['${privateA.id}']",
    ),
    # PHI should reach Bedrock, queues and keys over private links, so the bound is wide in production.
    parameters=(
        Parameter("max_production", 40, "Most endpoints times zones in production.", "integer", minimum=0),
        Parameter("max", 24, "Most endpoints times zones elsewhere.", "integer", minimum=0),
        Parameter(
            "min_users",
            2,
            "How many services, functions and machines there have to be, where the stack has any.",
            "integer",
            minimum=1,
        ),
    ),
    check=_hourly,
    passing=(
        example(*map(_interface, range(13)), *_SERVICES),
        example(*map(_interface, range(8)), environment="staging", note="who uses them is another stack's"),
        example(Given(ENDPOINT, "objects", {"vpcEndpointType": "Gateway"}), note="gateways cost nothing"),
    ),
    failing=(
        example(*map(_interface, range(14)), *_SERVICES),
        example(*map(_interface, range(9)), environment="staging"),
        example(_interface(1), _SERVICES[0], note="one service only"),
        example(_interface(1), parameters={"max_production": 2}),
        example(Given(ENDPOINT, "t", {"vpcEndpointType": "interface"}), parameters={"max_production": 0}),
    ),
)
