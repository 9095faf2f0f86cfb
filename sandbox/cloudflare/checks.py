"""What the API accepts, kind by kind. Each check takes the whole document as it would be kept, and raises ApiError.

Ranges follow Cloudflare's documentation of an Enterprise plan, the one that a BAA needs.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.cloudflare.errors import ApiError, invalid, not_unique
from sandbox.cloudflare.store import Document, Kind, Store

_POOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")
_CODES = re.compile(r"([1-5]xx|[1-5]\d\d|[1-5]\d\d-[1-5]\d\d)(\s*,\s*([1-5]xx|[1-5]\d\d|[1-5]\d\d-[1-5]\d\d))*")
_HOST_NAME = re.compile(r"(\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_MONITOR_TYPES = ("http", "https", "tcp", "udp_icmp", "icmp_ping", "smtp")
_STEERING = (
    "",
    "off",
    "geo",
    "random",
    "dynamic_latency",
    "proximity",
    "least_outstanding_requests",
    "least_connections",
)
_RECORD_TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT")
_PROXIABLE = ("A", "AAAA", "CNAME")


def _whole(document: Document, field: str, low: int, high: int) -> None:
    value = document[field]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise invalid(f"{field} is not in range [{low}, {high}]")


def _flags(document: Document, fields: Iterable[str]) -> None:
    for field in fields:
        if not isinstance(document[field], bool):
            raise invalid(f"{field} must be a boolean")


def monitor(store: Store, document: Document) -> None:
    if document["type"] not in _MONITOR_TYPES:
        raise invalid(f"type {document['type']!r} is not one of {', '.join(_MONITOR_TYPES)}")
    _whole(document, "interval", store.shortest_interval, 3600)
    _whole(document, "timeout", 1, 10)
    _whole(document, "retries", 0, 5)
    _whole(document, "port", 0, 65535)
    _whole(document, "consecutive_down", 0, 10)
    _whole(document, "consecutive_up", 0, 10)
    _flags(document, ("follow_redirects", "allow_insecure"))
    if document["type"] == "tcp" and not document["port"]:
        raise invalid("port is required for a tcp monitor")
    if document["type"] in ("http", "https"):
        if document["method"] not in ("GET", "HEAD"):
            raise invalid("method must be GET or HEAD")
        if not str(document["path"]).startswith("/"):
            raise invalid("path must start with /")
        if not _CODES.fullmatch(str(document["expected_codes"])):
            raise invalid("expected_codes must be codes or ranges such as 200, 2xx or 200-299")
        _header(document["header"])


def _header(header: Any) -> None:
    if not isinstance(header, dict) or not all(
        isinstance(values, list) and values and all(isinstance(value, str) for value in values)
        for values in header.values()
    ):
        raise invalid("header must map each name to a list of values")


def pool(store: Store, document: Document) -> None:
    if not _POOL_NAME.fullmatch(str(document["name"])):
        raise invalid("pool name may hold only alphanumeric characters, hyphens and underscores")
    if any(other["name"] == document["name"] and other["id"] != document.get("id") for other in store.all("pool")):
        raise not_unique("name")
    _flags(document, ("enabled",))
    _whole(document, "minimum_origins", 0, 1000)
    if document["monitor"] and store.get("monitor", document["monitor"]) is None:
        raise invalid(f"monitor {document['monitor']!r} does not exist")
    origins = document["origins"]
    if not isinstance(origins, list) or not origins:
        raise invalid("the origin list must not be empty")
    for origin in origins:
        _origin(store, origin)
    if len({origin["name"] for origin in origins}) < len(origins):
        raise not_unique("origin name")


def _origin(store: Store, origin: Any) -> None:
    if not isinstance(origin, dict) or not origin.get("name") or not origin.get("address"):
        raise invalid("each origin needs a name and an address")
    unknown = set(origin) - {
        *("name", "address", "enabled", "weight", "header", "port"),
        *("virtual_network_id", "flatten_cname", "disabled_at"),
    }
    if unknown:
        raise invalid(f"origin has no field {min(unknown)!r}")
    if not isinstance(origin.get("enabled", True), bool):
        raise invalid("origin enabled must be a boolean")
    if not 0 <= (1 if origin.get("weight") is None else origin["weight"]) <= 1:
        raise invalid("origin weight is not in range [0, 1]")
    if not 0 <= (origin.get("port") or 0) <= 65535:
        raise invalid("origin port is not in range [0, 65535]")
    header = origin.get("header") or {}
    if set(header) - {"Host"}:
        raise invalid(f"origin header {min(set(header) - {'Host'})!r} is not supported")
    for host in header.get("Host") or []:
        if store.zone_of(host) is None:
            raise invalid(f'Host header "{host}" not allowed for origin domain "{origin["address"]}"')


def load_balancer(store: Store, document: Document) -> None:
    zone = store.get("zone", document["zone_id"])
    name = str(document["name"])
    if zone is None or not (name == zone["name"] or name.endswith(f".{zone['name']}")):
        raise invalid("the name is not in the zone")
    for other in store.all("load_balancer"):
        if other["name"] == name and other["id"] != document.get("id"):
            raise not_unique("name")
    _flags(document, ("enabled", "proxied"))
    pools = document["default_pools"]
    if not isinstance(pools, list) or not pools:
        raise invalid("default_pools must not be empty")
    if len(set(pools)) < len(pools):
        raise not_unique("default_pools")
    for pool_id in [*pools, document["fallback_pool"], *_steered(document)]:
        if store.get("pool", pool_id) is None:
            raise invalid(f"pool {pool_id!r} does not exist")
    if document["steering_policy"] not in _STEERING:
        raise invalid(f"steering_policy {document['steering_policy']!r} is not known")
    if document["session_affinity"] not in ("none", "cookie", "ip_cookie", "header"):
        raise invalid(f"session_affinity {document['session_affinity']!r} is not known")


def _steered(document: Document) -> list[str]:
    maps = (document["country_pools"], document["pop_pools"], document["region_pools"])
    return [pool_id for pools in maps for ids in (pools or {}).values() for pool_id in ids]


def pools_of(load_balancer: Document) -> set[str]:
    """The ids of every pool that a load balancer refers to."""
    return {*load_balancer["default_pools"], load_balancer["fallback_pool"], *_steered(load_balancer)}


def dns_record(store: Store, document: Document) -> None:
    kind, content = document["type"], document["content"]
    if kind not in _RECORD_TYPES:
        raise ApiError(400, 9004, f"DNS record type {kind!r} is invalid.")
    if not _HOST_NAME.fullmatch(document["name"]):
        raise ApiError(400, 9000, "DNS name is invalid.")
    if not content and not document["data"]:
        raise ApiError(400, 9106, "DNS record content must not be empty.")
    if kind in ("A", "AAAA"):
        _address(kind, str(content))
    if kind == "CNAME" and not _HOST_NAME.fullmatch(str(content).lower().rstrip(".")):
        raise ApiError(400, 9007, "Content for CNAME record is invalid.")
    ttl = document["ttl"]
    if ttl != 1 and not 30 <= ttl <= 86400:
        raise ApiError(400, 9021, "TTL must be between 30 and 86400 seconds, or 1 for Automatic.")
    if document["proxied"] and kind not in _PROXIABLE:
        raise ApiError(400, 9004, f"This record type cannot be proxied: {kind}.")
    _conflicts(store, document)


def _address(kind: str, content: str) -> None:
    version: int
    try:
        version = ipaddress.ip_address(content).version
    except ValueError:
        version = 0
    if version != (4 if kind == "A" else 6):
        code, word = (9005, "IPv4") if kind == "A" else (9006, "IPv6")
        raise ApiError(400, code, f"Content for {kind} record must be a valid {word} address.")


def _conflicts(store: Store, document: Document) -> None:
    for other in store.all("dns_record"):
        if other["id"] == document.get("id") or other["name"] != document["name"]:
            continue
        same = all(other[field] == document[field] for field in ("type", "content", "data"))
        if same:
            raise ApiError(400, 81058, "An identical record already exists.")
        if "CNAME" in (other["type"], document["type"]) and {other["type"], document["type"]} <= {*_PROXIABLE}:
            raise ApiError(400, 81053, "An A, AAAA, or CNAME record with that host already exists.")


_PHASES = (
    "http_request_cache_settings",
    "http_request_firewall_custom",
    "http_request_firewall_managed",
    "http_ratelimit",
)
"""Those that Lifeline uses; each has the actions that make sense in it."""
_ACTIONS = {
    "http_request_cache_settings": ("set_cache_settings",),
    "http_request_firewall_custom": ("block", "challenge", "js_challenge", "managed_challenge", "log", "skip"),
    "http_request_firewall_managed": ("execute", "skip"),
    "http_ratelimit": ("block", "challenge", "js_challenge", "managed_challenge", "log"),
}


def ruleset(store: Store, document: Document) -> None:
    if document["kind"] != "zone" or document["phase"] not in _PHASES:
        raise invalid(f"phase {document['phase']!r} of kind {document['kind']!r} is not known here")
    for other in store.all("ruleset"):
        same = other["phase"] == document["phase"] and other["zone_id"] == document["zone_id"]
        if same and other["id"] != document.get("id"):
            raise not_unique("phase")
    for rule in document["rules"]:
        if rule.get("action") not in _ACTIONS[document["phase"]]:
            raise invalid(f"action {rule.get('action')!r} does not go with phase {document['phase']!r}")
        if not rule.get("expression"):
            raise invalid("each rule needs an expression")
        if document["phase"] == "http_ratelimit" and not rule.get("ratelimit"):
            raise invalid("a rule of http_ratelimit needs a ratelimit")


CHECKS: dict[Kind, Callable[[Store, Document], None]] = {
    "monitor": monitor,
    "pool": pool,
    "load_balancer": load_balancer,
    "dns_record": dns_record,
    "ruleset": ruleset,
}
