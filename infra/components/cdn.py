"""The edge's own duties for the zone: TLS, caching, firewall, rate limit, and that only it reaches the sites."""

import json
from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_cloudflare as cloudflare

from infra.component import Component

MANAGED, OWASP = "efb7b8c949ac4650a09736fc376e9aee", "4814384a9e5d4991b9815dcfc25d2f1f"
"""Cloudflare's own ids of its managed rules and of OWASP's core rules, the same for every zone."""
LOG_FIELDS = (
    "ClientIP",
    "ClientRequestHost",
    "ClientRequestMethod",
    "ClientRequestPath",
    "EdgeResponseStatus",
    "EdgeStartTimestamp",
    "OriginResponseStatus",
    "RayID",
    "SecurityAction",
)
"""Neither query nor headers nor bodies: they may hold a patient's data."""
EVENT_FIELDS = (
    "Action",
    "ClientIP",
    "ClientRequestHost",
    "ClientRequestMethod",
    "ClientRequestPath",
    "Datetime",
    "EdgeResponseStatus",
    "RayID",
    "RuleID",
    "Source",
)
"""Of what the firewall did, as little."""


class LogPushArgs(TypedDict):
    """Logs into a bucket."""

    destination: pulumi.Input[str]
    """Address of the bucket, without credentials."""
    ownership_challenge: pulumi.Input[str]
    """Shows Cloudflare that the bucket is ours."""


class CdnArgs(TypedDict):
    zone_id: pulumi.Input[str]
    """Cloudflare's zone."""
    host: str
    """Plain, since rules are made of it: where users reach the service."""
    hsts_seconds: pulumi.Input[int]
    """How long browsers insist on HTTPS."""
    hsts_subdomains: pulumi.Input[bool]
    """Whether for the names below as well."""
    static: Sequence[str]
    """Plain, since rules are made of them: endings of files that everybody may see."""
    static_seconds: pulumi.Input[int]
    """How long they are kept."""
    cached: Sequence[str]
    """Plain, since rules are made of them: paths of API responses that are the same for everybody."""
    cached_seconds: pulumi.Input[int]
    """How long they are kept."""
    bypass: Sequence[str]
    """Plain, since rules are made of them: paths that are never kept."""
    requests_per_minute: pulumi.Input[int]
    """From one address."""
    managed_rules: bool
    """Plain, since it decides what exists: Cloudflare's managed firewall rules."""
    browser_check: bool
    """Plain, since the setting's value follows from it: turn away what comes with headers that only bots send."""
    methods: Sequence[str]
    """Plain, since rules are made of them: methods of HTTP; every other is refused."""
    countries: Sequence[str]
    """Plain, since rules are made of them: country codes that requests may come from; empty: from everywhere."""
    log_push: NotRequired[LogPushArgs]
    """Requests. Only with an Enterprise plan."""
    event_push: NotRequired[LogPushArgs]
    """What the firewall did. Only with an Enterprise plan."""


class Cdn(Component):
    """Zone settings, rulesets, tiered cache and authenticated origin pulls."""

    settings: dict[str, pulumi.Output[str]]
    """Zone setting → its value as text."""

    def __init__(self, name: str, args: CdnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self.settings = self._zone()
        self._ruleset("cache", "http_request_cache_settings", "What may be kept at the edge", self._cache_rules())
        if args["managed_rules"]:
            self._ruleset("firewall", "http_request_firewall_managed", "Managed firewall rules", self._firewall_rules())
        self._ruleset("refused", "http_request_firewall_custom", "What nobody may ask for", self._own_rules())
        self._ruleset("rate", "http_ratelimit", "Requests from one address", [self._rate_rule()])
        cloudflare.TieredCache(f"{name}-tiered-cache", zone_id=args["zone_id"], value="on", opts=self.child())
        # Cloudflare shows its certificate to the sites' load balancers, which let nobody else in.
        cloudflare.AuthenticatedOriginPullsSettings(
            f"{name}-origin-pulls", zone_id=args["zone_id"], enabled=True, opts=self.child()
        )
        if push := args.get("log_push"):
            self._push("log-push", "requests", "http_requests", push, LOG_FIELDS)
        if push := args.get("event_push"):
            self._push("event-push", "events", "firewall_events", push, EVENT_FIELDS)
        self.register_outputs({"settings": self.settings})

    def _zone(self) -> dict[str, pulumi.Output[str]]:
        args = self._args
        hsts = {
            "strict_transport_security": {
                "enabled": True,
                "max_age": args["hsts_seconds"],
                "include_subdomains": args["hsts_subdomains"],
                "nosniff": True,
                "preload": False,
            }
        }
        wanted: dict[str, Any] = {
            "min_tls_version": "1.2",
            "tls_1_3": "on",
            # The origin's certificate is checked, name and all.
            "ssl": "strict",
            "always_use_https": "on",
            "automatic_https_rewrites": "on",
            # Early data can be replayed: an order must not be.
            "0rtt": "off",
            "security_header": hsts,
            "browser_check": "on" if args["browser_check"] else "off",
        }
        made = {}
        for setting, value in wanted.items():
            zone_setting = cloudflare.ZoneSetting(
                f"{self._name}-setting-{setting.replace('_', '-')}",
                zone_id=args["zone_id"],
                setting_id=setting,
                value=value,
                opts=self.child(),
            )
            made[setting] = zone_setting.value.apply(
                lambda known: known if isinstance(known, str) else json.dumps(known)
            )
        return made

    def _ruleset(self, suffix: str, phase: str, description: str, rules: list[dict[str, Any]]) -> None:
        cloudflare.Ruleset(
            f"{self._name}-{suffix}",
            zone_id=self._args["zone_id"],
            kind="zone",
            name=f"{self._name}-{suffix}",
            description=description,
            phase=phase,
            rules=rules,
            opts=self.child(),
        )

    def _cache_rules(self) -> list[dict[str, Any]]:
        """Where several match, the last one decides: so what is never kept comes last."""
        args = self._args
        endings = " ".join(json.dumps(ending) for ending in args["static"])
        # First, nothing is kept: the service has patients' data, and its headers may be wrong.
        rules = [self._cached("nothing-else", self._ours(), keep=None)]
        if args["static"]:
            rule = f"{self._ours()} and http.request.uri.path.extension in {{{endings}}}"
            rules.append(self._cached("static", rule, keep=args["static_seconds"]))
        if args["cached"]:
            rule = f'{self._ours()} and http.request.method eq "GET" and {_below(args["cached"])}'
            rules.append(self._cached("api", rule, keep=args["cached_seconds"]))
        if args["bypass"]:
            rules.append(self._cached("never", f"{self._ours()} and {_below(args['bypass'])}", keep=None))
        return rules

    def _cached(self, ref: str, expression: str, keep: pulumi.Input[int] | None) -> dict[str, Any]:
        parameters: dict[str, Any] = {"cache": keep is not None}
        if keep is not None:
            parameters["edge_ttl"] = {"mode": "override_origin", "default": keep}
        return {
            "ref": ref,
            "description": ref.replace("-", " "),
            "action": "set_cache_settings",
            "expression": expression,
            "enabled": True,
            "action_parameters": parameters,
        }

    def _firewall_rules(self) -> list[dict[str, Any]]:
        return [
            {
                "ref": ref,
                "description": text,
                "action": "execute",
                "expression": self._ours(),
                "enabled": True,
                "action_parameters": {"id": ruleset},
            }
            for ref, text, ruleset in (
                ("managed", "Cloudflare's managed rules", MANAGED),
                ("owasp", "OWASP's core rules", OWASP),
            )
        ]

    def _own_rules(self) -> list[dict[str, Any]]:
        args = self._args
        refused = {"methods": ("Methods that no service has", f"http.request.method in {_listed(args['methods'])}")}
        if args["countries"]:
            refused["countries"] = ("Countries without patients", f"ip.src.country in {_listed(args['countries'])}")
        return [
            {
                "ref": ref,
                "description": text,
                "action": "block",
                "expression": f"{self._ours()} and not {allowed}",
                "enabled": True,
            }
            for ref, (text, allowed) in refused.items()
        ]

    def _rate_rule(self) -> dict[str, Any]:
        return {
            "ref": "address",
            "description": "Too many requests from one address",
            "action": "block",
            "expression": self._ours(),
            "enabled": True,
            "ratelimit": {
                "characteristics": ["cf.colo.id", "ip.src"],
                "period": 60,
                "requests_per_period": self._args["requests_per_minute"],
                "mitigation_timeout": 60,
            },
        }

    def _ours(self) -> str:
        """Rules touch this service's host alone: the zone may hold others."""
        return f"http.host eq {json.dumps(self._args['host'])}"

    def _push(self, suffix: str, purpose: str, dataset: str, push: LogPushArgs, fields: Sequence[str]) -> None:
        cloudflare.LogpushJob(
            f"{self._name}-{suffix}",
            zone_id=self._args["zone_id"],
            name=f"{self._name}-{purpose}",
            dataset=dataset,
            destination_conf=push["destination"],
            ownership_challenge=push["ownership_challenge"],
            enabled=True,
            output_options={"field_names": list(fields), "timestamp_format": "rfc3339"},
            opts=self.child(),
        )


def _listed(words: Sequence[str]) -> str:
    return f"{{{' '.join(json.dumps(word) for word in words)}}}"


def _below(prefixes: Sequence[str]) -> str:
    """Matches the paths themselves and everything below them."""
    parts = []
    for prefix in prefixes:
        stem = prefix.rstrip("/")
        parts.append(
            f"(http.request.uri.path eq {json.dumps(stem or '/')} "
            f"or starts_with(http.request.uri.path, {json.dumps(f'{stem}/')}))"
        )
    return f"({' or '.join(parts)})"
