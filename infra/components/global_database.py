"""The shell of the Aurora global database; each site's member belongs to that site's own stack."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput

ENGINE = "aurora-postgresql"


class GlobalDatabaseArgs(TypedDict):
    region: pulumi.Input[str]
    """Region whose API declares it; the cluster itself belongs to no region."""
    identifier: pulumi.Input[str]
    """The global cluster's identifier, by which members join."""
    engine_version: pulumi.Input[str]
    """Such as `17.5`. Upgrades happen here; the members follow."""
    database_name: pulumi.Input[str]
    """Database made with the first member."""
    protection: bool
    """Plain, as Pulumi's `protect`: with it on, neither Pulumi nor AWS deletes it."""
    tags: TagsInput
    """On the cluster."""


class GlobalDatabase(Component):
    """An encrypted global cluster without members."""

    identifier: pulumi.Output[str]

    def __init__(self, name: str, args: GlobalDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        cluster = aws.rds.GlobalCluster(
            f"{name}-cluster",
            region=args["region"],
            global_cluster_identifier=args["identifier"],
            engine=ENGINE,
            engine_version=args["engine_version"],
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            # Only here: a secondary must not name a database, so a member that named one would have
            # to be replaced on the day the founder moves.
            database_name=args["database_name"],
            storage_encrypted=True,
            deletion_protection=args["protection"],
            force_destroy=not args["protection"],
            tags=args["tags"],
            opts=self.child(protect=args["protection"]),
        )
        self.identifier = cluster.global_cluster_identifier
        self.register_outputs({"identifier": self.identifier})
