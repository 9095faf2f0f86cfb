"""Service level objectives as burn rates: how fast the error budget goes, over a long and a short window.

A composite alarm speaks when both windows burn: the long one keeps a blip from waking anybody, the short one lets the
alarm end soon after the trouble. Factors and windows: Google, "The Site Reliability Workbook", chapter 5.

What CloudWatch does not give: a window is one period, at most a day long, so "1x over three days" is three single days
that each burn (which is stricter than their mean); and an alarm looks at whole periods: a window moves in steps.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pulumi

from infra.alarm import Alarm, Metric
from infra.settings.notifications import Severity
from infra.settings.observability import Objectives
from infra.watch.load_balancer import NAMESPACE, suffix

PAGE = "objectives"
HOUR, DAY = 3600, 86400


@dataclass(frozen=True)
class Burn:
    """One pair of windows, in seconds. `days` > 1: so many long windows one after the other."""

    name: str
    factor: float
    long: int
    short: int
    severity: Severity
    days: int = 1


BURNS = (
    Burn("fast", 14.4, HOUR, 5 * 60, "critical"),
    Burn("steady", 6, 6 * HOUR, 30 * 60, "high"),
    Burn("slow", 1, DAY, 6 * HOUR, "medium", days=3),
)
"""14.4x empties a month's budget in two days, 6x in five, 1x in a month."""


@dataclass(frozen=True)
class Objective:
    """One objective: the share of bad requests that it leaves, and how they are counted, in per cent."""

    name: str
    budget: float
    bad: str
    """Metric math for the bad requests' share in per cent, over the metrics of `_metrics`."""
    says: str


def objectives(settings: Objectives) -> tuple[Objective, Objective]:
    """Availability and latency."""
    return (
        Objective(
            "availability",
            round(100 - settings.availability, 6),
            "100*(FILL(edge,0)+FILL(target,0))/all",
            f"requests fail ({settings.availability:g} % must not)",
        ),
        Objective(
            "latency",
            round(100 - settings.latency_share, 6),
            "slow",
            f"requests take longer than {settings.latency_seconds:g} s ({settings.latency_share:g} % must not)",
        ),
    )


def windows(settings: Objectives, balancer_arn: pulumi.Output[str]) -> dict[str, Alarm]:
    """The windows as alarms that tell nobody: `<objective>-<burn>-<long|short>`."""
    return {
        f"{objective.name}-{burn.name}-{length}": Alarm(
            severity=burn.severity,
            says=f"{objective.says}: {burn.factor:g} times the budget over {seconds // 60} minutes.",
            page=PAGE,
            heading=burn.name,
            metrics=_metrics(objective, settings, balancer_arn, seconds),
            expression=f"IF(FILL(all,0)>={settings.minimum_requests}, {objective.bad}, 0)",
            threshold=round(burn.factor * objective.budget, 6),
            periods=burn.days if length == "long" else 1,
            datapoints=burn.days if length == "long" else 1,
        )
        for objective in objectives(settings)
        for burn in BURNS
        for length, seconds in (("long", burn.long), ("short", burn.short))
    }


def pairs(settings: Objectives) -> Iterator[tuple[str, Burn, str]]:
    """Name, burn and sentence of each composite alarm; its windows are `<name>-long` and `<name>-short`."""
    for objective in objectives(settings):
        for burn in BURNS:
            said = f"The budget for {objective.name} goes {burn.factor:g} times too fast: {objective.says}."
            yield f"{objective.name}-{burn.name}", burn, said


def _metrics(
    objective: Objective, settings: Objectives, balancer_arn: pulumi.Output[str], seconds: int
) -> dict[str, Metric]:
    own = {"LoadBalancer": suffix(balancer_arn)}
    found = {"all": Metric(NAMESPACE, "RequestCount", own, "Sum", seconds)}
    if objective.name == "latency":
        # A percentile rank: the share of the requests that took longer.
        rank = f"PR({settings.latency_seconds:g}:)"
        return {**found, "slow": Metric(NAMESPACE, "TargetResponseTime", own, rank, seconds)}
    return {
        **found,
        "edge": Metric(NAMESPACE, "HTTPCode_ELB_5XX_Count", own, "Sum", seconds),
        "target": Metric(NAMESPACE, "HTTPCode_Target_5XX_Count", own, "Sum", seconds),
    }
