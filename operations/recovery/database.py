"""The global database as RDS describes it in one region."""

from typing import Any


def describe(rds: Any, name: str) -> dict[str, Any]:
    """The global cluster. Raises botocore's errors."""
    found: list[dict[str, Any]] = rds.describe_global_clusters(GlobalClusterIdentifier=name)["GlobalClusters"]
    return found[0]


def is_writer(rds: Any, name: str, arn: str) -> bool:
    """True when no move is under way and the member is the writer."""
    return writes(describe(rds, name), arn)


def writes(cluster: dict[str, Any], arn: str) -> bool:
    settled = not cluster.get("FailoverState", {}).get("Status")
    return settled and any(
        member["DBClusterArn"] == arn and member["IsWriter"] for member in cluster["GlobalClusterMembers"]
    )


def moving_to(cluster: dict[str, Any], arn: str) -> bool:
    """Whether a move of the writer to that member is under way."""
    state = cluster.get("FailoverState", {})
    return bool(state.get("Status")) and state.get("ToDbClusterArn") == arn
