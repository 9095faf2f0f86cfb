"""VPC, subnets, internet gateway, addresses, NAT gateways."""

from typing import Any

from sandbox.providers.aws.row import At, Call, Change, Found, Row, Wait, arn

ATTRIBUTES = {"enableDnsSupport": "EnableDnsSupport", "enableDnsHostnames": "EnableDnsHostnames"}
SUBNET_ATTRIBUTES = {
    "mapPublicIpOnLaunch": "MapPublicIpOnLaunch",
    "assignIpv6AddressOnCreation": "AssignIpv6AddressOnCreation",
}


def _set_vpc_attributes(at: At) -> None:
    # ModifyVpcAttribute takes one attribute a call.
    for name, attribute in ATTRIBUTES.items():
        if at.inputs.get(name) is not None and at.inputs.get(name) != at.subject.old_inputs.get(name):
            at.call("modify_vpc_attribute", VpcId=at.id, **{attribute: {"Value": at.inputs[name]}})


def _vpc_attributes(at: At, _found: Found) -> Found:
    values: Found = {}
    for name, attribute in ATTRIBUTES.items():
        answer = at.call("describe_vpc_attribute", VpcId=at.id, Attribute=name)
        values[attribute] = answer[attribute]["Value"]
    by_vpc = [{"Name": "vpc-id", "Values": [at.id]}]
    groups = at.call("describe_security_groups", Filters=[*by_vpc, {"Name": "group-name", "Values": ["default"]}])
    tables = at.call("describe_route_tables", Filters=[*by_vpc, {"Name": "association.main", "Values": ["true"]}])
    lists = at.call("describe_network_acls", Filters=[*by_vpc, {"Name": "default", "Values": ["true"]}])
    values["DefaultSecurityGroupId"] = _first(groups["SecurityGroups"], "GroupId")
    values["MainRouteTableId"] = values["DefaultRouteTableId"] = _first(tables["RouteTables"], "RouteTableId")
    values["DefaultNetworkAclId"] = _first(lists["NetworkAcls"], "NetworkAclId")
    return values


def _first(items: list[dict[str, Any]], name: str) -> str | None:
    return items[0][name] if items else None


def _set_subnet_attributes(at: At) -> None:
    for name, attribute in SUBNET_ATTRIBUTES.items():
        value = at.inputs.get(name)
        if value is not None and value != at.subject.old_inputs.get(name, False):
            at.call("modify_subnet_attribute", SubnetId=at.id, **{attribute: {"Value": value}})


def _attach_gateway(at: At) -> None:
    old, new = at.subject.old_inputs.get("vpcId"), at.inputs.get("vpcId")
    if old and old != new:
        at.call("detach_internet_gateway", InternetGatewayId=at.id, VpcId=old)
    if new and old != new:
        at.call("attach_internet_gateway", InternetGatewayId=at.id, VpcId=new)


def _detach_gateway(at: At) -> None:
    vpc = at.subject.value("vpcId")
    if vpc:
        at.call("detach_internet_gateway", InternetGatewayId=at.id, VpcId=vpc)


ROWS = (
    Row(
        type="aws:ec2/vpc:Vpc",
        service="ec2",
        verb_noun="EC2 VPC",
        create=Call("create_vpc", sends=None),
        id="Vpc.VpcId",
        read=Call("describe_vpcs", lambda s: {"VpcIds": [s.id]}, answer="Vpcs[0]"),
        also_read=(_vpc_attributes,),
        delete=Call("delete_vpc", lambda s: {"VpcId": s.id}),
        gone=("InvalidVpcID.NotFound",),
        after_create=(_set_vpc_attributes,),
        changes=(
            Change(tuple(ATTRIBUTES), "aws api: ModifyVpcAttribute", _set_vpc_attributes),
            Change(
                ("instanceTenancy",),
                "aws api: ModifyVpcTenancy",
                Call("modify_vpc_tenancy", lambda s: {"VpcId": s.id}, sends=("instanceTenancy",)),
            ),
        ),
        wait=Wait("State", ("available",)),
        tags="ec2",
        defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
        computed=("cidrBlock", "enableDnsHostnames", "enableNetworkAddressUsageMetrics", "ipv6CidrBlock"),
        outputs={"arn": arn("ec2", "vpc/{id}")},
    ),
    Row(
        type="aws:ec2/subnet:Subnet",
        service="ec2",
        verb_noun="EC2 Subnet",
        create=Call("create_subnet", sends=None),
        id="Subnet.SubnetId",
        read=Call("describe_subnets", lambda s: {"SubnetIds": [s.id]}, answer="Subnets[0]"),
        delete=Call("delete_subnet", lambda s: {"SubnetId": s.id}),
        gone=("InvalidSubnetID.NotFound",),
        after_create=(_set_subnet_attributes,),
        changes=(Change(tuple(SUBNET_ATTRIBUTES), "aws api: ModifySubnetAttribute", _set_subnet_attributes),),
        wait=Wait("State", ("available",)),
        tags="ec2",
        defaults={"mapPublicIpOnLaunch": False, "assignIpv6AddressOnCreation": False},
        computed=("availabilityZone", "availabilityZoneId", "privateDnsHostnameTypeOnLaunch"),
        outputs={"arn": arn("ec2", "subnet/{id}")},
    ),
    Row(
        type="aws:ec2/internetGateway:InternetGateway",
        service="ec2",
        verb_noun="EC2 Internet Gateway",
        create=Call("create_internet_gateway"),
        id="InternetGateway.InternetGatewayId",
        read=Call("describe_internet_gateways", lambda s: {"InternetGatewayIds": [s.id]}, answer="InternetGateways[0]"),
        delete=Call("delete_internet_gateway", lambda s: {"InternetGatewayId": s.id}),
        gone=("InvalidInternetGatewayID.NotFound",),
        after_create=(_attach_gateway,),
        before_delete=(_detach_gateway,),
        changes=(Change(("vpcId",), "aws api: AttachInternetGateway, DetachInternetGateway", _attach_gateway),),
        tags="ec2",
        computed=("vpcId",),
        outputs={"arn": arn("ec2", "internet-gateway/{id}"), "vpcId": "Attachments[0].VpcId"},
    ),
    Row(
        type="aws:ec2/eip:Eip",
        service="ec2",
        verb_noun="EC2 EIP",
        create=Call("allocate_address", lambda _s: {"Domain": "vpc"}, sends=None),
        id="AllocationId",
        read=Call("describe_addresses", lambda s: {"AllocationIds": [s.id]}, answer="Addresses[0]"),
        delete=Call("release_address", lambda s: {"AllocationId": s.id}),
        gone=("InvalidAllocationID.NotFound",),
        tags="ec2",
        computed=("domain", "networkBorderGroup", "publicIpv4Pool", "instance", "networkInterface", "ipamPoolId"),
        outputs={
            "arn": arn("ec2", "elastic-ip/{id}"),
            "publicDns": lambda s, f: f"ec2-{f['PublicIp'].replace('.', '-')}.{s.region}.compute.amazonaws.com",
        },
    ),
    Row(
        type="aws:ec2/natGateway:NatGateway",
        service="ec2",
        verb_noun="EC2 NAT Gateway",
        create=Call("create_nat_gateway", sends=None),
        id="NatGateway.NatGatewayId",
        read=Call("describe_nat_gateways", lambda s: {"NatGatewayIds": [s.id]}, answer="NatGateways[0]"),
        delete=Call("delete_nat_gateway", lambda s: {"NatGatewayId": s.id}),
        gone=("NatGatewayNotFound", "InvalidNatGatewayID.NotFound"),
        gone_states=("State", ("deleted",)),
        wait=Wait("State", ("available",), failed=("failed",)),
        waits_gone=True,
        tags="ec2",
        # One private address belongs to one gateway: the old one goes first.
        fixed=("privateIp",),
        defaults={"connectivityType": "public"},
        computed=("privateIp", "secondaryPrivateIpAddressCount", "secondaryPrivateIpAddresses", "vpcId"),
        outputs={
            "publicIp": "NatGatewayAddresses[0].PublicIp",
            "privateIp": "NatGatewayAddresses[0].PrivateIp",
            "allocationId": "NatGatewayAddresses[0].AllocationId",
            "networkInterfaceId": "NatGatewayAddresses[0].NetworkInterfaceId",
        },
    ),
)
