"""Budgets: changing one, who is told, and tags, which moto lacks. Nobody is told anything here: no cost arises."""

import json
from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation


class Budgets:
    """Subscribers by budget and notification, tags by ARN; the rest is moto's."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation
        self._subscribers: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def rows(self) -> Rows:
        return {
            ("budgets", "CreateBudget"): self._create,
            ("budgets", "UpdateBudget"): self._update,
            ("budgets", "CreateNotification"): self._notify,
            ("budgets", "DescribeSubscribersForNotification"): self._told,
            ("budgets", "TagResource"): self._tag,
            ("budgets", "UntagResource"): self._untag,
            ("budgets", "ListTagsForResource"): self._list_tags,
        }

    def reset(self) -> None:
        self._subscribers.clear()
        self._tags.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """Budgets live in us-east-1 for the whole account."""

    def _create(self, call: Call, passthrough: Passthrough) -> Result:
        answer = passthrough.raw()
        if answer.status == 200:
            name = call.parameters["Budget"]["BudgetName"]
            for entry in call.parameters.get("NotificationsWithSubscribers") or []:
                self._subscribers[name, _key(entry["Notification"])] = entry["Subscribers"]
        return answer

    def _update(self, call: Call, passthrough: Passthrough) -> Result:
        """moto cannot change one: it is made again, with the notifications that it had."""
        given = call.parameters
        name = given["NewBudget"]["BudgetName"]
        where = {"AccountId": given["AccountId"], "BudgetName": name}
        invoke = self._emulation.backend.invoke
        notifications = invoke("budgets", "DescribeNotificationsForBudget", call.region, where)["Notifications"]
        invoke("budgets", "DeleteBudget", call.region, where)
        kept = [{"Notification": each, "Subscribers": self._subscribers[name, _key(each)]} for each in notifications]
        whole = {
            "AccountId": given["AccountId"],
            "Budget": given["NewBudget"],
            "NotificationsWithSubscribers": kept,
        }
        invoke("budgets", "CreateBudget", call.region, whole)
        return {}

    def _notify(self, call: Call, passthrough: Passthrough) -> Result:
        answer = passthrough.raw()
        if answer.status == 200:
            given = call.parameters
            self._subscribers[given["BudgetName"], _key(given["Notification"])] = given["Subscribers"]
        return answer

    def _told(self, call: Call, passthrough: Passthrough) -> Result:
        given = call.parameters
        return {"Subscribers": self._subscribers.get((given["BudgetName"], _key(given["Notification"])), [])}

    def _tag(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._tags.setdefault(call.parameters["ResourceARN"], {})
        tags.update({tag["Key"]: tag["Value"] for tag in call.parameters["ResourceTags"]})
        return {}

    def _untag(self, call: Call, passthrough: Passthrough) -> Result:
        for key in call.parameters["ResourceTagKeys"]:
            self._tags.get(call.parameters["ResourceARN"], {}).pop(key, None)
        return {}

    def _list_tags(self, call: Call, passthrough: Passthrough) -> Result:
        tags = self._tags.get(call.parameters["ResourceARN"], {})
        return {"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _key(notification: dict[str, Any]) -> str:
    """What makes a notification one of its own; its state does not."""
    parts = {name: notification.get(name) for name in ("NotificationType", "ComparisonOperator", "ThresholdType")}
    return json.dumps({**parts, "Threshold": float(notification["Threshold"])}, sort_keys=True)
