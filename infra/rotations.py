"""Which secrets are rotated, and who has to be restarted for it."""

from infra.component import Component
from infra.components.object_store import AUDIT
from infra.components.rotation import Rotated, Rotation
from infra.components.secrets import Secrets
from infra.naming import Naming, tags
from infra.settings import Settings
from infra.stores import Stores


def rotation(owner: Component, name: str, settings: Settings, secrets: Secrets, stores: Stores) -> Rotation | None:
    """Declares it as a child of `owner`; None where no secret is rotated."""
    if not settings.rotation:
        return None
    naming = Naming.of(settings)
    home = next(site for site, each in settings.sites.items() if each.region == settings.home_region)
    other = settings.peer(home)
    return Rotation(
        f"{name}-rotation",
        {
            "region": settings.home_region,
            "alarm_region": settings.sites[other].region,
            "account_id": settings.account_id,
            "application": settings.application,
            "environment": settings.environment,
            "function": naming.function("rotation"),
            "role": naming.role(settings.scope, "rotation"),
            "secrets": {
                short: _rotated(settings, naming, secrets, short, days) for short, days in settings.rotation.items()
            },
            "keys": {each.region: naming.key_alias(site, "secrets") for site, each in settings.sites.items()},
            "topic_arns": {
                settings.home_region: naming.topic_arn(settings.home_region, settings.scope, "high"),
                settings.sites[other].region: naming.topic_arn(settings.sites[other].region, other, "high"),
            },
            "topic_key": naming.key_alias(settings.scope, "alerts"),
            "runbooks": settings.observability.runbooks.rstrip("/"),
            "log_key_arn": stores.keys[home].arns[AUDIT],
            # It makes secrets anew, and sees no patient's data.
            "tags": {**tags(settings), "data-classification": "internal"},
        },
        owner.child(),
    )


def _rotated(settings: Settings, naming: Naming, secrets: Secrets, short: str, days: int) -> Rotated:
    readers = [service.name for service in settings.services if short in service.secrets]
    return {
        "name": naming.secret(short),
        "arn": secrets.arns[short],
        "days": days,
        "readers": [
            {"region": each.region, "cluster": naming.ecs_cluster(site), "service": naming.ecs_service(service)}
            for site, each in settings.sites.items()
            for service in readers
        ],
    }
