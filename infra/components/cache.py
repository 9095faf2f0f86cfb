"""A site's cache: Valkey, encrypted, over several zones, empty after a failover and soon full again."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput

ENGINE = "valkey"
PORT = 6379
ALLOWED = "-@all +@read +@write +@connection +@transaction"
"""Neither administration nor scripts: a cache needs none."""


class CacheArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of everything in it."""
    cache_id: pulumi.Input[str]
    """The replication group's id; a login by IAM is signed for it."""
    users: Mapping[str, str]
    """Plain mapping, since it decides what exists: service → its user's id, which is its name too."""
    valkey_version: str
    """Plain, since the parameter group's family follows from it: such as `8.0`."""
    node_type: pulumi.Input[str]
    """Such as `cache.t4g.small`."""
    nodes: int
    """Plain, since failover goes with it: nodes, each in a zone of its own as far as there are zones."""
    vpc_id: pulumi.Input[str]
    """The site's network."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Isolated subnets."""
    key_arn: pulumi.Input[str]
    """The region's own key for the data."""
    tags: TagsInput
    """On every child."""


class Cache(Component):
    """One shard with replicas in other zones. Services log in by IAM, each to keys of its own.

    There is no password: nothing to rotate, to replicate or to leak, and a promotion has nothing to carry over. It is
    not protected either, and keeps no snapshot: what is in it can be had again.
    """

    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    user_arns: dict[str, pulumi.Output[str]]
    """By service."""

    def __init__(self, name: str, args: CacheArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            region=args["region"],
            vpc_id=args["vpc_id"],
            description="The cache: reached by services that need it",
            tags=args["tags"],
            opts=self.child(),
        )
        subnets = aws.elasticache.SubnetGroup(
            f"{name}-subnets",
            region=args["region"],
            description="Isolated subnets: no route leads out of them",
            subnet_ids=args["subnet_ids"],
            tags=args["tags"],
            opts=self.child(),
        )
        several = args["nodes"] > 1
        users, members = self._users()
        nodes = aws.elasticache.ReplicationGroup(
            f"{name}-nodes",
            region=args["region"],
            replication_group_id=args["cache_id"],
            description="Rebuilt, never replicated between regions",
            engine=ENGINE,
            engine_version=args["valkey_version"],
            node_type=args["node_type"],
            num_cache_clusters=args["nodes"],
            automatic_failover_enabled=several,
            multi_az_enabled=several,
            port=PORT,
            parameter_group_name=self._parameters().name,
            subnet_group_name=subnets.name,
            security_group_ids=[group.id],
            at_rest_encryption_enabled=True,
            kms_key_id=args["key_arn"],
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            user_group_ids=[members.id],
            auto_minor_version_upgrade=True,
            maintenance_window="sun:09:30-sun:10:30",
            # A snapshot would be one more copy of what may be PHI, of something that can be had again.
            snapshot_retention_limit=0,
            apply_immediately=True,
            tags=args["tags"],
            opts=self.child(),
        )
        self.arn, self.endpoint = nodes.arn, nodes.primary_endpoint_address
        self.security_group_id = group.id
        self.user_arns = {service: user.arn for service, user in users.items()}
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint})

    def _users(self) -> tuple[dict[str, aws.elasticache.User], aws.elasticache.UserGroup]:
        name, args = self._name, self._args
        users = {
            service: aws.elasticache.User(
                f"{name}-user-{service}",
                region=args["region"],
                user_id=user,
                user_name=user,
                engine=ENGINE,
                access_string=f"on ~{service}:* {ALLOWED}",
                authentication_mode={"type": "iam"},
                tags=args["tags"],
                opts=self.child(),
            )
            for service, user in args["users"].items()
        }
        members = aws.elasticache.UserGroup(
            f"{name}-users",
            region=args["region"],
            user_group_id=args["cache_id"],
            engine=ENGINE,
            user_ids=[user.user_id for user in users.values()],
            tags=args["tags"],
            opts=self.child(),
        )
        return users, members

    def _parameters(self) -> aws.elasticache.ParameterGroup:
        args = self._args
        return aws.elasticache.ParameterGroup(
            f"{self._name}-parameters",
            region=args["region"],
            family=f"{ENGINE}{args['valkey_version'].split('.')[0]}",
            description="A cache: when it is full, the keys used least go",
            parameters=[{"name": "maxmemory-policy", "value": "allkeys-lru"}],
            tags=args["tags"],
            opts=self.child(),
        )
