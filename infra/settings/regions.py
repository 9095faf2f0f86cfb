"""Region sets in which DynamoDB global tables offer multi-region strong consistency.

A table with strong consistency spans exactly three regions of one set, never of two.
Source: Amazon DynamoDB Developer Guide, "Multi-Region strong consistency (MRSC)", read 2026-11.
"""

CONSISTENCY_SETS: dict[str, frozenset[str]] = {
    "US": frozenset({"us-east-1", "us-east-2", "us-west-2"}),
    "EU": frozenset({"eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"}),
    "AP": frozenset({"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"}),
}


def consistency_set(regions: frozenset[str]) -> str | None:
    """The name of the one set that holds all the regions, or None."""
    for name, members in CONSISTENCY_SETS.items():
        if regions <= members:
            return name
    return None
