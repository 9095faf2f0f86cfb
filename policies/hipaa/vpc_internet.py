"""Networks: gateways, routes and subnets that face the internet."""

from collections.abc import Iterator
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, UnknownMet, items
from policies.case import Case
from policies.conditions import world
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import by_type, false, has_tag, not_true, param, unless

VPC = "aws:ec2/vpc:Vpc"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
GATEWAY_ATTACHMENT = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
ROUTE = "aws:ec2/route:Route"
TABLE = "aws:ec2/routeTable:RouteTable"
DEFAULT_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable"
SUBNET = "aws:ec2/subnet:Subnet"
DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet"


def _authorized(case: Case) -> Verdict:
    value = case.at("vpcId")
    if value is None:
        return NOT_APPLICABLE
    allowed = set(case.value("authorized_vpcs"))
    links = case.view.targets(case.resource, "vpcId", VPC)
    if any(network.name in allowed for network in links.found) or (value is not UNKNOWN and str(value) in allowed):
        return PASS
    if value is UNKNOWN and not links.found:
        return unknown("which network it is attached to is not known yet", "vpcId")
    return fail("its network is none of authorized_vpcs, which may be attached to the internet", "vpcId")


_NETWORK = Given(VPC, "network")

AUTHORIZED = Rule(
    id="vpc-igw-authorized",
    pack="hipaa",
    severity="low",
    types=(GATEWAY, GATEWAY_ATTACHMENT),
    what="Only networks on a list are attached to the internet.",
    why="With a gateway, one route and one address are enough to put a host on the internet: it has to be decided.",
    fix=Fix(
        "Add the network, by its id or its Pulumi name, to the parameter authorized_vpcs; or take the gateway away.",
        python="vpc_id=edge_network.id",
        yaml="vpcId: ${edgeNetwork.id}",
    ),
    parameters=(
        Parameter("authorized_vpcs", [], "Ids, or Pulumi names, of networks with a gateway; none by default.", "array"),
    ),
    check=_authorized,
    passing=(
        example(
            _NETWORK, Given(GATEWAY, "internet", {"vpcId": ref("network")}), parameters={"authorized_vpcs": ["network"]}
        ),
        example(Given(GATEWAY, "internet", {"vpcId": "vpc-1"}), parameters={"authorized_vpcs": ["vpc-1"]}),
        {},
    ),
    failing=(
        {"vpcId": "vpc-1"},
        example(
            _NETWORK, Given(GATEWAY, "internet", {"vpcId": ref("network")}), parameters={"authorized_vpcs": ["other"]}
        ),
        Given(GATEWAY_ATTACHMENT, "attachment", {"vpcId": "vpc-1"}),
    ),
)


def _public_ways(case: Case) -> Iterator[str]:
    """Paths of routes that lead the whole internet to an internet gateway. Raises UnknownMet."""
    split = case.resource.kind == ROUTE
    path = "gatewayId" if split else "routes[*].gatewayId"
    gateways = case.view.targets(case.resource, path, GATEWAY)
    names = ("destinationCidrBlock", "destinationIpv6CidrBlock") if split else ("cidrBlock", "ipv6CidrBlock")
    if split:
        routes: list[tuple[Any, str]] = [(case.resource.props, "gatewayId")]
    else:
        routes = [(item, f"routes[{index}].gatewayId") for index, item in enumerate(items(case.at("routes")))]
    for route, where in routes:
        if route is UNKNOWN or not hasattr(route, "get"):
            if route is UNKNOWN:
                raise UnknownMet("routes")
            continue
        gateway = route.get("gatewayId")
        if gateway is None:
            continue
        targets = [route.get(name) for name in names]
        if not any(target is UNKNOWN or (target is not None and world(str(target))) for target in targets):
            continue
        if gateway is UNKNOWN and not gateways.found:
            if case.fed(where):
                continue  # of another kind, such as a VPN gateway
            raise UnknownMet(where)
        if any(target is UNKNOWN for target in targets):
            raise UnknownMet(where)
        if gateway is UNKNOWN or str(gateway).startswith("igw-") or gateways.found:
            yield where


def _public_tables_only(case: Case) -> Verdict:
    way = next(_public_ways(case), None)
    if way is None:
        return PASS
    tables: tuple[Resource, ...] = (case.resource,)
    if case.resource.kind == ROUTE:
        links = case.view.targets(case.resource, "routeTableId", TABLE)
        tables = (*links.found, *case.view.targets(case.resource, "routeTableId", DEFAULT_TABLE).found)
        if not tables and links.unclear:
            return unknown("which table the route is in is not known yet", "routeTableId")
    wanted = {str(value).lower() for value in case.value("public_tiers")}
    for table in tables:
        tier = case.view.tag(table, "tier")
        if tier is UNKNOWN:
            return unknown("whether the table is tagged as public is not known yet", "tags")
        if isinstance(tier, str) and tier.strip().lower() in wanted:
            return PASS
    return fail("it leads to the internet, and its route table is not tagged tier: public", way)


_INTERNET = Given(GATEWAY, "internet")


def _table(**tags: str) -> Given:
    return Given(TABLE, "table", {"tags": tags})


def _route(cidr: str = "0.0.0.0/0", **to: object) -> Given:
    return Given(
        ROUTE,
        "out",
        {"routeTableId": ref("table"), "destinationCidrBlock": cidr, **(to or {"gatewayId": ref("internet")})},
    )


NO_DEFAULT_ROUTE = Rule(
    id="vpc-no-default-route-igw",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(ROUTE, TABLE, DEFAULT_TABLE),
    what="Only route tables that are tagged as public lead to an internet gateway.",
    why="One such route in the table of a data subnet is all that stands between the data and the internet.",
    fix=Fix(
        "Tag the public table tier: public; lead private subnets to a NAT gateway, and data subnets nowhere.",
        python='tags={"tier": "public"}',
        yaml="tags:\n  tier: public",
    ),
    parameters=(Parameter("public_tiers", ["public"], "Values of the tag tier that mark a public table.", "array"),),
    check=_public_tables_only,
    passing=(
        example(_INTERNET, _table(tier="public"), _route()),
        example(_INTERNET, _table(tier="data"), _route(natGatewayId="nat-1")),
        example(_INTERNET, _table(tier="data"), _route("10.9.0.0/16")),
        Given(
            TABLE, "table", {"tags": {"Tier": "public"}, "routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}]}
        ),
        example(Given("aws:ec2/vpnGateway:VpnGateway", "vpn"), _table(tier="data"), _route(gatewayId=ref("vpn"))),
    ),
    failing=(
        example(_INTERNET, _table(tier="data"), _route()),
        example(_INTERNET, _table(), _route()),
        example(_INTERNET, _table(), _route("0.0.0.0/1")),
        Given(TABLE, "table", {"routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}]}),
        Given(DEFAULT_TABLE, "main", {"routes": [{"ipv6CidrBlock": "::/0", "gatewayId": "igw-1"}]}),
        example(_INTERNET, _table(tier="data"), Given(TABLE, "other", {"tags": {"tier": "public"}}), _route()),
    ),
)

SUBNETS_PRIVATE = Rule(
    id="vpc-subnet-no-auto-public-ip",
    pack="hipaa",
    severity="medium",
    types=(SUBNET, DEFAULT_SUBNET),
    what="A subnet gives hosts no public address by itself.",
    why="Otherwise every host that is started there, by whomever, is on the internet at once.",
    fix=Fix(
        "Set map_public_ip_on_launch to false (NAT gateways and load balancers need no such default).",
        python="map_public_ip_on_launch=False",
        yaml="mapPublicIpOnLaunch: false",
    ),
    parameters=(
        Parameter("exempt_tiers", ["nat", "alb"], "Values of the tag tier that mark subnets without hosts.", "array"),
    ),
    # A default subnet does so unless it is told not to.
    check=unless(
        has_tag("tier", param("exempt_tiers")),
        by_type({SUBNET: not_true("mapPublicIpOnLaunch"), DEFAULT_SUBNET: false("mapPublicIpOnLaunch")}),
    ),
    passing=(
        {},
        {"mapPublicIpOnLaunch": False},
        {"mapPublicIpOnLaunch": True, "tags": {"tier": "nat"}},
        Given(DEFAULT_SUBNET, "default", {"mapPublicIpOnLaunch": False}),
    ),
    failing=(
        {"mapPublicIpOnLaunch": True},
        {"mapPublicIpOnLaunch": True, "tags": {"tier": "data"}},
        Given(DEFAULT_SUBNET, "default"),
    ),
)
