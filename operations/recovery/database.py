"""Failing the global database over: RDS calls in the target's region only."""

import time
from collections.abc import Callable
from typing import Any

from operations import clients
from operations.topology import Topology

POLL_SECONDS = 0.5
TIMEOUT_SECONDS = 900


def fail_over(topology: Topology, target: str, say: Callable[[str], None]) -> None:
    """Make the target's member the writer, accepting the loss of what had not arrived.

    `FailoverGlobalCluster` without `AllowDataLoss` would be a switchover, which needs the old region.
    Raises TimeoutError when the writer has not moved within a quarter of an hour.
    """
    rds = clients.aws("rds", topology.region(target))
    name = topology.one("global_cluster").id
    arn = str(topology.one("database", target).arn)
    if is_writer(rds, name, arn):
        say("the target's database is the writer already")
        return
    if not _under_way(rds, name, arn):
        rds.failover_global_cluster(GlobalClusterIdentifier=name, TargetDbClusterIdentifier=arn, AllowDataLoss=True)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not is_writer(rds, name, arn):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{arn} is not the writer of {name} after {TIMEOUT_SECONDS} s")
        time.sleep(POLL_SECONDS)


def is_writer(rds: Any, name: str, arn: str) -> bool:
    """True when the failover is over and the member is the writer."""
    cluster = _describe(rds, name)
    settled = not cluster.get("FailoverState", {}).get("Status")
    return settled and any(
        member["DBClusterArn"] == arn and member["IsWriter"] for member in cluster["GlobalClusterMembers"]
    )


def _under_way(rds: Any, name: str, arn: str) -> bool:
    return bool(_describe(rds, name).get("FailoverState", {}).get("ToDbClusterArn") == arn)


def _describe(rds: Any, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = rds.describe_global_clusters(GlobalClusterIdentifier=name)["GlobalClusters"]
    return found[0]
