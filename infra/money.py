"""Wiring of budgets and cost categories: what is told to whom, and which parts the costs fall into."""

from infra.component import Component
from infra.components.budget import Budget, BudgetArgs, Category, Limit, Notice
from infra.components.notifications import Notifications
from infra.naming import Naming, tags
from infra.settings import Settings

EPIC, UNIT = "epic", "business-unit"


def budget(parent: Component, name: str, settings: Settings, topics: Notifications) -> Budget:
    """Everything about money that `global` declares."""
    return Budget(f"{name}-budget", budget_args(settings, topics), parent.child())


def budget_args(settings: Settings, topics: Notifications) -> BudgetArgs:
    naming, wanted = Naming.of(settings), settings.budgets
    limits: dict[str, Limit] = {} if wanted.total is None else {"total": {"amount": wanted.total}}
    limits |= {f"epic-{epic}": {"amount": amount, "tag": (EPIC, epic)} for epic, amount in wanted.epics.items()}
    limits |= {
        f"unit-{unit}": {"amount": amount, "tag": (UNIT, unit)} for unit, amount in wanted.business_units.items()
    }
    notices: list[Notice] = [
        {
            "percent": percent,
            "forecast": False,
            "topic_arn": topics.topic_arns["high" if percent >= 100 else "medium"],
        }
        for percent in wanted.actual
    ]
    notices.append({"percent": wanted.forecast, "forecast": True, "topic_arn": topics.topic_arns["medium"]})
    return {
        "prefix": naming.prefix,
        "budgets": limits,
        "notices": notices,
        "categories": categories(settings),
        "anomaly_amount": wanted.anomaly,
        "anomaly_topic_arn": topics.topic_arns["medium"],
        "active_tags": sorted(tags(settings)) if wanted.tags_active else [],
        "tags": tags(settings),
    }


def categories(settings: Settings) -> dict[str, Category]:
    """By epic, where the services have any, and by business unit."""
    prefix = Naming.of(settings).prefix
    parts = {"epic": (EPIC, epics(settings)), "unit": (UNIT, sorted(units(settings)))}
    return {
        name: {"name": f"{prefix}-{name}", "tag": tag, "values": values}
        for name, (tag, values) in parts.items()
        if values
    }


def epics(settings: Settings) -> list[str]:
    return sorted({str(service.epic) for service in settings.services if service.epic is not None})


def units(settings: Settings) -> set[str]:
    """Business units of the services; what is shared has the one of the settings' tags."""
    return {service.business_unit or settings.tags.business_unit for service in settings.services}
