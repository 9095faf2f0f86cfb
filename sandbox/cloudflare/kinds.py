"""What each kind of document may hold: its fields with their defaults.

Sources: the fields of pulumi_cloudflare 6.23 (generated from Cloudflare's OpenAPI document), and the
defaults that document states. A field that is not here is refused. The real API drops it in silence;
a rehearsal is the place to notice a misspelt one.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.cloudflare.errors import invalid
from sandbox.cloudflare.store import Document, Kind

SERVER_SET = frozenset(
    {"id", "created_on", "modified_on", "disabled_at", "zone_id", "zone_name", "account_id", "proxiable", "meta"}
    | {"comment_modified_on", "tags_modified_on", "version", "last_updated"}
)
"""Sent back by clients that read, change and put; never taken from them."""


@dataclass(frozen=True)
class Shape:
    """A kind's fields: those a client must give, and the others with what they are when it does not."""

    kind: Kind
    word: str
    """How errors call it."""
    required: tuple[str, ...]
    defaults: dict[str, Any]

    def complete(self, given: Document) -> Document:
        """A whole document from what a POST or PUT gives; raises ApiError for a missing or unknown field."""
        known = self.known(given)
        for field in self.required:
            if known.get(field) is None:
                raise invalid(f"{self.word} {field} is required")
        return {**self.defaults, **{field: value for field, value in known.items() if value is not None}}

    def known(self, given: Document) -> Document:
        """What a client may set, of what it gives; raises ApiError for an unknown field."""
        allowed = {*self.required, *self.defaults}
        unknown = sorted(set(given) - allowed - SERVER_SET)
        if unknown:
            raise invalid(f"{self.word} has no field {unknown[0]!r}")
        return {field: value for field, value in given.items() if field in allowed}


DNS_RECORD = Shape(
    "dns_record",
    "record",
    required=("name", "type"),
    defaults={
        "content": None,
        "ttl": 1,
        "proxied": False,
        "comment": None,
        "tags": [],
        "settings": {},
        "priority": None,
        "data": None,
        "private_routing": None,
    },
)

POOL = Shape(
    "pool",
    "pool",
    required=("name", "origins"),
    defaults={
        "description": "",
        "enabled": True,
        "minimum_origins": 1,
        "monitor": "",
        "monitor_group": "",
        "check_regions": None,
        "latitude": None,
        "longitude": None,
        "load_shedding": None,
        "notification_email": "",
        "notification_filter": None,
        "origin_steering": None,
        "health_sources": None,
        "networks": ["cloudflare"],
    },
)

MONITOR = Shape(
    "monitor",
    "monitor",
    required=(),
    defaults={
        "type": "http",
        "description": "",
        "method": "GET",
        "path": "/",
        "port": 0,
        "header": {},
        "expected_codes": "200",
        "expected_body": "",
        "follow_redirects": False,
        "allow_insecure": False,
        "probe_zone": "",
        "interval": 60,
        "timeout": 5,
        "retries": 2,
        "consecutive_down": 0,
        "consecutive_up": 0,
    },
)

LOAD_BALANCER = Shape(
    "load_balancer",
    "load balancer",
    required=("name", "default_pools", "fallback_pool"),
    defaults={
        "description": "",
        "enabled": True,
        "proxied": False,
        "ttl": 30,
        "steering_policy": "",
        "session_affinity": "none",
        "session_affinity_ttl": None,
        "session_affinity_attributes": {},
        "adaptive_routing": None,
        "location_strategy": None,
        "random_steering": None,
        "rules": [],
        "country_pools": {},
        "pop_pools": {},
        "region_pools": {},
        "networks": ["cloudflare"],
    },
)

RULESET = Shape(
    "ruleset",
    "ruleset",
    required=("name", "kind", "phase"),
    defaults={"description": "", "rules": []},
)

SHAPES: dict[Kind, Shape] = {shape.kind: shape for shape in (DNS_RECORD, POOL, MONITOR, LOAD_BALANCER, RULESET)}
