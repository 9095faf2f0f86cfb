"""Alarms on a site's member of the global database.

Metrics: Amazon Aurora, "Amazon CloudWatch metrics for Amazon Aurora", read 2026-11.
"""

from infra.alarm import Alarm, Metric

NAMESPACE = "AWS/RDS"
PAGE = "database"
MIB = 1024 * 1024


def lag(cluster: str) -> str:
    """Metrics Insights for how far the member is behind, in milliseconds; no data at the primary."""
    # CloudWatch's language, and a name that the settings have checked: no database is asked.
    return f"SELECT MAX(AuroraGlobalDBReplicationLag) FROM \"{NAMESPACE}\" WHERE DBClusterIdentifier = '{cluster}'"  # noqa: S608


def alarms(cluster: str, connections: int, free_mib: int, lag_seconds: int) -> dict[str, Alarm]:
    """`cluster`: the member's identifier."""
    own = {"DBClusterIdentifier": cluster}
    return {
        "replication": Alarm(
            severity="high",
            says=f"The copy here is more than {lag_seconds} s behind: a failover now would lose that much.",
            page=PAGE,
            # Only a secondary has this metric. A query, since AWS files it under the cluster together with the
            # source's region, which changes sides with a promotion.
            expression=lag(cluster),
            threshold=lag_seconds * 1000,
        ),
        "cpu": Alarm(
            severity="medium",
            says="An instance has used more than 85 % of its CPU for fifteen minutes.",
            page=PAGE,
            metrics={"cpu": Metric(NAMESPACE, "CPUUtilization", own, "Maximum")},
            threshold=85,
            periods=15,
            datapoints=15,
        ),
        "memory": Alarm(
            severity="high",
            says=f"An instance has less than {free_mib} MiB of memory left.",
            page=PAGE,
            metrics={"free": Metric(NAMESPACE, "FreeableMemory", own, "Minimum")},
            threshold=free_mib * MIB,
            below=True,
        ),
        "connections": Alarm(
            severity="high",
            says=f"More than {connections} connections are open: new ones will soon be refused.",
            page=PAGE,
            metrics={"open": Metric(NAMESPACE, "DatabaseConnections", own, "Maximum")},
            threshold=connections,
        ),
        "deadlocks": Alarm(
            severity="medium",
            says="Transactions deadlock: orders are refused and sent again.",
            page=PAGE,
            metrics={"deadlocks": Metric(NAMESPACE, "Deadlocks", own, "Maximum")},
            threshold=0,
            periods=10,
            datapoints=3,
        ),
        "readers": Alarm(
            severity="medium",
            says="A reader of the site is more than 2 s behind its writer.",
            page=PAGE,
            metrics={"lag": Metric(NAMESPACE, "AuroraReplicaLagMaximum", own, "Maximum")},
            threshold=2000,
        ),
    }
