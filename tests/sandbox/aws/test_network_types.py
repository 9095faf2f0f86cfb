"""Every network resource of the infrastructure can be made, read, changed and removed, in both regions."""

import pytest

from tests.sandbox.aws.conftest import EAST, WEST, Aws


@pytest.mark.parametrize("region", [EAST, WEST])
def test_network(aws: Aws, region: str) -> None:
    ec2 = aws.client("ec2", region)
    zones = ec2.describe_availability_zones(Filters=[{"Name": "state", "Values": ["available"]}])["AvailabilityZones"]
    assert len(zones) >= 3 and all(zone["ZoneName"].startswith(region) for zone in zones)

    vpc = ec2.create_vpc(
        CidrBlock="10.10.0.0/16",
        TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "site", "Value": "east"}]}],
    )["Vpc"]["VpcId"]
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": True}})
        read = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute[0].lower() + attribute[1:])
        assert read[attribute]["Value"] is True
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"] == [{"Key": "site", "Value": "east"}]

    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.10.{index}.0/24", AvailabilityZone=zone["ZoneName"])["Subnet"][
            "SubnetId"
        ]
        for index, zone in enumerate(zones[:2])
    ]
    ec2.modify_subnet_attribute(SubnetId=subnets[0], MapPublicIpOnLaunch={"Value": True})
    assert ec2.describe_subnets(SubnetIds=subnets)["Subnets"][0]["MapPublicIpOnLaunch"] is True

    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    assert ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"] == "available"

    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[1])["AssociationId"]
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]
    assert {route.get("NatGatewayId") for route in routes["Routes"]} >= {nat}
    assert routes["Associations"][0]["RouteTableAssociationId"] == association
    ec2.replace_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    ec2.delete_route_table(RouteTableId=table)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"] == "deleted"
    ec2.release_address(AllocationId=address)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    with pytest.raises(ec2.exceptions.ClientError, match=r"InvalidVpcID\.NotFound"):
        ec2.describe_vpcs(VpcIds=[vpc])


@pytest.mark.parametrize("region", [EAST, WEST])
def test_security_groups(aws: Aws, region: str) -> None:
    ec2 = aws.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    groups = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("web", "database")
    ]
    web, database = groups
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "UserIdGroupPairs": [{"GroupId": web, "Description": "the services"}],
    }
    rule = ec2.authorize_security_group_ingress(
        GroupId=database,
        IpPermissions=[permission],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": [{"Key": "site", "Value": "east"}]}],
    )["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    read = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"]
    assert [entry["ReferencedGroupInfo"]["GroupId"] for entry in read] == [web]
    assert read[0]["IsEgress"] is False and read[0]["Tags"] == [{"Key": "site", "Value": "east"}]

    egress = ec2.describe_security_groups(GroupIds=[web])["SecurityGroups"][0]["IpPermissionsEgress"]
    ec2.revoke_security_group_egress(GroupId=web, IpPermissions=egress)
    out = ec2.authorize_security_group_egress(
        GroupId=web,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "x"}],
            }
        ],
    )["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    read = ec2.describe_security_group_rules(SecurityGroupRuleIds=[out])["SecurityGroupRules"]
    assert read[0]["IsEgress"] is True and read[0]["CidrIpv4"] == "0.0.0.0/0"
    ec2.modify_security_group_rules(
        GroupId=web,
        SecurityGroupRules=[
            {
                "SecurityGroupRuleId": out,
                "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 8443, "ToPort": 8443, "CidrIpv4": "10.0.0.0/8"},
            }
        ],
    )
    changed = ec2.describe_security_group_rules(SecurityGroupRuleIds=[out])["SecurityGroupRules"][0]
    assert (changed["FromPort"], changed["CidrIpv4"]) == (8443, "10.0.0.0/8")

    default = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"][0]
    ec2.revoke_security_group_egress(GroupId=default["GroupId"], IpPermissions=default["IpPermissionsEgress"])
    emptied = ec2.describe_security_groups(GroupIds=[default["GroupId"]])["SecurityGroups"][0]
    assert emptied["IpPermissionsEgress"] == []

    ec2.revoke_security_group_ingress(GroupId=database, SecurityGroupRuleIds=[rule])
    ec2.revoke_security_group_egress(GroupId=web, SecurityGroupRuleIds=[out])
    with pytest.raises(ec2.exceptions.ClientError, match=r"InvalidSecurityGroupRuleId\.NotFound"):
        ec2.describe_security_group_rules(SecurityGroupRuleIds=[out])
    for group in groups:
        ec2.delete_security_group(GroupId=group)


@pytest.mark.parametrize("region", [EAST, WEST])
def test_endpoints_and_flow_logs(aws: Aws, region: str) -> None:
    ec2 = aws.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.10.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="endpoints", Description="endpoints", VpcId=vpc)["GroupId"]
    interface = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{region}.secretsmanager",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]["VpcEndpointId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    gateway = ec2.create_vpc_endpoint(
        VpcEndpointType="Gateway", VpcId=vpc, ServiceName=f"com.amazonaws.{region}.dynamodb", RouteTableIds=[table]
    )["VpcEndpoint"]["VpcEndpointId"]
    read = ec2.describe_vpc_endpoints(VpcEndpointIds=[interface, gateway])["VpcEndpoints"]
    assert {endpoint["VpcEndpointId"]: endpoint["State"] for endpoint in read} == {
        interface: "available",
        gateway: "available",
    }

    aws.client("logs", region).create_log_group(logGroupName="/lifeline/flow")
    role = aws.client("iam", region).create_role(RoleName=f"flow-{region}", AssumeRolePolicyDocument="{}")["Role"][
        "Arn"
    ]
    log = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="cloud-watch-logs",
        LogGroupName="/lifeline/flow",
        DeliverLogsPermissionArn=role,
        MaxAggregationInterval=60,
    )["FlowLogIds"][0]
    assert ec2.describe_flow_logs(FlowLogIds=[log])["FlowLogs"][0]["ResourceId"] == vpc
    ec2.delete_flow_logs(FlowLogIds=[log])
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[interface, gateway])["Unsuccessful"] == []
    left = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["VpcEndpoints"]
    assert [endpoint for endpoint in left if endpoint["State"] != "deleted"] == []
