"""Money: budgets, cost categories with what is shared split among them, and monitors for what is unusual."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput

SHARED, UNTAGGED = "shared", "untagged"


class Notice(TypedDict):
    """When somebody is told of a budget."""

    percent: int
    """Plain: of the budget."""
    forecast: bool
    """Plain: whether the month's expected cost counts, or what is spent."""
    topic_arn: pulumi.Input[str]
    """Where it is told."""


class Limit(TypedDict):
    """One monthly budget."""

    amount: float
    """Plain, since it becomes text: US dollars."""
    tag: NotRequired[tuple[str, str]]
    """Plain: only costs with this tag; without it, the whole account."""


class Category(TypedDict):
    """One way to part the costs, by a tag."""

    name: pulumi.Input[str]
    """The cost category's name."""
    tag: str
    """Plain: the tag's key."""
    values: Sequence[str]
    """Plain, since rules and monitors follow from them: the tag's values, without what is shared."""


class BudgetArgs(TypedDict):
    prefix: pulumi.Input[str]
    """Goes before the budgets' names, which are one namespace for the account."""
    budgets: Mapping[str, Limit]
    """Plain mapping, since it decides what exists: name → budget."""
    notices: Sequence[Notice]
    """Plain: of every budget."""
    categories: Mapping[str, Category]
    """Plain mapping, since it decides what exists: name → cost category."""
    anomaly_amount: float
    """Plain, since it becomes text: US dollars above what was expected."""
    anomaly_topic_arn: pulumi.Input[str]
    """Where anomalies are told."""
    active_tags: Sequence[str]
    """Plain, since they decide what exists: cost-allocation tags to activate."""
    tags: TagsInput
    """On every child that takes tags."""


class Budget(Component):
    """Budgets with notices, cost categories with split charges, anomaly monitors with a subscription."""

    names: dict[str, pulumi.Output[str]]
    """Name → budget."""
    category_arns: dict[str, pulumi.Output[str]]
    """Name → cost category."""

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self.names = {key: self._budget(key, limit) for key, limit in args["budgets"].items()}
        made = {key: self._category(key, category) for key, category in args["categories"].items()}
        self.category_arns = {key: category.arn for key, category in made.items()}
        monitors = [
            self._monitor(key, made[key], value)
            for key, category in args["categories"].items()
            for value in category["values"]
        ]
        if monitors:
            self._subscription(monitors)
        for tag in args["active_tags"]:
            aws.costexplorer.CostAllocationTag(f"{name}-tag-{tag}", tag_key=tag, status="Active", opts=self.child())
        self.register_outputs({"names": self.names})

    def _budget(self, key: str, limit: Limit) -> pulumi.Output[str]:
        tag = limit.get("tag")
        budget = aws.budgets.Budget(
            f"{self._name}-{key}",
            name=pulumi.Output.format("{0}-{1}", self._args["prefix"], key),
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{limit['amount']:g}",
            limit_unit="USD",
            cost_filters=[{"name": "TagKeyValue", "values": [f"user:{tag[0]}${tag[1]}"]}] if tag else [],
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "notification_type": "FORECASTED" if notice["forecast"] else "ACTUAL",
                    "threshold": notice["percent"],
                    "threshold_type": "PERCENTAGE",
                    "subscriber_sns_topic_arns": [notice["topic_arn"]],
                }
                for notice in self._args["notices"]
            ],
            tags=self._args["tags"],
            opts=self.child(),
        )
        name: pulumi.Output[str] = budget.name
        return name

    def _category(self, key: str, category: Category) -> aws.costexplorer.CostCategory:
        return aws.costexplorer.CostCategory(
            f"{self._name}-category-{key}",
            name=category["name"],
            rule_version="CostCategoryExpression.v1",
            # What has no tag at all is not split: it is to be found and tagged.
            default_value=UNTAGGED,
            rules=[
                {
                    "value": value,
                    "type": "REGULAR",
                    "rule": {"tags": {"key": category["tag"], "values": [value], "match_options": ["EQUALS"]}},
                }
                for value in [*category["values"], SHARED]
            ],
            split_charge_rules=(
                [{"source": SHARED, "targets": list(category["values"]), "method": "PROPORTIONAL"}]
                if category["values"]
                else []
            ),
            tags=self._args["tags"],
            opts=self.child(),
        )

    def _monitor(self, key: str, category: aws.costexplorer.CostCategory, value: str) -> pulumi.Output[str]:
        monitor = aws.costexplorer.AnomalyMonitor(
            f"{self._name}-anomalies-{key}-{value}",
            name=pulumi.Output.format("{0}-{1}", category.name, value),
            monitor_type="CUSTOM",
            monitor_specification=pulumi.Output.json_dumps(
                {"CostCategories": {"Key": category.name, "MatchOptions": ["EQUALS"], "Values": [value]}}
            ),
            tags=self._args["tags"],
            opts=self.child(),
        )
        arn: pulumi.Output[str] = monitor.arn
        return arn

    def _subscription(self, monitors: list[pulumi.Output[str]]) -> None:
        aws.costexplorer.AnomalySubscription(
            f"{self._name}-anomalies",
            name=pulumi.Output.format("{0}-anomalies", self._args["prefix"]),
            # A topic takes each anomaly as it is found; a daily summary would go by e-mail only.
            frequency="IMMEDIATE",
            monitor_arn_lists=monitors,
            subscribers=[{"type": "SNS", "address": self._args["anomaly_topic_arn"]}],
            threshold_expression={
                "dimension": {
                    "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "match_options": ["GREATER_THAN_OR_EQUAL"],
                    "values": [f"{self._args['anomaly_amount']:g}"],
                }
            },
            tags=self._args["tags"],
            opts=self.child(),
        )
