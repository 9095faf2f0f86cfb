"""Cost categories, and monitors and subscriptions for anomalies."""

import json
from typing import Any

from sandbox.providers.aws.convert import Field, request
from sandbox.providers.aws.row import At, Call, Change, Row

EXPRESSION = {"ands": "And", "costCategory": "CostCategories", "dimension": "Dimensions", "not": "Not", "ors": "Or"}
CATEGORY = ("defaultValue", "effectiveStart", "ruleVersion", "rules", "splitChargeRules")
SUBSCRIPTION = ("frequency", "monitorArnLists", "subscribers", "thresholdExpression")
SUBSCRIPTION_FIELDS = {
    "name": Field("SubscriptionName"),
    "monitorArnLists": Field("MonitorArnList"),
    "thresholdExpression": Field(nested=EXPRESSION),
}
MONITOR_FIELDS = {
    "name": Field("MonitorName"),
    "monitorSpecification": Field(encode=json.loads, decode=json.dumps),
}


def _whole(at: At, operation: str, member: str, fields: dict[str, Field], names: tuple[str, ...]) -> dict[str, Any]:
    """The object that a create takes as one member."""
    shape = at.session.input_shape("ce", at.subject.region, operation).members[member]
    return request({name: at.inputs[name] for name in names if name in at.inputs}, shape, fields)


def _create_monitor(at: At) -> str:
    names = ("monitorDimension", "monitorSpecification", "monitorType", "name")
    whole = _whole(at, "create_anomaly_monitor", "AnomalyMonitor", MONITOR_FIELDS, names)
    return str(at.call("create_anomaly_monitor", AnomalyMonitor=whole)["MonitorArn"])


def _create_subscription(at: At) -> str:
    member = "AnomalySubscription"
    whole = _whole(at, "create_anomaly_subscription", member, SUBSCRIPTION_FIELDS, (*SUBSCRIPTION, "name"))
    return str(at.call("create_anomaly_subscription", AnomalySubscription=whole)["SubscriptionArn"])


def _change_subscription(at: At) -> None:
    shape = at.session.input_shape("ce", at.subject.region, "update_anomaly_subscription")
    sent = {name: at.inputs[name] for name in SUBSCRIPTION if name in at.inputs}
    at.call("update_anomaly_subscription", SubscriptionArn=at.id, **request(sent, shape, SUBSCRIPTION_FIELDS))


ROWS = (
    Row(
        type="aws:costexplorer/costCategory:CostCategory",
        service="ce",
        verb_noun="Cost Explorer Cost Category",
        create=Call("create_cost_category_definition", sends=(*CATEGORY, "name", "tags")),
        id="CostCategoryArn",
        read=Call("describe_cost_category_definition", lambda s: {"CostCategoryArn": s.id}, answer="CostCategory"),
        gone=("ResourceNotFoundException",),
        delete=Call("delete_cost_category_definition", lambda s: {"CostCategoryArn": s.id}),
        fields={
            "rules": Field(nested={**EXPRESSION, "inheritedValue": "InheritedValue"}),
            "tags": Field("ResourceTags"),
        },
        changes=(
            Change(
                CATEGORY,
                "aws api: UpdateCostCategoryDefinition",
                Call("update_cost_category_definition", lambda s: {"CostCategoryArn": s.id}, sends=CATEGORY),
            ),
        ),
        tags="ce",
        # The first rule that matches decides.
        ordered=("rules",),
        computed=("effectiveStart",),
        outputs={"arn": "CostCategoryArn"},
    ),
    Row(
        type="aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        service="ce",
        verb_noun="Cost Explorer Anomaly Monitor",
        create=_create_monitor,
        read=Call("get_anomaly_monitors", lambda s: {"MonitorArnList": [s.id]}, answer="AnomalyMonitors[0]"),
        gone=("UnknownMonitorException",),
        delete=Call("delete_anomaly_monitor", lambda s: {"MonitorArn": s.id}),
        fields=MONITOR_FIELDS,
        changes=(
            Change(
                ("name",),
                "aws api: UpdateAnomalyMonitor",
                Call("update_anomaly_monitor", lambda s: {"MonitorArn": s.id, "MonitorName": s.inputs["name"]}),
            ),
        ),
        tags="ce",
        documents=("monitorSpecification",),
        outputs={"arn": "MonitorArn"},
        extended="kept by us; no anomaly is found",
    ),
    Row(
        type="aws:costexplorer/anomalySubscription:AnomalySubscription",
        service="ce",
        verb_noun="Cost Explorer Anomaly Subscription",
        create=_create_subscription,
        read=Call(
            "get_anomaly_subscriptions", lambda s: {"SubscriptionArnList": [s.id]}, answer="AnomalySubscriptions[0]"
        ),
        gone=("UnknownSubscriptionException",),
        delete=Call("delete_anomaly_subscription", lambda s: {"SubscriptionArn": s.id}),
        fields=SUBSCRIPTION_FIELDS,
        changes=(Change(SUBSCRIPTION, "aws api: UpdateAnomalySubscription", _change_subscription),),
        tags="ce",
        computed=("accountId", "thresholdExpression"),
        outputs={"arn": "SubscriptionArn", "accountId": lambda s, _f: s.setup.account_id},
        extended="kept by us; no anomaly is found",
    ),
)
