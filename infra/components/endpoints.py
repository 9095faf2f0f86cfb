"""A site's private ways to the AWS APIs: what a task needs in order to start, and PHI's way to the LLM."""

from collections.abc import Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, Statement, TagsInput, policy


class EndpointsArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of everything in it."""
    account_id: pulumi.Input[str]
    """Endpoints serve principals of this account only."""
    vpc_id: pulumi.Input[str]
    """The site's network."""
    cidr: pulumi.Input[str]
    """Its block: who may connect to the interface endpoints."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Private subnets, one for each zone."""
    route_table_ids: Sequence[pulumi.Input[str]]
    """Plain, since none means that there are no gateway endpoints: tables of the private subnets."""
    services: Sequence[str]
    """Plain, since they decide what exists: AWS services to reach through an interface, such as `secretsmanager`."""
    tags: TagsInput
    """On every child that takes tags."""


class Endpoints(Component):
    """Gateway endpoints for S3 and DynamoDB, and an interface endpoint for each service."""

    def __init__(self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        if args["route_table_ids"]:
            self._gateways()
        if args["services"]:
            self._interfaces()
        self.register_outputs({})

    def _gateways(self) -> None:
        """Free of charge, and what they carry does not pay for NAT."""
        for service in ("dynamodb", "s3"):
            # The account's own buckets and tables only: a stolen key of another account opens no way out.
            statements: list[Statement] = [self._own({"aws:ResourceAccount": self._args["account_id"]})]
            if service == "s3":
                # Image layers are fetched with ECR's signature, not with the account's.
                layers = pulumi.Output.format("arn:aws:s3:::prod-{0}-starport-layer-bucket/*", self._args["region"])
                statements.append({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": layers})
            aws.ec2.VpcEndpoint(
                f"{self._name}-{service}",
                region=self._args["region"],
                vpc_id=self._args["vpc_id"],
                service_name=pulumi.Output.format("com.amazonaws.{0}.{1}", self._args["region"], service),
                vpc_endpoint_type="Gateway",
                route_table_ids=self._args["route_table_ids"],
                policy=policy(*statements),
                tags=self._args["tags"],
                opts=self.child(),
            )

    def _interfaces(self) -> None:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-group",
            region=self._args["region"],
            vpc_id=self._args["vpc_id"],
            description="Interface endpoints: HTTPS from inside the network",
            tags=self._args["tags"],
            opts=self.child(),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-https",
            region=self._args["region"],
            security_group_id=group.id,
            description="HTTPS from inside the network",
            cidr_ipv4=self._args["cidr"],
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            tags=self._args["tags"],
            opts=self.child(),
        )
        for service in self._args["services"]:
            aws.ec2.VpcEndpoint(
                f"{self._name}-{service.replace('.', '-')}",
                region=self._args["region"],
                vpc_id=self._args["vpc_id"],
                service_name=pulumi.Output.format("com.amazonaws.{0}.{1}", self._args["region"], service),
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=self._args["subnet_ids"],
                security_group_ids=[group.id],
                policy=policy(self._own({})),
                tags=self._args["tags"],
                opts=self.child(),
            )

    def _own(self, more: dict[str, pulumi.Input[str]]) -> Statement:
        return {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalAccount": self._args["account_id"], **more}},
        }
