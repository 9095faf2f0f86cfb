"""Security Hub in both regions, its standards, and one place that sees the findings of both."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component

STANDARDS = {
    "fsbp": "standards/aws-foundational-security-best-practices/v/1.0.0",
    "nist-800-53": "standards/nist-800-53/v/5.0.0",
    "cis": "standards/cis-aws-foundations-benchmark/v/3.0.0",
}


class SecurityHubArgs(TypedDict):
    regions: Mapping[str, pulumi.Input[str]]
    """Plain mapping, since it decides what exists: site → region."""
    home: str
    """Plain, since it decides what exists where: the site in whose region the findings of all are shown."""
    standards: Sequence[str]
    """Plain, since they decide what exists: keys of `STANDARDS`."""


class SecurityHub(Component):
    """Account-wide: a second declaration of it would take turns with this one."""

    hub_arns: dict[str, pulumi.Output[str]]
    """Site → hub."""

    def __init__(self, name: str, args: SecurityHubArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        hubs: dict[str, aws.securityhub.Account] = {}
        for site, region in args["regions"].items():
            hubs[site] = aws.securityhub.Account(
                f"{name}-{site}",
                region=region,
                # Named below instead, so that it can be seen which they are.
                enable_default_standards=False,
                auto_enable_controls=True,
                control_finding_generator="SECURITY_CONTROL",
                opts=self.child(),
            )
            for standard in args["standards"]:
                aws.securityhub.StandardsSubscription(
                    f"{name}-{site}-{standard}",
                    region=region,
                    standards_arn=pulumi.Output.format("arn:aws:securityhub:{0}::{1}", region, STANDARDS[standard]),
                    opts=self.child(depends_on=[hubs[site]]),
                )
        aws.securityhub.FindingAggregator(
            f"{name}-findings",
            region=args["regions"][args["home"]],
            linking_mode="SPECIFIED_REGIONS",
            specified_regions=[region for site, region in args["regions"].items() if site != args["home"]],
            opts=self.child(depends_on=list(hubs.values())),
        )
        self.hub_arns = {site: hub.arn for site, hub in hubs.items()}
        self.register_outputs({"hub_arns": self.hub_arns})
