"""From a security finding to the people of its severity, in the region where it was found."""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput

MESSAGE = '"<label> security finding in <region> by <product>: <title> (<id>). Runbook: {0}/findings.md#{1}"'
"""What is told, as JSON. The resource is left out: an object's key can name a patient."""
PATHS = {
    "label": "$.detail.findings[0].Severity.Label",
    "region": "$.detail.findings[0].Region",
    "product": "$.detail.findings[0].ProductName",
    "title": "$.detail.findings[0].Title",
    "id": "$.detail.findings[0].Id",
}


class FindingRoutesArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the rules, and of the findings that they take."""
    topic_arns: Mapping[str, pulumi.Input[str]]
    """Plain mapping, since it decides what exists: severity → topic in the region."""
    runbooks: pulumi.Input[str]
    """Address below which the runbook pages are."""
    tags: TagsInput
    """On every rule."""


class FindingRoutes(Component):
    """One rule for each severity. Security Hub gathers what GuardDuty, Macie, Inspector and the others find."""

    rule_arns: dict[str, pulumi.Output[str]]
    """Severity → rule."""

    def __init__(self, name: str, args: FindingRoutesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        rules: dict[str, aws.cloudwatch.EventRule] = {}
        for severity, topic_arn in args["topic_arns"].items():
            rules[severity] = aws.cloudwatch.EventRule(
                f"{name}-{severity}",
                region=args["region"],
                description=f"New security findings of severity {severity}",
                event_pattern=_pattern(args["region"], severity),
                # At the standby too: a break-in does not ask who is active.
                state="ENABLED",
                tags=args["tags"],
                opts=self.child(),
            )
            aws.cloudwatch.EventTarget(
                f"{name}-{severity}-topic",
                region=args["region"],
                rule=rules[severity].name,
                target_id="topic",
                arn=topic_arn,
                input_transformer={
                    "input_paths": PATHS,
                    "input_template": pulumi.Output.format(MESSAGE, args["runbooks"], severity),
                },
                opts=self.child(),
            )
        self.rule_arns = {severity: rule.arn for severity, rule in rules.items()}
        self.register_outputs({"rule_arns": self.rule_arns})


def _pattern(region: pulumi.Input[str], severity: str) -> pulumi.Output[str]:
    return pulumi.Output.json_dumps(
        {
            "source": ["aws.securityhub"],
            "detail-type": ["Security Hub Findings - Imported"],
            "detail": {
                "findings": {
                    "Severity": {"Label": [severity.upper()]},
                    "Workflow": {"Status": ["NEW"]},
                    "RecordState": ["ACTIVE"],
                    # The home region also gets copies of the other's: each is told where it was found, once.
                    "Region": [region],
                }
            },
        }
    )
