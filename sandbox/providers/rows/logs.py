"""CloudWatch log groups, the metrics that are counted in them, and who else may write to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName, InPlace


def _retention(at: At) -> None:
    days = at.inputs.get("retentionInDays")
    if days:
        at.call("put_retention_policy", logGroupName=at.id, retentionInDays=days)
    elif at.subject.old_inputs.get("retentionInDays"):
        at.call("delete_retention_policy", logGroupName=at.id)


def _key(at: At) -> None:
    if at.inputs.get("kmsKeyId"):
        at.call("associate_kms_key", logGroupName=at.id, kmsKeyId=at.inputs["kmsKeyId"])
    else:
        at.call("disassociate_kms_key", logGroupName=at.id)


def _exact(at: At, found: Found) -> Found:
    """DescribeLogGroups finds by prefix."""
    group = next((group for group in found["logGroups"] if group["logGroupName"] == at.id), None)
    return {"group": group, **(group or {}), "retentionInDays": (group or {}).get("retentionInDays", 0)}


def _remove(at: At) -> None:
    if not at.subject.value("skipDestroy"):
        at.call("delete_log_group", logGroupName=at.id)


def _transformation(value: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        "metricName": value["name"],
        "metricNamespace": value["namespace"],
        "metricValue": value["value"],
        "unit": value.get("unit") or "None",
    }
    if value.get("defaultValue"):
        made["defaultValue"] = float(value["defaultValue"])
    return {**made, "dimensions": value["dimensions"]} if value.get("dimensions") else made


def _from_transformation(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    (entry,) = found
    made = {
        "name": entry["metricName"],
        "namespace": entry["metricNamespace"],
        "value": entry["metricValue"],
        "unit": entry.get("unit", "None"),
    }
    if entry.get("defaultValue") is not None:
        made["defaultValue"] = f"{float(entry['defaultValue']):g}"
    return {**made, "dimensions": entry["dimensions"]} if entry.get("dimensions") else made


def _filter(subject: Subject) -> dict[str, Any]:
    return {"logGroupName": subject.value("logGroupName"), "filterNamePrefix": subject.id}


def _put_filter(at: At) -> str:
    name = str(at.inputs["name"])
    at.call(
        "put_metric_filter",
        filterName=name,
        logGroupName=at.inputs["logGroupName"],
        filterPattern=at.inputs["pattern"],
        metricTransformations=[_transformation(at.inputs["metricTransformation"])],
    )
    return name


def _change_filter(at: At) -> None:
    # moto keeps a second filter of the same name; AWS replaces it.
    at.call("delete_metric_filter", filterName=at.id, logGroupName=at.inputs["logGroupName"])
    _put_filter(at)


def _filter_from_id(subject: Subject) -> dict[str, Any]:
    """An import names a filter `<log group>:<filter>`."""
    group, _, name = subject.id.rpartition(":")
    return {"logGroupName": group, "name": name} if group else {}


def _this_filter(at: At, found: Found) -> Found:
    entry = next((item for item in found["metricFilters"] if item["filterName"] == at.id), None)
    return {"filter": entry, **(entry or {})}


def _put_resource_policy(at: At) -> str:
    name = str(at.inputs["policyName"])
    at.call("put_resource_policy", policyName=name, policyDocument=at.inputs["policyDocument"])
    return name


def _change_resource_policy(at: At) -> None:
    _put_resource_policy(at)


def _this_resource_policy(at: At, found: Found) -> Found:
    policy = next((item for item in found["found"] if item["policyName"] == at.id), None)
    return {"found": policy, **(policy or {})}


ROWS = (
    Row(
        type="aws:cloudwatch/logGroup:LogGroup",
        service="logs",
        verb_noun="CloudWatch Logs Log Group",
        create=Call("create_log_group", sends=("kmsKeyId", "logGroupClass", "name", "tags")),
        id="=name",
        fields={"name": Field("logGroupName"), "deletionProtectionEnabled": Field("-")},
        read=Call("describe_log_groups", lambda s: {"logGroupNamePrefix": s.id}),
        also_read=(_exact,),
        gone=("ResourceNotFoundException",),
        gone_states=("group", (None,)),
        delete=_remove,
        after_create=(_retention,),
        changes=(
            Change(("retentionInDays",), "aws api: PutRetentionPolicy, DeleteRetentionPolicy", _retention),
            Change(("kmsKeyId",), "aws api: AssociateKmsKey, DisassociateKmsKey", _key),
        ),
        local=(InPlace(("skipDestroy",), "provider: read at deletion only"),),
        tags="logs",
        auto_name=AutoName("name", 512, rival="namePrefix"),
        defaults={"retentionInDays": 0, "skipDestroy": False},
        computed=("logGroupClass", "deletionProtectionEnabled"),
        outputs={"arn": lambda _s, f: str(f["arn"]).removesuffix(":*")},
    ),
    Row(
        type="aws:cloudwatch/logMetricFilter:LogMetricFilter",
        service="logs",
        verb_noun="CloudWatch Logs Metric Filter",
        create=_put_filter,
        read=Call("describe_metric_filters", lambda s: _filter(s)),
        also_read=(_this_filter,),
        gone=("ResourceNotFoundException",),
        gone_states=("filter", (None,)),
        delete=Call(
            "delete_metric_filter",
            lambda s: {"filterName": s.id, "logGroupName": s.value("logGroupName")},
        ),
        fields={
            "name": Field(found="filterName"),
            "pattern": Field(found="filterPattern"),
            "metricTransformation": Field(found="metricTransformations", decode=_from_transformation),
        },
        changes=(
            Change(
                ("pattern", "metricTransformation", "applyOnTransformedLogs"),
                "aws api: PutMetricFilter",
                _change_filter,
            ),
        ),
        auto_name=AutoName("name", 512),
        defaults={"applyOnTransformedLogs": False},
        import_parts=_filter_from_id,
        own_id=lambda at: at.id.rpartition(":")[2],
    ),
    Row(
        type="aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        service="logs",
        verb_noun="CloudWatch Logs Resource Policy",
        create=_put_resource_policy,
        read=Call("describe_resource_policies", answer="{found: resourcePolicies}"),
        also_read=(_this_resource_policy,),
        gone_states=("found", (None,)),
        delete=Call("delete_resource_policy", lambda s: {"policyName": s.id}),
        changes=(Change(("policyDocument",), "aws api: PutResourcePolicy", _change_resource_policy),),
        policies=("policyDocument",),
        fixed=("policyName",),
        gone=("ResourceNotFoundException",),
    ),
)
