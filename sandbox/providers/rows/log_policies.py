"""What CloudWatch Logs masks: recorded, since nothing here looks into a log."""

from sandbox.providers.plain import Plain
from sandbox.providers.rules import InPlace

PLAIN = (
    Plain(
        type="aws:cloudwatch/logAccountPolicy:LogAccountPolicy",
        id="{policyName}:{policyType}",
        in_place=(InPlace(("policyDocument", "scope", "selectionCriteria"), "aws api: PutAccountPolicy"),),
        documents=("policyDocument",),
        fixed=("policyName", "policyType"),
    ),
    Plain(
        type="aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        id="{logGroupName}",
        in_place=(InPlace(("policyDocument",), "aws api: PutDataProtectionPolicy"),),
        documents=("policyDocument",),
        fixed=("logGroupName",),
    ),
)
