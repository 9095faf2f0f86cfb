"""Where a program's resources go."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws

ACCOUNT = "111122223333"


def provider(name: str, region: str, **arguments: Any) -> aws.Provider:
    """An explicit provider, told everything that the real one would otherwise find in the environment."""
    return aws.Provider(name, region=region, sts_region=region, allowed_account_ids=[ACCOUNT], **arguments)


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def at_east() -> pulumi.ResourceOptions:
    """In us-east-1, tagged by default."""
    tags = {"tags": {"project": "trial"}}
    return pulumi.ResourceOptions(provider=provider("east", "us-east-1", default_tags=tags))


def two_subnets(opts: pulumi.ResourceOptions) -> tuple[aws.ec2.Vpc, list[aws.ec2.Subnet]]:
    """The least network that load balancers and databases ask for."""
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.10.0.0/16", enable_dns_hostnames=True, tags={"tier": "all"}, opts=opts)
    subnets = [
        aws.ec2.Subnet(
            f"subnet-{zone}",
            vpc_id=vpc.id,
            availability_zone=f"us-east-1{zone}",
            cidr_block=f"10.10.{index}.0/24",
            map_public_ip_on_launch=False,
            opts=opts,
        )
        for index, zone in enumerate("ab")
    ]
    return vpc, subnets
