"""Alarms on a site's cache, node by node.

Metrics: Amazon ElastiCache, "Metrics for Valkey and Redis OSS" and "Host-level metrics", read 2026-11.
"""

from collections.abc import Sequence

from infra.alarm import Alarm, Metric

NAMESPACE = "AWS/ElastiCache"
PAGE = "cache"


def nodes_of(cache: str, count: int) -> list[str]:
    """ElastiCache's own names of a group's nodes: `<group>-001` and so on."""
    return [f"{cache}-{number:03d}" for number in range(1, count + 1)]


def alarms(nodes: Sequence[str]) -> dict[str, Alarm]:
    """The worst of the nodes speaks for all; a node that is not there yet, as at a pilot standby, says nothing."""

    def worst(name: str, statistic: str) -> dict[str, Metric]:
        return {
            f"n{index}": Metric(NAMESPACE, name, {"CacheClusterId": node}, statistic)
            for index, node in enumerate(nodes, start=1)
        }

    def of_all(name: str, statistic: str = "Maximum") -> tuple[dict[str, Metric], str]:
        found = worst(name, statistic)
        return found, f"MAX([{','.join(f'FILL({key},0)' for key in found)}])"

    cpu, cpu_worst = of_all("EngineCPUUtilization")
    memory, memory_worst = of_all("DatabaseMemoryUsagePercentage")
    evictions, evictions_worst = of_all("Evictions", "Sum")
    lag, lag_worst = of_all("ReplicationLag")
    refused, refused_worst = of_all("AuthenticationFailures", "Sum")
    return {
        "cpu": Alarm(
            severity="medium",
            says="A node of the cache has used more than 80 % of its engine's core for fifteen minutes.",
            page=PAGE,
            metrics=cpu,
            expression=cpu_worst,
            threshold=80,
            periods=15,
            datapoints=15,
        ),
        "memory": Alarm(
            severity="medium",
            says="A node of the cache is more than 90 % full: what is used least goes early.",
            page=PAGE,
            metrics=memory,
            expression=memory_worst,
            threshold=90,
            periods=15,
            datapoints=15,
        ),
        "evictions": Alarm(
            severity="low",
            says="The cache throws out keys for want of memory, for fifteen minutes.",
            page=PAGE,
            metrics=evictions,
            expression=evictions_worst,
            threshold=0,
            periods=15,
            datapoints=15,
        ),
        "replication": Alarm(
            severity="low",
            says="The cache's replica in another zone is more than 5 s behind its primary.",
            page=PAGE,
            metrics=lag,
            expression=lag_worst,
            threshold=5,
            periods=10,
            datapoints=10,
        ),
        "refused": Alarm(
            severity="high",
            says="The cache refuses logins: a service asks as somebody whom it does not know.",
            page=PAGE,
            metrics=refused,
            expression=refused_worst,
            threshold=0,
        ),
    }
