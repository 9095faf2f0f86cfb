"""A site's ECS cluster, and the names by which its services find each other."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput


class ClusterArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the cluster."""
    name: pulumi.Input[str]
    """The cluster's name, by which operations find its services."""
    namespace: pulumi.Input[str]
    """Name of the Cloud Map namespace in which they find each other."""
    tags: TagsInput
    """On the cluster and the namespace."""


class Cluster(Component):
    """A Fargate cluster with Container Insights."""

    arn: pulumi.Output[str]
    namespace_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        cluster = aws.ecs.Cluster(
            f"{name}-cluster",
            region=args["region"],
            name=args["name"],
            settings=[{"name": "containerInsights", "value": "enabled"}],
            tags=args["tags"],
            opts=self.child(),
        )
        namespace = aws.servicediscovery.HttpNamespace(
            f"{name}-namespace",
            region=args["region"],
            name=args["namespace"],
            description="Services of one site, by name",
            tags=args["tags"],
            opts=self.child(),
        )
        self.arn = cluster.arn
        self.namespace_arn = namespace.arn
        self.register_outputs({"arn": cluster.arn, "namespace_arn": namespace.arn})
