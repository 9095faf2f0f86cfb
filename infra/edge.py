"""Wiring of the CDN: the zone's duties, unless somebody else has them."""

from infra.component import Component
from infra.components.cdn import Cdn, CdnArgs
from infra.naming import Naming
from infra.settings import Settings
from infra.zone import Zone


def cdn(parent: Component, name: str, settings: Settings, zone: Zone) -> Cdn | None:
    """None where the zone is configured by others."""
    wanted = settings.cdn
    if wanted.zone == "external":
        return None
    args: CdnArgs = {
        "zone_id": zone.id,
        "host": Naming.of(settings).edge_host,
        "hsts_seconds": wanted.hsts_seconds,
        "hsts_subdomains": wanted.hsts_subdomains,
        "static": wanted.static,
        "static_seconds": wanted.static_seconds,
        "cached": wanted.cached,
        "cached_seconds": wanted.cached_seconds,
        "bypass": wanted.bypass,
        "requests_per_minute": wanted.requests_per_minute,
        "managed_rules": wanted.managed_rules,
    }
    if wanted.log_push is not None:
        args["log_push"] = {
            "destination": wanted.log_push.destination,
            "ownership_challenge": wanted.log_push.ownership_challenge,
        }
    return Cdn(f"{name}-cdn", args, parent.child())
