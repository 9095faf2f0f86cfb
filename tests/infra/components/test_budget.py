"""Budgets are told at 75, 90 and 100 %, costs are parted by epic and business unit, and what is unusual is told."""

import json

from infra.settings.budgets import BudgetSettings
from tests.infra.declared import run, shipped
from tests.infra.stacks import declared

BUDGET, CATEGORY = "budgets/budget:Budget", "costexplorer/costCategory:CostCategory"
MONITOR, SUBSCRIPTION = (
    "costexplorer/anomalyMonitor:AnomalyMonitor",
    "costexplorer/anomalySubscription:AnomalySubscription",
)


def test_there_is_a_budget_in_all_per_epic_and_per_business_unit() -> None:
    found = {item.inputs["name"]: item.inputs for item in declared("global").of(BUDGET)}
    stem = "nl-fhir-production"
    assert {name: inputs["limitAmount"] for name, inputs in found.items()} == {
        f"{stem}-total": "12000",
        f"{stem}-epic-1": "1800",
        f"{stem}-epic-2": "3600",
        f"{stem}-epic-3": "2400",
        f"{stem}-epic-4": "1500",
        f"{stem}-unit-clinical": "12000",
    }
    filters = {name: [entry["values"] for entry in inputs.get("costFilters", [])] for name, inputs in found.items()}
    assert filters[f"{stem}-total"] == []
    assert filters[f"{stem}-epic-2"] == [["user:epic$2"]]
    assert filters[f"{stem}-unit-clinical"] == [["user:business-unit$clinical"]]


def test_somebody_is_told_at_75_90_and_100_per_cent_and_of_a_forecast_above_100() -> None:
    for item in declared("global").of(BUDGET):
        told = [
            (notice["notificationType"], notice["threshold"], notice["subscriberSnsTopicArns"][0].rsplit("-", 1)[1])
            for notice in item.inputs["notifications"]
        ]
        assert told == [
            ("ACTUAL", 75, "medium"),
            ("ACTUAL", 90, "medium"),
            ("ACTUAL", 100, "high"),
            ("FORECASTED", 100, "medium"),
        ]


def test_what_is_shared_is_split_among_epics_and_units_and_what_is_untagged_is_not() -> None:
    for item in declared("global").of(CATEGORY):
        (split,) = item.inputs["splitChargeRules"]
        values = [rule["value"] for rule in item.inputs["rules"]]
        assert split["source"] == "shared" and split["method"] == "PROPORTIONAL"
        assert sorted([*split["targets"], "shared"]) == sorted(values)
        assert item.inputs["defaultValue"] == "untagged" and "untagged" not in values
        for rule in item.inputs["rules"]:
            assert rule["rule"]["tags"]["values"] == [rule["value"]]


def test_each_part_of_the_costs_has_a_monitor_that_somebody_hears_of() -> None:
    stack = declared("global")
    monitors = stack.of(MONITOR)
    watched = {tuple(json.loads(item.inputs["monitorSpecification"])["CostCategories"]["Values"]) for item in monitors}
    assert watched == {("1",), ("2",), ("3",), ("4",), ("clinical",)}
    subscription = stack.one(SUBSCRIPTION).inputs
    assert sorted(subscription["monitorArnLists"]) == sorted(f"arn:mock:{item.name}" for item in monitors)
    assert subscription["subscribers"] == [{"type": "SNS", "address": "arn:mock:global-notifications-medium"}]


def test_cost_allocation_tags_are_activated_only_when_asked_for() -> None:
    tag = "costexplorer/costAllocationTag:CostAllocationTag"
    assert declared("global").of(tag) == []
    settings = shipped("global")
    asked = settings.model_copy(update={"budgets": settings.budgets.model_copy(update={"tags_active": True})})
    keys = {item.inputs["tagKey"] for item in run(asked).of(tag)}
    assert {"epic", "business-unit", "cost-center", "environment"} <= keys


def problems(settings: BudgetSettings) -> list[str]:
    return [f"{key}: {what}" for key, what, _ in settings.problems({1, 2}, {"clinical"})]


def test_budgets_of_nothing_and_parts_above_the_whole_are_refused() -> None:
    assert problems(BudgetSettings(total=100, epics={"1": 60, "2": 40})) == []
    said = problems(BudgetSettings(total=100, epics={"1": 60, "3": 50}, business_units={"sales": 1}))
    assert said == [
        "budgets.epics.3: no service belongs to it",
        "budgets.business_units.sales: no service belongs to it",
        "budgets.epics: add up to 110, more than the total 100",
    ]
