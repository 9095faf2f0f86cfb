"""The way from an origin's address to a registered target, each hop looked up when it is taken."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.aws.callers import EDGE
from sandbox.cloudflare.store import Document, Store
from sandbox.edge.conditions import holds
from sandbox.edge.request import MISSING_HEADER, Answer, Missing, Request
from sandbox.edge.sight import Sight, Target
from sandbox.faults import Faults
from sandbox.passage import passes

_LONGEST_CHAIN = 8


@dataclass(frozen=True)
class Site:
    """The load balancer that an origin's address leads to, and where it is."""

    region: str
    arn: str
    dns_name: str


@dataclass(frozen=True)
class Chosen:
    """Where a request goes, and whether the load balancer speaks TLS there."""

    target: Target
    tls: bool


class Hops:
    """`regions`: where load balancers may be."""

    def __init__(self, store: Store, sight: Sight, faults: Faults, regions: Sequence[str]) -> None:
        self._store = store
        self._sight = sight
        self._faults = faults
        self._regions = tuple(regions)
        self._turns: dict[str, int] = {}
        self._turns_lock = threading.Lock()

    def site(self, origin: Document) -> Site:
        """Follow the DNS records to a load balancer; raises Missing. DNS needs no region to be alive."""
        name = str(origin["address"]).lower().rstrip(".")
        for _ in range(_LONGEST_CHAIN):
            found = self._alb(name)
            if found is not None:
                return found
            record = self._store.record_of(name)
            if record is None:
                in_zone = self._store.zone_of(name) is not None
                raise Missing("dns-record" if in_zone else "alb", 530, f"{name} does not resolve (1016)")
            name = str(record["content"]).lower().rstrip(".")
        raise Missing("dns-record", 530, f"{origin['address']} leads through more than {_LONGEST_CHAIN} records")

    def enter(self, site: Site, patience: float) -> None:
        """Cross the region's border; raises Missing when a fault is in the way for `patience` seconds."""
        if not passes(self._faults, EDGE, site.region, "origin", "connect", patience):
            raise Missing("origin", 522, f"{site.region} cannot be reached")

    def listener(self, site: Site, port: int) -> str:
        """The ARN of the listener on a port; raises Missing."""
        for listener in self._sight.listeners(site.arn):
            if listener["port"] == port:
                return str(listener["arn"])
        raise Missing("listener", 521, f"nothing listens on port {port} of {site.dns_name}")

    def decide(self, site: Site, listener: str, request: Request) -> Chosen | Answer:
        """What the load balancer does with a request: a target to send it to, or an answer of its own; raises Missing.

        An answer by the default action names the rule as missing: no rule wanted the request.
        """
        for rule in self._sight.rules(listener):
            if rule["is_default"] or holds(rule["conditions"], request):
                decision = self._act(site, rule["actions"], request)
                if isinstance(decision, Answer) and rule["is_default"]:
                    return Answer(decision.status, [*decision.headers, (MISSING_HEADER, "rule")], decision.body)
                return decision
        raise Missing("rule", 502, "no rule holds and the listener has no default action")

    def _alb(self, name: str) -> Site | None:
        for region in self._regions:
            for balancer in self._sight.load_balancers(region):
                if balancer["dns_name"].lower() == name:
                    return Site(region, balancer["arn"], balancer["dns_name"])
        return None

    def _act(self, site: Site, actions: Sequence[dict[str, Any]], request: Request) -> Chosen | Answer:
        action = max(actions, key=lambda action: int(action.get("Order") or 0))
        kind = action.get("Type")
        if kind == "forward":
            return self._turn(site, _target_group(action))
        if kind == "fixed-response":
            fixed = action.get("FixedResponseConfig", {})
            body = str(fixed.get("MessageBody") or "").encode()
            content_type = fixed.get("ContentType") or "text/plain"
            return Answer(int(fixed.get("StatusCode") or 200), [("Content-Type", content_type)], body)
        if kind == "redirect":
            return _redirect(action.get("RedirectConfig", {}), request)
        raise Missing("rule", 502, f"the action {kind!r} cannot be rehearsed")

    def _turn(self, site: Site, group: str) -> Chosen:
        """The next of a group's targets, round robin."""
        targets = self._sight.targets(group)
        known = next((each for each in self._sight.target_groups(site.region) if each["arn"] == group), None)
        if known is None:
            raise Missing("target-group", 503, "the rule's target group does not exist")
        if not targets:
            raise Missing("target", 503, "the target group has no registered target")
        with self._turns_lock:
            turn = self._turns.get(group, 0)
            self._turns[group] = turn + 1
        return Chosen(sorted(targets)[turn % len(targets)], tls=known["protocol"] == "HTTPS")


def _target_group(action: dict[str, Any]) -> str:
    groups = action.get("ForwardConfig", {}).get("TargetGroups") or []
    if len(groups) > 1:
        weights = [float(group.get("Weight", 1)) for group in groups]
        return str(random.choices(groups, weights)[0]["TargetGroupArn"])
    return str(groups[0]["TargetGroupArn"] if groups else action.get("TargetGroupArn"))


def _redirect(config: dict[str, Any], request: Request) -> Answer:
    """The Location of a redirect, its placeholders filled in."""
    split = urlsplit(request.target)
    values = {"protocol": "https", "host": request.host, "port": "443", "path": split.path.lstrip("/")}
    values["query"] = split.query

    def part(name: str, default: str) -> str:
        text = str(config.get(name) or default)
        for key, value in values.items():
            text = text.replace(f"#{{{key}}}", value)
        return text

    query = part("Query", "#{query}")
    authority = f"{part('Protocol', '#{protocol}').lower()}://{part('Host', '#{host}')}:{part('Port', '#{port}')}"
    location = f"{authority}{part('Path', '/#{path}')}{'?' if query else ''}{query}"
    status = 301 if config.get("StatusCode") == "HTTP_301" else 302
    return Answer(status, [("Location", location)], b"")
