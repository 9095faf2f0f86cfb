"""A zone's settings at Cloudflare."""

from sandbox.providers.cloudflare.row import SettingRow

SETTINGS = (
    SettingRow(
        type="cloudflare:index/zoneSetting:ZoneSetting",
        noun="zone setting",
        path="/zones/{zoneId}/settings/{settingId}",
        source="cloudflare api: PATCH zone settings",
        named=("settingId",),
    ),
    SettingRow(
        type="cloudflare:index/tieredCache:TieredCache",
        noun="tiered cache",
        path="/zones/{zoneId}/cache/tiered_cache_smart_topology_enable",
        source="cloudflare api: PATCH tiered_cache_smart_topology_enable",
    ),
    SettingRow(
        type="cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings",
        noun="authenticated origin pulls",
        path="/zones/{zoneId}/origin_tls_client_auth/settings",
        source="cloudflare api: PUT origin_tls_client_auth/settings",
        verb="PUT",
        value="enabled",
    ),
    SettingRow(
        type="cloudflare:index/zoneDnssec:ZoneDnssec",
        noun="zone DNSSEC",
        path="/zones/{zoneId}/dnssec",
        source="cloudflare api: PATCH dnssec",
        value="status",
        removed="disabled",
    ),
)
