"""What is configured at the edge, written down: also what somebody set there by hand and no checkout knows.

Each part is one request of Cloudflare's API v4, kept as it answers. Values that can be secrets are left out, and so is
what the API shows to nobody: `NEVER` says what.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from operations import edge_api
from operations.edge import find_zone
from operations.edge_api import EdgeError
from operations.topology import Topology

LISTS = {
    "dns_records": "/zones/{zone}/dns_records",
    "load_balancers": "/zones/{zone}/load_balancers",
    "pools": "/accounts/{account}/load_balancers/pools",
    "monitors": "/accounts/{account}/load_balancers/monitors",
}
SINGLES = {
    "authenticated_origin_pulls": "/zones/{zone}/origin_tls_client_auth/settings",
    "dnssec": "/zones/{zone}/dnssec",
    "logpush_jobs": "/zones/{zone}/logpush/jobs",
    "smart_tiered_cache": "/zones/{zone}/cache/tiered_cache_smart_topology_enable",
    "tiered_cache": "/zones/{zone}/argo/tiered_caching",
}
SETTINGS = (
    "0rtt",
    "always_online",
    "always_use_https",
    "automatic_https_rewrites",
    "browser_cache_ttl",
    "browser_check",
    "cache_level",
    "challenge_ttl",
    "ciphers",
    "development_mode",
    "email_obfuscation",
    "http2",
    "http3",
    "ip_geolocation",
    "ipv6",
    "min_tls_version",
    "opportunistic_encryption",
    "privacy_pass",
    "security_header",
    "security_level",
    "server_side_exclude",
    "ssl",
    "tls_1_3",
    "websockets",
)
"""Settings of a zone, asked for one by one: the API has no list of them that stays."""
NEVER = (
    "private keys of certificates, and client certificates of authenticated origin pulls",
    "API tokens, members and their rights",
    "destinations of log push, and values of headers that are sent to origins",
    "Workers, Access, Zero Trust, and whatever else Lifeline declares nothing of",
)
LEFT_OUT = "[left out]"
_PAGE = 50
_PREFIX = "configuration/cloudflare"


@dataclass
class Export:
    """`parts`: name → as the API answers it; `missing`: name → why it could not be read."""

    zone: str
    parts: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """JSON, the same for the same configuration."""
        document = {"zone": self.zone, "parts": self.parts, "missing": self.missing, "never": NEVER}
        return json.dumps(document, indent=1, sort_keys=True) + "\n"


def read(topology: Topology) -> Export:
    """Raises EdgeError where nothing answers, LookupError where the zone is not seen."""
    zone = find_zone(topology)
    place = {"zone": zone["id"], "account": zone["account"]["id"]}
    found = Export(topology.one("zone").id)

    def part(title: str, look: Callable[[], Any]) -> None:
        try:
            found.parts[title] = _masked(look())
        except EdgeError as error:
            if error.status is None:
                raise
            found.missing[title] = f"the API answered {error.status}"

    for title, path in LISTS.items():
        part(title, lambda path=path: list(_pages(path.format_map(place))))  # type: ignore[misc]
    for title, path in SINGLES.items():
        part(title, lambda path=path: _result(path.format_map(place)))  # type: ignore[misc]
    part("rulesets", lambda: list(_rulesets(place["zone"])))
    for setting in SETTINGS:
        path = f"/zones/{place['zone']}/settings/{setting}"
        part(f"settings.{setting}", lambda path=path: _result(path).get("value"))  # type: ignore[misc]
    return found


def keep(text: str, zone: str, s3: Any, bucket: str, at: datetime) -> str | None:
    """Puts it beside the earlier ones and returns its key; None where nothing has changed since the newest.

    `s3` is a client in the bucket's region. Raises botocore's own errors.
    """
    prefix = f"{_PREFIX}/{zone}/"
    keys = [
        item["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for item in page.get("Contents", [])
    ]
    # Named by their time, so that the last by name is the newest.
    if keys and s3.get_object(Bucket=bucket, Key=max(keys))["Body"].read().decode() == text:
        return None
    key = f"{prefix}{at:%Y-%m-%dT%H-%M-%SZ}.json"
    body = text.encode()
    # A locked bucket takes nothing without a checksum.
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json", ChecksumAlgorithm="SHA256")
    return key


def _rulesets(zone: str) -> Iterator[Any]:
    """The list has no rules: each is asked for. What Cloudflare manages itself is only named."""
    for listed in _pages(f"/zones/{zone}/rulesets"):
        yield listed if listed.get("kind") == "managed" else _result(f"/zones/{zone}/rulesets/{listed['id']}")


def _pages(path: str) -> Iterator[Any]:
    number = 1
    while True:
        answer = edge_api.get(path, page=number, per_page=_PAGE)
        yield from answer["result"] or ()
        if number >= (answer.get("result_info") or {}).get("total_pages", 1):
            return
        number += 1


def _result(path: str) -> Any:
    return edge_api.get(path)["result"]


def _masked(value: Any, name: str = "") -> Any:
    """Without what can be a secret, and without what changes by itself."""
    if isinstance(value, dict):
        if name == "header":
            return {key: text if key.lower() == "host" else LEFT_OUT for key, text in value.items()}
        kept = {key: item for key, item in value.items() if key not in {"modified_on", "last_complete", "healthy"}}
        return {
            key: LEFT_OUT if key in {"destination_conf", "ownership_challenge"} and item else _masked(item, key)
            for key, item in kept.items()
        }
    return [_masked(item, name) for item in value] if isinstance(value, list) else value
