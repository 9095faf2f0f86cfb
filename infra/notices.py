"""Wiring of the topics: the same for a site and for what spans the sites."""

import pulumi

from infra.component import Component
from infra.components.keys import Keys
from infra.components.notifications import Notifications
from infra.naming import Naming, tags
from infra.settings import Settings
from infra.settings.notifications import SEVERITIES


def notifications(parent: Component, name: str, settings: Settings, key_arn: pulumi.Input[str]) -> Notifications:
    """The topics of the stack's scope, with everybody who is subscribed by the settings."""
    naming = Naming.of(settings)
    return Notifications(
        f"{name}-notifications",
        {
            "region": settings.region,
            "account_id": settings.account_id,
            "topics": {severity: naming.topic(settings.scope, severity) for severity in SEVERITIES},
            "key_arn": key_arn,
            "billing": settings.is_global,
            "listeners": [
                {"tier": tier.name, "severities": tier.severities, "protocol": protocol, "endpoint": endpoint}
                for tier in settings.notifications.tiers
                for protocol, endpoint in tier.endpoints()
            ],
            "tags": tags(settings),
        },
        parent.child(),
    )


def spanning_notifications(parent: Component, name: str, settings: Settings) -> Notifications:
    """The topics of `global`, in the home region, with a key of their own."""
    keys = Keys(
        f"{name}-keys-alerts",
        {
            "region": settings.home_region,
            "account_id": settings.account_id,
            "aliases": {"alerts": Naming.of(settings).key_alias(settings.scope, "alerts")},
            "protection": settings.protection == "on",
            "tags": tags(settings),
        },
        parent.child(),
    )
    return notifications(parent, name, settings, keys.arns["alerts"])
