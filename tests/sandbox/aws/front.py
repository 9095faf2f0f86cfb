"""A load balancer with an HTTPS listener and a target group, as the infrastructure makes them."""

from dataclasses import dataclass

from tests.sandbox.aws.conftest import Aws


@dataclass
class Front:
    load_balancer: str
    dns_name: str
    target_group: str
    listener: str
    vpc: str


def front(aws: Aws, region: str) -> Front:
    """A load balancer with an HTTPS listener and a target group."""
    ec2, elb, acm = aws.client("ec2", region), aws.client("elbv2", region), aws.client("acm", region)
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.10.{index}.0/24", AvailabilityZone=f"{region}{letter}")["Subnet"][
            "SubnetId"
        ]
        for index, letter in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="alb", Description="alb", VpcId=vpc)["GroupId"]
    balancer = elb.create_load_balancer(
        Name="nl-fhir-production-east",
        Subnets=subnets,
        SecurityGroups=[group],
        Scheme="internet-facing",
        Type="application",
        Tags=[{"Key": "site", "Value": "east"}],
    )["LoadBalancers"][0]
    target_group = elb.create_target_group(
        Name="web",
        Protocol="HTTP",
        Port=8080,
        VpcId=vpc,
        TargetType="ip",
        HealthCheckPath="/health",
        Matcher={"HttpCode": "200-299"},
    )["TargetGroups"][0]["TargetGroupArn"]
    certificate = acm.request_certificate(DomainName="x.example.com", ValidationMethod="DNS")["CertificateArn"]
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}
        ],
    )["Listeners"][0]["ListenerArn"]
    return Front(balancer["LoadBalancerArn"], balancer["DNSName"], target_group, listener, vpc)
