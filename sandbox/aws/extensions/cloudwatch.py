"""CloudWatch: an alarm has the state that its datapoints, or the alarms it is made of, give it. moto evaluates none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows
from sandbox.aws.errors import ApiError
from sandbox.aws.extensions.composite_alarms import Composites

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
        self._composites = Composites(emulation.backend.account_id)

    def rows(self) -> Rows:
        return {
            ("cloudwatch", "DescribeAlarms"): self._describe,
            ("cloudwatch", "PutCompositeAlarm"): self._put_composite,
            ("cloudwatch", "DeleteAlarms"): self._delete,
            ("cloudwatch", "TagResource"): self._tag,
            ("cloudwatch", "UntagResource"): self._untag,
            ("cloudwatch", "ListTagsForResource"): self._tags,
        }

    def reset(self) -> None:
        """Other alarms and metrics are moto's."""
        self._composites.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """Datapoints are the same under every fault."""

    def _describe(self, call: Call, passthrough: Passthrough) -> Result:
        given = dict(call.parameters)
        wanted = given.pop("StateValue", None)
        kinds = given.get("AlarmTypes") or ["MetricAlarm"]
        output: dict[str, Any] = passthrough(parameters=given)
        if "CompositeAlarm" in kinds:
            names = list(given.get("AlarmNames") or [])
            output["CompositeAlarms"] = self._composites.describe(call.region, names, self._states(call.region))
        if "MetricAlarm" not in kinds:
            output["MetricAlarms"] = []
        for alarm in output.get("MetricAlarms", []):
            if alarm.get("MetricName") and alarm.get("ComparisonOperator") in OPERATORS:
                alarm["StateValue"] = self._state(call.region, alarm)
        if wanted:
            output["MetricAlarms"] = [alarm for alarm in output["MetricAlarms"] if alarm["StateValue"] == wanted]
        return output

    def _put_composite(self, call: Call, passthrough: Passthrough) -> Result:
        self._composites.put(call.region, call.parameters, self._states(call.region))
        return {}

    def _delete(self, call: Call, passthrough: Passthrough) -> Result:
        names = self._composites.delete(call.region, list(call.parameters["AlarmNames"]))
        return passthrough(parameters={"AlarmNames": names}) if names else {}

    def _tag(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._composites.tags(call.parameters["ResourceARN"])
        if tags is None:
            return passthrough.raw()
        tags.update({tag["Key"]: tag["Value"] for tag in call.parameters["Tags"]})
        return {}

    def _untag(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._composites.tags(call.parameters["ResourceARN"])
        if tags is None:
            return passthrough.raw()
        for key in call.parameters["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _tags(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._composites.tags(call.parameters["ResourceARN"])
        if tags is None:
            return passthrough.raw()
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _states(self, region: str) -> Callable[[str], str]:
        """Each alarm's state by its name, composite or not."""

        def state(name: str) -> str:
            found = self._emulation.backend.invoke("cloudwatch", "DescribeAlarms", region, {"AlarmNames": [name]})
            for alarm in found.get("MetricAlarms", []):
                plain = alarm.get("MetricName") and alarm.get("ComparisonOperator") in OPERATORS
                return self._state(region, alarm) if plain else str(alarm["StateValue"])
            for composite in self._composites.describe(region, [name], state):
                return str(composite["StateValue"])
            raise ApiError("ValidationError", f"The alarm {name} does not exist", 400)

        return state

    def _state(self, region: str, alarm: dict[str, Any]) -> str:
        """OK, ALARM or INSUFFICIENT_DATA. Source: Amazon CloudWatch User Guide, "Evaluating an alarm"."""
        period, periods = int(alarm["Period"]), int(alarm["EvaluationPeriods"])
        statistic = alarm.get("Statistic")
        if statistic is None:  # a percentile: moto counts none
            return str(alarm.get("StateValue", "INSUFFICIENT_DATA"))
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
