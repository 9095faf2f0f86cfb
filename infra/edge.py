"""Wiring of the CDN: the zone's duties and records, unless somebody else has them."""

from infra.component import Component
from infra.components.cdn import Cdn, CdnArgs, LogPushArgs
from infra.components.zone_records import ZoneRecords
from infra.naming import Naming
from infra.settings import Settings
from infra.settings.cdn import LogPush
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
        "browser_check": wanted.browser_check,
        "methods": wanted.methods,
        "countries": wanted.countries,
    }
    if wanted.log_push is not None:
        args["log_push"] = _push(wanted.log_push)
    if wanted.event_push is not None:
        args["event_push"] = _push(wanted.event_push)
    return Cdn(f"{name}-cdn", args, parent.child())


def _push(wanted: LogPush) -> LogPushArgs:
    return {"destination": wanted.destination, "ownership_challenge": wanted.ownership_challenge}


def zone_records(parent: Component, name: str, settings: Settings, zone: Zone) -> ZoneRecords | None:
    """None where the zone is configured by others."""
    wanted = settings.cdn
    if wanted.zone == "external":
        return None
    return ZoneRecords(
        f"{name}-zone",
        {
            "zone_id": zone.id,
            "domain": settings.domain,
            "authorities": wanted.authorities,
            "mail": wanted.mail == "external",
            "dnssec": wanted.dnssec,
            "protection": settings.protection == "on",
        },
        parent.child(),
    )
