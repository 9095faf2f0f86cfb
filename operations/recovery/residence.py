"""Where a call must be answered: some control planes serve the whole account and live in one region. Pure data.

Source: AWS fault isolation boundaries, "Global services" and their control planes.
"""

from operations.steps.call import Call

ACCOUNT_REGION = "us-east-1"

ACCOUNT_WIDE = frozenset(
    {"iam", "organizations", "account", "budgets", "ce", "cur", "route53", "route53domains", "cloudfront", "shield"}
)
"""Services whose control plane is in us-east-1 alone."""

ELSEWHERE = {
    "globalaccelerator": "us-west-2",
    "route53-recovery-control-config": "us-west-2",
    "networkmanager": "us-west-2",
}
"""Services whose one control plane is in another region."""

BUCKET_READS = ("Get", "Head", "List")


def regions(call: Call) -> tuple[str, ...]:
    """The regions without which the call fails; none for what lives at the edge."""
    if call.service in ACCOUNT_WIDE:
        return (ACCOUNT_REGION,)
    if call.service in ELSEWHERE:
        return (ELSEWHERE[call.service],)
    if call.region in ("aws-global", "global"):
        return (ACCOUNT_REGION,)
    if call.service == "s3" and "Bucket" in call.operation and not call.operation.startswith(BUCKET_READS):
        return tuple(sorted({ACCOUNT_REGION, call.region}))
    return (call.region,) if call.region else ()
