"""A site's network: three tiers over the zones, ways out for one of them, and a record of all flows."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput, assumed_by, policy

ANYWHERE = "0.0.0.0/0"


class NetworkArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of everything in it."""
    account_id: pulumi.Input[str]
    """The account of the flow log's role."""
    cidr: str
    """Plain, since the subnets are cut from it: an IPv4 block of /16 to /20."""
    zones: Sequence[str]
    """Plain, since they decide what exists: names of the availability zones, in a stable order."""
    nat_per_zone: bool
    """Plain, since it decides what exists: a NAT gateway for each zone, or one in the first for all."""
    flow_log_group: pulumi.Input[str]
    """Name of the log group that takes the flows."""
    flow_log_role: pulumi.Input[str]
    """Name of the role that writes them; IAM has one namespace for all regions."""
    log_key_arn: pulumi.Input[str]
    """Key that encrypts the flow log."""
    log_days: pulumi.Input[int]
    """How long the flow log keeps what it was told."""
    tags: TagsInput
    """On every child that takes tags."""


class Network(Component):
    """Public subnets for the load balancer and NAT, private ones for tasks, isolated ones for data."""

    vpc_id: pulumi.Output[str]
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    isolated_subnet_ids: list[pulumi.Output[str]]
    nat_gateway_ids: dict[str, pulumi.Output[str]]
    """Zone → NAT gateway."""
    private_route_table_ids: list[pulumi.Output[str]]
    """One for each zone."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            region=args["region"],
            cidr_block=args["cidr"],
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=args["tags"],
            opts=self.child(),
        )
        # AWS makes this group with everything open; declared without rules, nothing can hide in it.
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default-group",
            region=args["region"],
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=args["tags"],
            opts=self.child(),
        )
        self.vpc_id = vpc.id
        # Sixteen equal blocks; each tier starts at a multiple of four, so that a zone can be added to all.
        blocks = list(IPv4Network(args["cidr"]).subnets(prefixlen_diff=4))
        self.public_subnet_ids = self._subnets("public", blocks[0:4])
        self.private_subnet_ids = self._subnets("private", blocks[4:8])
        self.isolated_subnet_ids = self._subnets("isolated", blocks[8:12])
        self._isolated_routes()
        self.nat_gateway_ids = {}
        self.private_route_table_ids = self._private_routes(self._nat_gateways(self._public_routes()))
        self._flow_log()
        self.register_outputs({"vpc_id": vpc.id})

    def _subnets(self, tier: str, blocks: Sequence[IPv4Network]) -> list[pulumi.Output[str]]:
        return [
            aws.ec2.Subnet(
                f"{self._name}-{tier}-{zone[-1]}",
                region=self._args["region"],
                vpc_id=self.vpc_id,
                availability_zone=zone,
                cidr_block=str(block),
                map_public_ip_on_launch=False,
                tags=self._tier(tier),
                opts=self.child(),
            ).id
            for zone, block in zip(self._args["zones"], blocks, strict=False)
        ]

    def _tier(self, tier: str) -> pulumi.Output[dict[str, str]]:
        """Tags that also say who may get there from where: `public`, `private` or `isolated`."""
        tags: pulumi.Output[dict[str, str]] = pulumi.Output.all(self._args["tags"], {"tier": tier}).apply(
            lambda found: {**found[0], **found[1]}
        )
        return tags

    def _table(self, suffix: str, subnets: dict[str, pulumi.Output[str]]) -> pulumi.Output[str]:
        table = aws.ec2.RouteTable(
            f"{self._name}-{suffix}-routes",
            region=self._args["region"],
            vpc_id=self.vpc_id,
            tags=self._tier(suffix.split("-")[0]),
            opts=self.child(),
        )
        for zone, subnet_id in subnets.items():
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{suffix}-routes-{zone}",
                region=self._args["region"],
                route_table_id=table.id,
                subnet_id=subnet_id,
                opts=self.child(),
            )
        route_table_id: pulumi.Output[str] = table.id
        return route_table_id

    def _by_zone(self, subnets: Sequence[pulumi.Output[str]]) -> dict[str, pulumi.Output[str]]:
        return {zone[-1]: subnet for zone, subnet in zip(self._args["zones"], subnets, strict=True)}

    def _isolated_routes(self) -> None:
        # Its own table without a route, so that what AWS's main table says never applies to the data.
        self._table("isolated", self._by_zone(self.isolated_subnet_ids))

    def _public_routes(self) -> pulumi.Resource:
        gateway = aws.ec2.InternetGateway(
            f"{self._name}-internet",
            region=self._args["region"],
            vpc_id=self.vpc_id,
            tags=self._args["tags"],
            opts=self.child(),
        )
        route: pulumi.Resource = aws.ec2.Route(
            f"{self._name}-public-internet",
            region=self._args["region"],
            route_table_id=self._table("public", self._by_zone(self.public_subnet_ids)),
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=self.child(),
        )
        return route

    def _nat_gateways(self, internet: pulumi.Resource) -> dict[str, pulumi.Output[str]]:
        """Zone → the gateway of its private subnet. One a zone, or the loss of one cuts the others off too."""
        public, gateways = self._by_zone(self.public_subnet_ids), {}
        for zone in public if self._args["nat_per_zone"] else [next(iter(public))]:
            address = aws.ec2.Eip(
                f"{self._name}-nat-{zone}-address",
                region=self._args["region"],
                domain="vpc",
                tags=self._args["tags"],
                opts=self.child(),
            )
            nat = aws.ec2.NatGateway(
                f"{self._name}-nat-{zone}",
                region=self._args["region"],
                subnet_id=public[zone],
                allocation_id=address.id,
                tags=self._args["tags"],
                opts=self.child(depends_on=[internet]),
            )
            self.nat_gateway_ids[zone] = nat.id
            gateways[zone] = nat.id
        first = next(iter(gateways.values()))
        return {zone: gateways.get(zone, first) for zone in public}

    def _private_routes(self, gateways: dict[str, pulumi.Output[str]]) -> list[pulumi.Output[str]]:
        tables = []
        for zone, subnet_id in self._by_zone(self.private_subnet_ids).items():
            table_id = self._table(f"private-{zone}", {zone: subnet_id})
            aws.ec2.Route(
                f"{self._name}-private-{zone}-nat",
                region=self._args["region"],
                route_table_id=table_id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateways[zone],
                opts=self.child(),
            )
            tables.append(table_id)
        return tables

    def _flow_log(self) -> None:
        group = aws.cloudwatch.LogGroup(
            f"{self._name}-flows-group",
            region=self._args["region"],
            name=self._args["flow_log_group"],
            retention_in_days=self._args["log_days"],
            kms_key_id=self._args["log_key_arn"],
            tags=self._args["tags"],
            opts=self.child(),
        )
        role = aws.iam.Role(
            f"{self._name}-flows-role",
            name=self._args["flow_log_role"],
            assume_role_policy=assumed_by("vpc-flow-logs.amazonaws.com", self._args["account_id"]),
            tags=self._args["tags"],
            opts=self.child(),
        )
        aws.iam.RolePolicy(
            f"{self._name}-flows-policy",
            role=role.name,
            policy=policy(
                {
                    "Effect": "Allow",
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                    "Resource": [group.arn, pulumi.Output.format("{0}:*", group.arn)],
                }
            ),
            opts=self.child(),
        )
        aws.ec2.FlowLog(
            f"{self._name}-flows",
            region=self._args["region"],
            vpc_id=self.vpc_id,
            traffic_type="ALL",
            iam_role_arn=role.arn,
            log_destination=group.arn,
            tags=self._args["tags"],
            opts=self.child(),
        )
