"""The control table: record, journal and mailbox, strongly consistent over three regions."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput


class ControlTableArgs(TypedDict):
    region: pulumi.Input[str]
    """Home region: one of the two replicas."""
    replica_region: pulumi.Input[str]
    """The other replica's region."""
    witness_region: pulumi.Input[str]
    """Votes, but holds no data that can be read."""
    name: pulumi.Input[str]
    """The table's name, the same in both regions."""
    protection: bool
    """Plain, as Pulumi's `protect`: with it on, neither Pulumi nor AWS deletes the table."""
    tags: TagsInput
    """On the table and, through it, on its replica."""


class ControlTable(Component):
    """Two replicas and a witness with multi-region strong consistency: a write needs two of three."""

    table_name: pulumi.Output[str]
    arn: pulumi.Output[str]
    """Of the home region's replica."""

    def __init__(self, name: str, args: ControlTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        table = aws.dynamodb.Table(
            f"{name}-table",
            region=args["region"],
            name=args["name"],
            billing_mode="PAY_PER_REQUEST",
            hash_key="pk",
            range_key="sk",
            attributes=[{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
            replicas=[
                {
                    "region_name": args["replica_region"],
                    "consistency_mode": "STRONG",
                    "point_in_time_recovery": True,
                    "deletion_protection_enabled": args["protection"],
                    "propagate_tags": True,
                }
            ],
            global_table_witness={"region_name": args["witness_region"]},
            point_in_time_recovery={"enabled": True},
            deletion_protection_enabled=args["protection"],
            # AWS's own key in each region: a promotion must not hang on one more key policy, and the
            # table holds no PHI.
            server_side_encryption={"enabled": True},
            tags=args["tags"],
            opts=self.child(protect=args["protection"]),
        )
        self.table_name = table.name
        self.arn = table.arn
        self.register_outputs({"table_name": table.name, "arn": table.arn})
