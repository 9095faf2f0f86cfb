"""CloudWatch metric alarms."""

from collections.abc import Mapping
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row
from sandbox.providers.rules import AutoName

CHANGES = (
    "actionsEnabled",
    "alarmActions",
    "alarmDescription",
    "comparisonOperator",
    "datapointsToAlarm",
    "dimensions",
    "evaluateLowSampleCountPercentiles",
    "evaluationPeriods",
    "extendedStatistic",
    "insufficientDataActions",
    "metricName",
    "metricQueries",
    "namespace",
    "okActions",
    "period",
    "statistic",
    "threshold",
    "thresholdMetricId",
    "treatMissingData",
    "unit",
)


def _dimensions(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def _from_dimensions(values: list[dict[str, str]]) -> dict[str, str]:
    return {item["Name"]: item["Value"] for item in values}


def _queries(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = []
    for query in queries:
        entry: dict[str, Any] = {"Id": query["id"], "ReturnData": bool(query.get("returnData", False))}
        for name, member in (("expression", "Expression"), ("label", "Label"), ("accountId", "AccountId")):
            if query.get(name):
                entry[member] = query[name]
        if query.get("period"):
            entry["Period"] = int(query["period"])
        if query.get("metric"):
            metric = query["metric"]
            entry["MetricStat"] = {
                "Metric": {
                    "MetricName": metric["metricName"],
                    "Namespace": metric.get("namespace", ""),
                    "Dimensions": _dimensions(metric.get("dimensions") or {}),
                },
                "Period": int(metric["period"]),
                "Stat": metric["stat"],
            }
            if metric.get("unit"):
                entry["MetricStat"]["Unit"] = metric["unit"]
        made.append(entry)
    return made


def _from_queries(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = []
    for entry in found:
        query: dict[str, Any] = {"id": entry["Id"], "returnData": bool(entry.get("ReturnData", False))}
        for member, name in (("Expression", "expression"), ("Label", "label"), ("Period", "period")):
            if entry.get(member):
                query[name] = entry[member]
        stat = entry.get("MetricStat")
        if stat:
            metric = stat["Metric"]
            query["metric"] = {
                "metricName": metric.get("MetricName"),
                "namespace": metric.get("Namespace"),
                "dimensions": _from_dimensions(metric.get("Dimensions") or []),
                "period": stat["Period"],
                "stat": stat["Stat"],
            }
        made.append(query)
    return made


def _put(at: At) -> None:
    """PutMetricAlarm replaces the whole alarm."""
    sent = {name: at.inputs[name] for name in (*CHANGES, "name") if at.inputs.get(name) is not None}
    from sandbox.providers.aws.convert import request

    shape = at.session.input_shape("cloudwatch", at.subject.region, "put_metric_alarm")
    at.call("put_metric_alarm", **request(sent, shape, FIELDS))


FIELDS = {
    "name": Field("AlarmName"),
    "okActions": Field("OKActions"),
    "evaluateLowSampleCountPercentiles": Field("EvaluateLowSampleCountPercentile"),
    "dimensions": Field(encode=_dimensions, decode=_from_dimensions),
    "metricQueries": Field("Metrics", encode=_queries, decode=_from_queries),
    # PutMetricAlarm ignores the tags of an alarm that exists; tags have operations of their own.
    "tags": Field(),
}

ROWS = (
    Row(
        type="aws:cloudwatch/metricAlarm:MetricAlarm",
        service="cloudwatch",
        verb_noun="CloudWatch Metric Alarm",
        create=Call("put_metric_alarm", sends=None),
        id="=name",
        fields=FIELDS,
        read=Call(
            "describe_alarms", lambda s: {"AlarmNames": [s.id], "AlarmTypes": ["MetricAlarm"]}, answer="MetricAlarms[0]"
        ),
        delete=Call("delete_alarms", lambda s: {"AlarmNames": [s.id]}),
        gone=("ResourceNotFound",),
        changes=(Change(CHANGES, "aws api: PutMetricAlarm", _put),),
        tags="cloudwatch",
        auto_name=AutoName("name", 255),
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        computed=("evaluateLowSampleCountPercentiles",),
        outputs={"arn": "AlarmArn"},
    ),
)
