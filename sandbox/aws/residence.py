"""Where a call must be answered: the regions whose loss makes it fail.

For most calls that is the region in the signature. Some services, and some calls of regional services, have one
control plane for the whole account, and it lives in us-east-1: with that region gone they fail everywhere.
"""

ACCOUNT_REGION = "us-east-1"

_ACCOUNT_WIDE = frozenset({"iam", "budgets", "ce", "cur", "organizations", "route53", "route53domains", "cloudfront"})
_BUCKET_READS = ("Get", "Head", "List")


def regions(service: str, operation: str, scope: str) -> tuple[str, ...]:
    """The regions that a call needs, the one that is recorded as called first.

    `scope` is the region in the signature; `aws-global` is the scope some global endpoints use.
    """
    if service in _ACCOUNT_WIDE:
        return (ACCOUNT_REGION,)
    if scope in ("aws-global", "global"):
        return (ACCOUNT_REGION,)
    if service == "s3" and _configures_bucket(operation):
        return (ACCOUNT_REGION,) if scope == ACCOUNT_REGION else (ACCOUNT_REGION, scope)
    return (scope,)


def _configures_bucket(operation: str) -> bool:
    if operation in ("CreateBucket", "DeleteBucket"):
        return True
    return "Bucket" in operation and not operation.startswith(_BUCKET_READS)
