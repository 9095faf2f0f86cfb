"""Alarms on canaries.

Metrics: Amazon CloudWatch, "CloudWatch metrics published by canaries", read 2026-11.
"""

from infra.alarm import Alarm, Metric

NAMESPACE = "CloudWatchSynthetics"
PAGE = "canary"


def alarms(short: str, canary: str, minutes: int, latency_seconds: float, steps: int) -> dict[str, Alarm]:
    """`short`: its name in the settings; `canary`: at Synthetics."""
    own, period = {"CanaryName": canary}, minutes * 60
    return {
        f"{short}-fails": Alarm(
            severity="critical",
            says=f"The journey {short!r} fails as seen from outside, twice in a row.",
            page=PAGE,
            heading="fails",
            metrics={"success": Metric(NAMESPACE, "SuccessPercent", own, "Average", period)},
            threshold=100,
            below=True,
            periods=2,
            datapoints=2,
            # A canary that does not run is no good news.
            missing="breaching",
        ),
        f"{short}-slow": Alarm(
            severity="medium",
            says=f"The journey {short!r} takes longer than {latency_seconds:g} s for each of its steps.",
            page=PAGE,
            heading="slow",
            metrics={"took": Metric(NAMESPACE, "Duration", own, "Average", period)},
            threshold=latency_seconds * 1000 * steps,
            periods=3,
            datapoints=3,
        ),
    }
