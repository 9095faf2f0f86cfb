"""Finders of what has no name: networks. They are told apart by their arguments, their tags and their place."""

from operations.adoption.finders import Again, Finder, Listed, Named

IN_VPC = {"Filters": [{"Name": "vpc-id", "Values": ["{vpcId}"]}]}
RULE = {
    "IpProtocol": "{ipProtocol}",
    "FromPort": "{fromPort:g}",
    "ToPort": "{toPort:g}",
    "CidrIpv4": "{cidrIpv4}",
    "CidrIpv6": "{cidrIpv6}",
    "PrefixListId": "{prefixListId}",
    "ReferencedGroupInfo.GroupId": "{referencedSecurityGroupId}",
}
OF_GROUP = {"Filters": [{"Name": "group-id", "Values": ["{securityGroupId}"]}]}

FINDERS: dict[str, Finder] = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Again("the VPC's own is taken over"),
    "aws:ec2/eip:Eip": Listed("ec2", "describe_addresses", "Addresses", "AllocationId", tags="Tags"),
    "aws:ec2/flowLog:FlowLog": Listed(
        "ec2",
        "describe_flow_logs",
        "FlowLogs",
        "FlowLogId",
        given={"Filter": [{"Name": "resource-id", "Values": ["{vpcId}"]}]},
        like={"TrafficType": "{trafficType}", "LogDestination": "{logDestination}"},
    ),
    "aws:ec2/internetGateway:InternetGateway": Listed(
        "ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId", tags="Tags"
    ),
    "aws:ec2/managedPrefixList:ManagedPrefixList": Listed(
        "ec2",
        "describe_managed_prefix_lists",
        "PrefixLists",
        "PrefixListId",
        like={"PrefixListName": "{name}"},
    ),
    "aws:ec2/natGateway:NatGateway": Listed(
        "ec2",
        "describe_nat_gateways",
        "NatGateways[?State=='available' || State=='pending']",
        "NatGatewayId",
        given={"Filters": [{"Name": "subnet-id", "Values": ["{subnetId}"]}]},
        tags="Tags",
    ),
    "aws:ec2/route:Route": Named("{routeTableId}_{destinationCidrBlock}"),
    "aws:ec2/routeTable:RouteTable": Listed(
        "ec2", "describe_route_tables", "RouteTables", "RouteTableId", given=IN_VPC, tags="Tags"
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Listed(
        "ec2",
        "describe_route_tables",
        "RouteTables[].Associations[]",
        "RouteTableAssociationId",
        given={"Filters": [{"Name": "association.subnet-id", "Values": ["{subnetId}"]}]},
        like={"SubnetId": "{subnetId}", "RouteTableId": "{routeTableId}"},
        import_as="{subnetId}/{routeTableId}",
    ),
    "aws:ec2/securityGroup:SecurityGroup": Listed(
        "ec2",
        "describe_security_groups",
        "SecurityGroups",
        "GroupId",
        given=IN_VPC,
        like={"GroupName": "{name}"},
    ),
    "aws:ec2/subnet:Subnet": Listed(
        "ec2",
        "describe_subnets",
        "Subnets",
        "SubnetId",
        given=IN_VPC,
        like={"CidrBlock": "{cidrBlock}"},
    ),
    "aws:ec2/vpc:Vpc": Listed("ec2", "describe_vpcs", "Vpcs", "VpcId", like={"CidrBlock": "{cidrBlock}"}, tags="Tags"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Listed(
        "ec2",
        "describe_vpc_endpoints",
        "VpcEndpoints[?State!='deleted' && State!='deleting']",
        "VpcEndpointId",
        given=IN_VPC,
        like={"ServiceName": "{serviceName}"},
        tags="Tags",
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Listed(
        "ec2",
        "describe_security_group_rules",
        "SecurityGroupRules[?IsEgress]",
        "SecurityGroupRuleId",
        given=OF_GROUP,
        like=RULE,
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Listed(
        "ec2",
        "describe_security_group_rules",
        "SecurityGroupRules[?!IsEgress]",
        "SecurityGroupRuleId",
        given=OF_GROUP,
        like=RULE,
    ),
}
