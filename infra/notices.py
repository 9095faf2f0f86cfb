"""Wiring of the topics: the same for a site and for what spans the sites."""

import pulumi

from infra.component import Component
from infra.components.keys import Keys
from infra.components.notifications import Notifications
from infra.naming import Naming, tags
from infra.settings import GLOBAL, Settings
from infra.settings.notifications import SEVERITIES


def notifications(
    parent: Component,
    name: str,
    settings: Settings,
    key_arn: pulumi.Input[str],
    place: tuple[str, str] | None = None,
) -> Notifications:
    """The topics of a place, with everybody who is subscribed by the settings.

    `place`: the name in the topics' names and the region; without it the stack's own scope and region.
    """
    naming = Naming.of(settings)
    where, region = place or (settings.scope, settings.region)
    return Notifications(
        f"{name}-notifications",
        {
            "region": region,
            "account_id": settings.account_id,
            "topics": {severity: naming.topic(where, severity) for severity in SEVERITIES},
            "key_arn": key_arn,
            "billing": where == GLOBAL,
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
