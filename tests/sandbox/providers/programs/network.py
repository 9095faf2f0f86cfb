"""Everything that a site's network has."""

import json

import pulumi
import pulumi_aws as aws

from tests.sandbox.providers.programs.place import at_east, trust, two_subnets


def network(opts: pulumi.ResourceOptions) -> None:
    """A VPC with everything that a site's network has."""
    vpc, subnets = two_subnets(opts)
    aws.ec2.DefaultSecurityGroup("default", vpc_id=vpc.id, ingress=[], egress=[], opts=opts)
    gateway = aws.ec2.InternetGateway("gateway", vpc_id=vpc.id, opts=opts)
    public = aws.ec2.RouteTable("public", vpc_id=vpc.id, opts=opts)
    aws.ec2.Route("out", route_table_id=public.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id, opts=opts)
    aws.ec2.RouteTableAssociation("public-a", route_table_id=public.id, subnet_id=subnets[0].id, opts=opts)
    address = aws.ec2.Eip("address", domain="vpc", opts=opts)
    nat = aws.ec2.NatGateway("nat", subnet_id=subnets[0].id, allocation_id=address.id, opts=opts)
    private = aws.ec2.RouteTable("private", vpc_id=vpc.id, opts=opts)
    aws.ec2.Route(
        "through-nat",
        route_table_id=private.id,
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id=nat.id,
        opts=opts,
    )
    ranges = aws.ec2.ManagedPrefixList(
        "ranges",
        address_family="IPv4",
        max_entries=5,
        entries=[{"cidr": "198.51.100.0/24", "description": "edge"}, {"cidr": "203.0.113.0/24"}],
        opts=opts,
    )
    group = aws.ec2.SecurityGroup("group", vpc_id=vpc.id, description="inside", opts=opts)
    aws.vpc.SecurityGroupIngressRule(
        "https",
        security_group_id=group.id,
        description="HTTPS",
        prefix_list_id=ranges.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        opts=opts,
    )
    aws.vpc.SecurityGroupIngressRule(
        "own",
        security_group_id=group.id,
        referenced_security_group_id=group.id,
        ip_protocol="tcp",
        from_port=8080,
        to_port=8080,
        opts=opts,
    )
    aws.vpc.SecurityGroupEgressRule(
        "all", security_group_id=group.id, cidr_ipv4="0.0.0.0/0", ip_protocol="-1", opts=opts
    )
    aws.ec2.VpcEndpoint(
        "dynamodb",
        vpc_id=vpc.id,
        service_name="com.amazonaws.us-east-1.dynamodb",
        vpc_endpoint_type="Gateway",
        route_table_ids=[private.id],
        policy=json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}),
        opts=opts,
    )
    aws.ec2.VpcEndpoint(
        "secrets",
        vpc_id=vpc.id,
        service_name="com.amazonaws.us-east-1.secretsmanager",
        vpc_endpoint_type="Interface",
        private_dns_enabled=True,
        subnet_ids=[subnet.id for subnet in subnets],
        security_group_ids=[group.id],
        opts=opts,
    )
    key = aws.kms.Key("key", description="logs", enable_key_rotation=True, deletion_window_in_days=7, opts=opts)
    aws.kms.Alias("alias", name="alias/trial-logs", target_key_id=key.key_id, opts=opts)
    logs = aws.cloudwatch.LogGroup("flows", name="/trial/flows", retention_in_days=400, kms_key_id=key.arn, opts=opts)
    role = aws.iam.Role(
        "flow-role", name="trial-flows", assume_role_policy=trust("vpc-flow-logs.amazonaws.com"), opts=opts
    )
    aws.iam.RolePolicy(
        "flow-policy",
        role=role.name,
        policy=pulumi.Output.json_dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:*"], "Resource": [logs.arn]}]}
        ),
        opts=opts,
    )
    aws.ec2.FlowLog(
        "flow-log", vpc_id=vpc.id, traffic_type="ALL", iam_role_arn=role.arn, log_destination=logs.arn, opts=opts
    )


def everything_in_a_network() -> None:
    network(at_east())
