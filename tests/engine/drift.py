"""What somebody changes by hand in the account, past Pulumi."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.engine.estate import Estate

Value = Callable[[], object]


@dataclass(frozen=True)
class Drifted:
    """One property of one resource: `value` asks AWS, `before` is what it was."""

    type: str
    before: object
    value: Value


def drift(it: Estate, stack: str, region: str) -> list[Drifted]:
    """Changes by boto3 what protects data and what people read in such a night, of the first of each type."""
    ids: dict[str, str] = {}
    for resource in it.engine.resources(stack):
        ids.setdefault(resource["type"], resource.get("id", ""))
    found = []
    for kind, (value, change) in _hands(it, region, ids).items():
        found.append(Drifted(kind, value(), value))
        change()
        assert value() != found[-1].before, kind
    return found


def _hands(it: Estate, region: str, ids: dict[str, str]) -> dict[str, tuple[Value, Callable[[], Any]]]:
    """Type → how to read the property, and how to spoil it."""
    rds, kms = it.aws("rds", region), it.aws("kms", region)
    sqs, logs, events = it.aws("sqs", region), it.aws("logs", region), it.aws("events", region)
    cluster, key = ids["aws:rds/cluster:Cluster"], ids["aws:kms/key:Key"]
    queue, group = ids["aws:sqs/queue:Queue"], ids["aws:cloudwatch/logGroup:LogGroup"]
    rule = ids["aws:cloudwatch/eventRule:EventRule"]
    return {
        "aws:rds/cluster:Cluster": (
            lambda: rds.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]["DeletionProtection"],
            lambda: rds.modify_db_cluster(DBClusterIdentifier=cluster, DeletionProtection=False),
        ),
        "aws:kms/key:Key": (
            lambda: kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"],
            lambda: kms.disable_key_rotation(KeyId=key),
        ),
        "aws:sqs/queue:Queue": (
            lambda: sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"],
            lambda: sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"}),
        ),
        "aws:cloudwatch/eventRule:EventRule": (
            lambda: events.describe_rule(Name=rule)["State"],
            lambda: events.disable_rule(Name=rule),
        ),
        "aws:cloudwatch/logGroup:LogGroup": (
            lambda: logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0].get("retentionInDays"),
            lambda: logs.put_retention_policy(logGroupName=group, retentionInDays=1),
        ),
    }
