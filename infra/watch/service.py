"""Alarms on one ECS service.

Metrics: Amazon ECS, "CloudWatch metrics" and "Container Insights metrics", read 2026-11.
"""

from infra.alarm import Alarm, Metric

PAGE = "service"


def alarms(cluster: str, service: str) -> dict[str, Alarm]:
    """By name; the services of one cluster share its heading in the runbook."""
    own = {"ClusterName": cluster, "ServiceName": service}
    return {
        "tasks": Alarm(
            severity="high",
            says=f"{service} runs fewer tasks than it should, for ten minutes.",
            page=PAGE,
            metrics={
                "wanted": Metric("ECS/ContainerInsights", "DesiredTaskCount", own, "Minimum"),
                "there": Metric("ECS/ContainerInsights", "RunningTaskCount", own, "Maximum"),
            },
            expression="wanted-FILL(there,0)",
            threshold=0,
            periods=10,
            datapoints=10,
        ),
        "cpu": Alarm(
            severity="medium",
            says=f"{service} has used more than 85 % of its CPU for fifteen minutes: scaling does not keep up.",
            page=PAGE,
            metrics={"cpu": Metric("AWS/ECS", "CPUUtilization", own)},
            threshold=85,
            periods=15,
            datapoints=15,
        ),
        "memory": Alarm(
            severity="high",
            says=f"A task of {service} is about to be killed for want of memory.",
            page=PAGE,
            metrics={"memory": Metric("AWS/ECS", "MemoryUtilization", own, "Maximum")},
            threshold=90,
        ),
    }
