"""Alarms on a site's load balancer and on the tasks behind it.

Metrics: Elastic Load Balancing, "CloudWatch metrics for your Application Load Balancer", read 2026-11.
"""

from collections.abc import Mapping

import pulumi

from infra.alarm import Alarm, Metric

NAMESPACE = "AWS/ApplicationELB"
PAGE = "load-balancer"


def suffix(arn: pulumi.Output[str]) -> pulumi.Output[str]:
    """The part of an ARN by which CloudWatch knows a load balancer or a target group."""
    return arn.apply(lambda known: known.rsplit(":", 1)[-1].removeprefix("loadbalancer/"))


def alarms(
    balancer_arn: pulumi.Output[str], group_arns: Mapping[str, pulumi.Output[str]], latency_seconds: float
) -> dict[str, Alarm]:
    """`group_arns`: public service → its target group."""
    balancer = {"LoadBalancer": suffix(balancer_arn)}
    found = {
        "errors": Alarm(
            severity="high",
            says="More than 1 % of the requests fail with a 5xx.",
            page=PAGE,
            metrics={
                "edge": _metric("HTTPCode_ELB_5XX_Count", balancer, "Sum"),
                "target": _metric("HTTPCode_Target_5XX_Count", balancer, "Sum"),
                "all": _metric("RequestCount", balancer, "Sum"),
            },
            # What the load balancer itself refuses is no request that a target has counted.
            expression="IF(FILL(all,0)>=20, 100*(FILL(edge,0)+FILL(target,0))/all, 0)",
            threshold=1,
        ),
        "latency": Alarm(
            severity="high",
            says=f"One request in a hundred takes longer than {latency_seconds:g} s.",
            page=PAGE,
            metrics={"slow": _metric("TargetResponseTime", balancer, "p99")},
            threshold=latency_seconds,
        ),
        "rejected": Alarm(
            severity="high",
            says="The load balancer is at its limit and rejects connections.",
            page=PAGE,
            metrics={"rejected": _metric("RejectedConnectionCount", balancer, "Sum")},
            threshold=0,
            periods=3,
            datapoints=2,
        ),
    }
    for service, arn in group_arns.items():
        group = {**balancer, "TargetGroup": suffix(arn)}
        found[f"{service}-unhealthy"] = Alarm(
            severity="medium",
            says=f"A task of {service} fails its health check.",
            page=PAGE,
            heading="unhealthy",
            metrics={"unhealthy": _metric("UnHealthyHostCount", group, "Maximum")},
            threshold=0,
            periods=10,
            datapoints=5,
        )
        found[f"{service}-down"] = Alarm(
            severity="critical",
            says=f"No task of {service} is healthy.",
            page=PAGE,
            heading="down",
            metrics={"healthy": _metric("HealthyHostCount", group, "Maximum")},
            threshold=1,
            below=True,
            periods=3,
            datapoints=3,
        )
    return found


def _metric(name: str, dimensions: Mapping[str, pulumi.Input[str]], statistic: str) -> Metric:
    return Metric(NAMESPACE, name, dimensions, statistic)
