"""Alarms on the control table's replica of a region.

Metrics: Amazon DynamoDB, "DynamoDB metrics and dimensions", read 2026-11.
"""

from infra.alarm import Alarm, Metric

NAMESPACE = "AWS/DynamoDB"
PAGE = "control-table"


def alarms(table: str) -> dict[str, Alarm]:
    """The warden's own alarms say when the record cannot be read; these say why."""
    own = {"TableName": table}
    return {
        "throttled": Alarm(
            severity="high",
            says="The control table refuses requests for their rate: a lease may not be renewed.",
            page=PAGE,
            metrics={
                "reads": Metric(NAMESPACE, "ReadThrottleEvents", own, "Sum"),
                "writes": Metric(NAMESPACE, "WriteThrottleEvents", own, "Sum"),
            },
            expression="FILL(reads,0)+FILL(writes,0)",
            threshold=0,
            periods=3,
            datapoints=1,
        ),
        "failing": Alarm(
            severity="high",
            says="Strong reads of the control table fail inside DynamoDB.",
            page=PAGE,
            metrics={
                "failed": Metric(NAMESPACE, "SystemErrors", {**own, "Operation": "GetItem"}, "Sum"),
            },
            threshold=0,
            periods=3,
            datapoints=2,
        ),
    }
