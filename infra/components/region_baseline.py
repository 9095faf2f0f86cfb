"""What an account has once in each region: safe defaults, and the search for what is open to others."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput
from infra.log_masking import masking


class RegionBaselineArgs(TypedDict):
    region: pulumi.Input[str]
    """The region."""
    analyzer: pulumi.Input[str]
    """Name of the access analyzer, and of the policy that masks."""
    tags: TagsInput
    """On the analyzer; the defaults take none."""


class RegionBaseline(Component):
    """Encryption of volumes, closed snapshots, IMDSv2, identifiers masked in logs, and IAM Access Analyzer."""

    analyzer_arn: pulumi.Output[str]

    def __init__(self, name: str, args: RegionBaselineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        # No instance and no volume is declared here: this is for what somebody starts by hand.
        aws.ebs.EncryptionByDefault(f"{name}-volumes", region=args["region"], enabled=True, opts=self.child())
        aws.ebs.SnapshotBlockPublicAccess(
            f"{name}-snapshots", region=args["region"], state="block-all-sharing", opts=self.child()
        )
        aws.ec2.InstanceMetadataDefaults(
            f"{name}-metadata",
            region=args["region"],
            http_tokens="required",
            http_put_response_hop_limit=1,
            opts=self.child(),
        )
        aws.cloudwatch.LogAccountPolicy(
            f"{name}-masking",
            region=args["region"],
            policy_name=args["analyzer"],
            policy_type="DATA_PROTECTION_POLICY",
            policy_document=masking(),
            opts=self.child(),
        )
        analyzer = aws.accessanalyzer.Analyzer(
            f"{name}-analyzer",
            region=args["region"],
            analyzer_name=args["analyzer"],
            type="ACCOUNT",
            tags=args["tags"],
            opts=self.child(),
        )
        self.analyzer_arn = analyzer.arn
        self.register_outputs({"analyzer_arn": analyzer.arn})
