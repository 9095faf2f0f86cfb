"""CloudWatch: an alarm on one metric has the state that its datapoints give it. moto never evaluates any."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, bound: value > bound,
    "GreaterThanOrEqualToThreshold": lambda value, bound: value >= bound,
    "LessThanThreshold": lambda value, bound: value < bound,
    "LessThanOrEqualToThreshold": lambda value, bound: value <= bound,
}
"""The comparisons of alarms on one metric; those on anomaly bands keep the state that moto gives."""


class CloudWatch:
    """Evaluates at the moment somebody looks: nobody is called by an alarm here, so nothing is missed meanwhile."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation

    def rows(self) -> Rows:
        return {("cloudwatch", "DescribeAlarms"): self._describe}

    def reset(self) -> None:
        """Alarms and metrics are moto's."""

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """Datapoints are the same under every fault."""

    def _describe(self, call: Call, passthrough: Passthrough) -> Result:
        given = dict(call.parameters)
        wanted = given.pop("StateValue", None)
        output: dict[str, Any] = passthrough(parameters=given)
        for alarm in output.get("MetricAlarms", []):
            if alarm.get("MetricName") and alarm.get("ComparisonOperator") in OPERATORS:
                alarm["StateValue"] = self._state(call.region, alarm)
        if wanted:
            output["MetricAlarms"] = [alarm for alarm in output["MetricAlarms"] if alarm["StateValue"] == wanted]
        return output

    def _state(self, region: str, alarm: dict[str, Any]) -> str:
        """OK, ALARM or INSUFFICIENT_DATA. Source: Amazon CloudWatch User Guide, "Evaluating an alarm"."""
        period, periods = int(alarm["Period"]), int(alarm["EvaluationPeriods"])
        statistic = alarm.get("Statistic", "Average")
        now = datetime.now(UTC)
        points = self._emulation.backend.invoke(
            "cloudwatch",
            "GetMetricStatistics",
            region,
            {
                "Namespace": alarm["Namespace"],
                "MetricName": alarm["MetricName"],
                "Dimensions": alarm.get("Dimensions", []),
                "StartTime": now - timedelta(seconds=period * (periods + 1)),
                "EndTime": now + timedelta(seconds=1),
                "Period": period,
                "Statistics": [statistic],
            },
        )["Datapoints"]
        newest = sorted(points, key=lambda point: point["Timestamp"], reverse=True)[:periods]
        missing = alarm.get("TreatMissingData", "missing")
        if not newest and missing == "ignore":
            return str(alarm.get("StateValue", "INSUFFICIENT_DATA"))
        if not newest and missing == "missing":
            return "INSUFFICIENT_DATA"
        compare = OPERATORS[alarm["ComparisonOperator"]]
        breaching = sum(1 for point in newest if compare(point[statistic], alarm["Threshold"]))
        if missing == "breaching":
            breaching += periods - len(newest)
        return "ALARM" if breaching >= int(alarm.get("DatapointsToAlarm") or periods) else "OK"
