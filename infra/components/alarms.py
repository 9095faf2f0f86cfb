"""Alarms of one part of the estate: each with a severity that has a topic, and a page that says what to do."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from infra.alarm import Alarm, Metric
from infra.component import Component, TagsInput

STATISTICS = frozenset({"Average", "Maximum", "Minimum", "SampleCount", "Sum"})
"""Any other is a percentile or a percentile rank, which CloudWatch takes as an extended statistic."""


class AlarmsArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the metrics, the alarms and their topics: CloudWatch crosses none."""
    alarms: Mapping[str, Alarm]
    """Plain mapping, since it decides what exists: name → alarm."""
    topic_arns: Mapping[str, pulumi.Input[str]]
    """Plain mapping: severity → topic. An empty one makes alarms that only others listen to."""
    runbooks: str
    """Plain, since descriptions are made of it: address below which the runbook pages are."""
    tags: TagsInput
    """On every alarm."""


class Alarms(Component):
    """CloudWatch alarms on metrics and on metric math."""

    arns: dict[str, pulumi.Output[str]]
    """Name → alarm."""
    names: dict[str, pulumi.Output[str]]
    """Name → the alarm's name at CloudWatch, by which a composite alarm refers to it."""

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        made = {key: self._alarm(f"{name}-{key}", key, alarm, args) for key, alarm in args["alarms"].items()}
        self.arns = {key: alarm.arn for key, alarm in made.items()}
        self.names = {key: alarm.name for key, alarm in made.items()}
        self.register_outputs({"arns": self.arns})

    def _alarm(self, name: str, key: str, alarm: Alarm, args: AlarmsArgs) -> aws.cloudwatch.MetricAlarm:
        topic = args["topic_arns"].get(alarm.severity)
        actions = [topic] if topic is not None else []
        return aws.cloudwatch.MetricAlarm(
            name,
            region=args["region"],
            alarm_description=described(alarm, key, args["runbooks"]),
            comparison_operator="LessThanThreshold" if alarm.below else "GreaterThanThreshold",
            threshold=alarm.threshold,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.datapoints,
            treat_missing_data=alarm.missing,
            alarm_actions=actions,
            ok_actions=actions,
            **watched(alarm),
            tags=args["tags"],
            opts=self.child(),
        )


def described(alarm: Alarm, key: str, runbooks: str) -> str:
    """What the alarm's message says, with the way to the page."""
    return f"[{alarm.severity}] {alarm.says} Runbook: {runbooks.rstrip('/')}/{alarm.page}.md#{alarm.heading or key}"


def watched(alarm: Alarm) -> dict[str, Any]:
    """The properties that say what is looked at."""
    if alarm.expression is None:
        (metric,) = alarm.metrics.values()
        kind = "statistic" if metric.statistic in STATISTICS else "extended_statistic"
        return {
            "namespace": metric.namespace,
            "metric_name": metric.name,
            "dimensions": dict(metric.dimensions),
            "period": metric.period,
            kind: metric.statistic,
        }
    result: dict[str, Any] = {"id": "result", "expression": alarm.expression, "return_data": True}
    if not alarm.metrics:
        result["period"] = alarm.query_period
    return {"metric_queries": [*(_query(key, metric) for key, metric in alarm.metrics.items()), result]}


def _query(key: str, metric: Metric) -> dict[str, Any]:
    return {
        "id": key,
        "return_data": False,
        "metric": {
            "namespace": metric.namespace,
            "metric_name": metric.name,
            "dimensions": dict(metric.dimensions),
            "period": metric.period,
            "stat": metric.statistic,
        },
    }
