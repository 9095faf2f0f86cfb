"""A zone's settings: single values that are always there, read and set but never made or deleted.

Values follow Cloudflare's API documentation, "Zone settings", read 2026-11.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.cloudflare.errors import ApiError, invalid
from sandbox.cloudflare.store import Document, Store

_SWITCH = ("on", "off")
ALLOWED: Mapping[str, tuple[Any, ...] | None] = {
    "0rtt": _SWITCH,
    "always_use_https": _SWITCH,
    "automatic_https_rewrites": _SWITCH,
    "browser_check": _SWITCH,
    "dnssec": ("active", "disabled"),
    "min_tls_version": ("1.0", "1.1", "1.2", "1.3"),
    "security_header": None,
    "ssl": ("off", "flexible", "full", "strict"),
    "tls_1_3": ("on", "off", "zrt"),
    "tiered_cache_smart_topology_enable": _SWITCH,
    "origin_pulls": (True, False),
}
"""Setting → what it may be; None: an object."""
_UNSET: Mapping[str, Any] = {
    "browser_check": "on",
    "dnssec": "disabled",
    "min_tls_version": "1.0",
    "origin_pulls": False,
    "security_header": {"strict_transport_security": {"enabled": False}},
}
"""What a zone starts with, where that is not "off"."""
_KEYS: Mapping[str, str] = {"origin_pulls": "enabled", "dnssec": "status"}
"""How the value is called where a setting has a path of its own. Of DNSSEC there is no key here, and so no DS."""


def read(store: Store, zone: str, name: str) -> Document:
    """The setting as the API shows it. Raises ApiError."""
    if name not in ALLOWED:
        raise ApiError(400, 1003, f"undefined zone setting: {name}")
    try:
        value = store.setting(zone, name)
    except KeyError:
        value = _UNSET.get(name, "off")
    if name in _KEYS:
        return {_KEYS[name]: value}
    return {"id": name, "value": value, "editable": True, "modified_on": None}


def write(store: Store, zone: str, name: str, body: Document) -> Document:
    """Set it. Raises ApiError for what it cannot be."""
    read(store, zone, name)
    key = _KEYS.get(name, "value")
    if set(body) - {"value", "enabled", "id", key} or key not in body:
        raise invalid(f"{name} takes {key!r} and nothing else")
    allowed, value = ALLOWED[name], body[key]
    if (allowed is None and not isinstance(value, dict)) or (allowed is not None and value not in allowed):
        raise invalid(f"{name} cannot be {value!r}")
    store.set(zone, name, value)
    return read(store, zone, name)
