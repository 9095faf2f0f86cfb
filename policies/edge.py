"""Cloudflare's zones: which ones a stack publishes something in, and what must be in each of them.

A zone is mostly looked up and not declared, so it is known by what its resources give as `zoneId`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, truth
from model.view import View
from policies.asking import ask
from policies.case import Case, Check
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown

ZONE = "cloudflare:index/zone:Zone"
RECORD = "cloudflare:index/dnsRecord:DnsRecord"
BALANCER = "cloudflare:index/loadBalancer:LoadBalancer"


@dataclass(frozen=True, slots=True)
class Place:
    """The zone of a resource: its name here, or None where it is not known."""

    name: str | None
    fed: frozenset[str] = frozenset()
    """URNs of what the zone's id comes from."""

    def same(self, other: "Place") -> bool | None:
        """Whether it is the same zone; None where that is not known."""
        if self.name is not None and other.name is not None:
            return self.name == other.name
        return True if self.fed and self.fed == other.fed else None


def place(view: View, resource: Resource) -> Place:
    """Where a resource stands."""
    if resource.kind == ZONE:
        return Place(resource.urn)
    declared = view.targets(resource, "zoneId", ZONE).found
    if declared:
        return Place(declared[0].urn)
    value, fed = resource.at("zoneId"), frozenset((resource.depends or {}).get("zoneId", ()))
    return Place(None, fed) if value is UNKNOWN else Place(str(value), fed)


def published(view: View) -> Iterator[tuple[Resource, bool]]:
    """What is reached through the edge, and whether that is certain: zones, load balancers, proxied records."""
    for zone in view.of(ZONE):
        yield zone, True
    for resource in view.of(BALANCER, RECORD):
        proxied: Any = resource.at("proxied")
        if proxied is UNKNOWN:
            yield resource, False
        elif truth(proxied) is True:
            yield resource, True


def in_every_zone(type: str, check: Check, lacks: str) -> Check:
    """Asked once a stack: each zone that it publishes in has a resource of `type` that passes `check`."""
    return in_zones_of(lambda view: list(published(view)), type, lambda _published: check, lacks)


def for_every_host(type: str, about: Callable[[Resource], Check], lacks: str) -> Check:
    """As `in_every_zone`, for what is said host by host: `about` makes the check for one record or load balancer.

    A zone does not count beside hosts that the stack publishes, or may publish, in it.
    """
    return in_zones_of(_hosts, type, about, lacks)


def _hosts(view: View) -> list[tuple[Resource, bool]]:
    listed = list(published(view))
    named = [place(view, resource) for resource, _ in listed if resource.kind != ZONE]
    return [
        (resource, certain)
        for resource, certain in listed
        if resource.kind != ZONE or all(place(view, resource).same(one) is False for one in named)
    ]


def in_zones_of(
    those: Callable[[View], list[tuple[Resource, bool]]], type: str, about: Callable[[Resource], Check], lacks: str
) -> Check:
    """The zone of each of `those` (resource, whether it is certain) has a resource of `type` that passes its check."""

    def each(case: Case) -> Verdict:
        verdicts = [
            _has(case, resource, certain, type, about(resource), lacks) for resource, certain in those(case.view)
        ]
        for outcome in ("fail", "unknown"):
            for verdict in verdicts:
                if verdict.outcome == outcome:
                    return verdict
        return PASS if verdicts else NOT_APPLICABLE

    return each


def _has(case: Case, resource: Resource, certain: bool, type: str, check: Check, lacks: str) -> Verdict:
    here, maybe, wrong = place(case.view, resource), False, ""
    for one in case.view.of(type):
        same, verdict = place(case.view, one).same(here), ask(check, case.about(one))
        if same is False or verdict.outcome == "not_applicable":
            continue
        if same and verdict.outcome == "pass":
            return PASS
        if verdict.outcome in ("pass", "unknown"):
            maybe = True
        elif same:
            wrong = f": {one.name}: {verdict.message}"
    message = f"the zone of {resource.name} has no {lacks}{wrong}"
    return fail(message) if certain and not maybe else unknown(message)
