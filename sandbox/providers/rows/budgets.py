"""Monthly budgets, with their notifications and those who are told."""

from collections.abc import Mapping
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName

_KINDS = (("subscriberEmailAddresses", "EMAIL"), ("subscriberSnsTopicArns", "SNS"))


def _where(subject: Subject) -> dict[str, str]:
    account, _, name = subject.id.partition(":")
    return {"AccountId": account, "BudgetName": name}


def _budget(at: At) -> dict[str, Any]:
    given = at.inputs
    return {
        "BudgetName": given["name"],
        "BudgetType": given["budgetType"],
        "TimeUnit": given["timeUnit"],
        "BudgetLimit": {"Amount": given["limitAmount"], "Unit": given["limitUnit"]},
        "CostFilters": {entry["name"]: entry["values"] for entry in given.get("costFilters") or ()},
    }


def _notification(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "NotificationType": entry["notificationType"],
        "ComparisonOperator": entry["comparisonOperator"],
        "Threshold": float(entry["threshold"]),
        "ThresholdType": entry["thresholdType"],
    }


def _subscribers(entry: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"SubscriptionType": kind, "Address": address} for name, kind in _KINDS for address in entry.get(name) or ()
    ]


def _create(at: At) -> str:
    account = at.subject.setup.account_id
    at.call(
        "create_budget",
        AccountId=account,
        Budget=_budget(at),
        NotificationsWithSubscribers=[
            {"Notification": _notification(entry), "Subscribers": _subscribers(entry)}
            for entry in at.inputs.get("notifications") or ()
        ],
    )
    return f"{account}:{at.inputs['name']}"


def _change(at: At) -> None:
    at.call("update_budget", AccountId=_where(at.subject)["AccountId"], NewBudget=_budget(at))


def _change_notifications(at: At) -> None:
    """All anew, as the real provider does."""
    where = _where(at.subject)
    for entry in at.subject.old_inputs.get("notifications") or ():
        at.call("delete_notification", **where, Notification=_notification(entry))
    for entry in at.inputs.get("notifications") or ():
        at.call("create_notification", **where, Notification=_notification(entry), Subscribers=_subscribers(entry))


def _told(at: At, found: Found) -> Found:
    where = _where(at.subject)
    notifications = []
    for each in at.call("describe_notifications_for_budget", **where)["Notifications"]:
        key = {name: each[name] for name in ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")}
        subscribers = at.call("describe_subscribers_for_notification", **where, Notification=key)["Subscribers"]
        told = {
            name: [item["Address"] for item in subscribers if item["SubscriptionType"] == kind] for name, kind in _KINDS
        }
        notifications.append({**key, **{name: addresses for name, addresses in told.items() if addresses}})
    filters = [{"name": name, "values": values} for name, values in (found.get("CostFilters") or {}).items()]
    return {"notifications": notifications, "filters": filters}


ROWS = (
    Row(
        type="aws:budgets/budget:Budget",
        service="budgets",
        verb_noun="Budget",
        create=_create,
        read=Call("describe_budget", _where, answer="Budget"),
        also_read=(_told,),
        gone=("NotFoundException",),
        delete=Call("delete_budget", _where),
        fields={
            "name": Field(found="BudgetName"),
            "limitAmount": Field(found="BudgetLimit.Amount"),
            "limitUnit": Field(found="BudgetLimit.Unit"),
            "costFilters": Field(found="filters"),
            # The provider keeps what was asked for; AWS fills all of it in.
            "costTypes": Field("-", found="-"),
        },
        changes=(
            Change(("costFilters", "limitAmount", "limitUnit", "timeUnit"), "aws api: UpdateBudget", _change),
            Change(("notifications",), "aws api: CreateNotification, DeleteNotification", _change_notifications),
        ),
        tags="budgets",
        auto_name=AutoName("name", 100, rival="namePrefix"),
        computed=("accountId", "billingViewArn", "costTypes", "timePeriodEnd", "timePeriodStart"),
        outputs={
            "accountId": lambda s, _f: s.setup.account_id,
            "arn": lambda s, _f: f"arn:aws:budgets::{s.setup.account_id}:budget/{_where(s)['BudgetName']}",
            "timePeriodStart": lambda s, _f: s.value("timePeriodStart") or "2026-01-01_00:00",
            "timePeriodEnd": lambda s, _f: s.value("timePeriodEnd") or "2087-06-15_00:00",
        },
        extended="changes, subscribers and tags are kept by us; nobody is told",
    ),
)
