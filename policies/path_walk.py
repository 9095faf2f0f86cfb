"""The way from the edge to the database, as far as the resources of a view show it.

DNS record or load balancer at Cloudflare → origin record → load balancer of AWS → its target groups → services → the
databases beside them. What stands on no such way is nobody's hop.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, items, truth
from model.view import View
from policies.balancers import BALANCER, LISTENER, forwards
from policies.case import Case
from policies.databases import CLUSTER, INSTANCE
from policies.edge import BALANCER as EDGE_BALANCER
from policies.edge import RECORD
from policies.reach import GROUP

POOL = "cloudflare:index/loadBalancerPool:LoadBalancerPool"
SERVICE = "aws:ecs/service:Service"


@lru_cache(maxsize=1)
def way(view: View) -> "Way":
    """The way through a view; walked once for all that stand on it."""
    found = Way(view)
    found.walk()
    return found


class Way:
    """What stands on it, hop by hop, in the order of the view."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.unclear = False
        """Some link on it is not known: what seems to stand beside it may be on it. Complete after `walk`."""

    def walk(self) -> None:
        """All of it."""
        _ = self.origins
        if not self.balancers and not self.unclear:
            return  # nothing leads anywhere
        _ = (self.balancer_groups, self.door_groups, self.databases)
        for group in self.view.of(GROUP):
            self.databases_of(group)
        for record in self.view.of(RECORD):
            self.entrances(record)

    def _linked(self, target: Resource, type: str, property: str) -> tuple[Resource, ...]:
        links = self.view.linked(target, type, property)
        self.unclear = self.unclear or bool(links.unclear)
        return links.found

    @cached_property
    def origins(self) -> set[str]:
        """URNs of records that lead to a load balancer of AWS."""
        return {item.urn for one in self.view.of(BALANCER) for item in self._linked(one, RECORD, "content")}

    @cached_property
    def balancers(self) -> list[Resource]:
        """Load balancers of AWS that a record, or a pool of the edge itself, leads to."""
        return [
            one
            for one in self.view.of(BALANCER)
            if self._linked(one, RECORD, "content") or self._linked(one, POOL, "origins[*].address")
        ]

    def entrances(self, record: Resource) -> list[Resource] | None:
        """Load balancers at the edge that send requests to an origin's record. None: the view shows no pools."""
        pools = self.view.of(POOL)
        if not pools:
            return None
        answers = [(pool, _connects(pool, record)) for pool in pools]
        self.unclear = self.unclear or (record.urn in self.origins and any(answer is None for _, answer in answers))
        connected = [pool for pool, answer in answers if answer]
        return [edge for pool in connected for edge in self._linked(pool, EDGE_BALANCER, "defaultPools")]

    @cached_property
    def listeners(self) -> list[Resource]:
        return [item for one in self.balancers for item in self._linked(one, LISTENER, "loadBalancerArn")]

    @cached_property
    def balancer_groups(self) -> set[str]:
        """URNs of the load balancers' security groups."""
        led_to = {one.urn for one in self.balancers}
        return {
            group.urn
            for group in self.view.of(GROUP)
            if any(one.urn in led_to for one in self._linked(group, BALANCER, "securityGroups"))
        }

    @cached_property
    def served(self) -> set[str]:
        """URNs of services that a listener forwards to."""
        found: set[str] = set()
        for listener in self.listeners:
            links = forwards(Case(listener, self.view, {}), listener)
            self.unclear = self.unclear or bool(links.unclear)
            for group in links.found:
                found |= {one.urn for one in self._linked(group, SERVICE, "loadBalancers[*].targetGroupArn")}
        return found

    @cached_property
    def task_groups(self) -> dict[str, list[Resource]]:
        """Security group's URN → the services whose tasks have it."""
        found = {
            group.urn: list(self._linked(group, SERVICE, "networkConfiguration.securityGroups"))
            for group in self.view.of(GROUP)
        }
        return {urn: services for urn, services in found.items() if services}

    @cached_property
    def door_groups(self) -> dict[str, list[Resource]]:
        """The same, of services behind the load balancer."""
        found = {urn: [one for one in them if one.urn in self.served] for urn, them in self.task_groups.items()}
        return {urn: services for urn, services in found.items() if services}

    @cached_property
    def databases(self) -> dict[str, Resource]:
        """URN → database, where a way leads to services at all."""
        return {one.urn: one for one in self.view.of(CLUSTER, INSTANCE)} if self.served else {}

    def databases_of(self, group: Resource) -> list[Resource]:
        """Databases that have the security group."""
        having = [one for type_ in (CLUSTER, INSTANCE) for one in self._linked(group, type_, "vpcSecurityGroupIds")]
        return [one for one in having if one.urn in self.databases]


def ports(services: Iterable[Resource]) -> Iterator[tuple[Resource, Any]]:
    """(service, container port) of each that a load balancer sends requests to."""
    for service in services:
        for item in items(service.at("loadBalancers")):
            yield service, UNKNOWN if item is UNKNOWN or not hasattr(item, "get") else item.get("containerPort")


def _connects(pool: Resource, record: Resource) -> bool | None:
    """An enabled origin of the pool has the record's name, or is fed by it. None: not known."""
    if record.urn in (pool.depends or {}).get("origins", ()):
        return True
    name, given = record.at("name"), pool.at("origins")
    if given is UNKNOWN or name is UNKNOWN:
        return None
    unclear = False
    for origin in items(given):
        address = origin if origin is UNKNOWN or not hasattr(origin, "get") else origin.get("address")
        enabled = None if address is origin else origin.get("enabled")
        if address is UNKNOWN or enabled is UNKNOWN:
            unclear = True
        elif truth(enabled) is not False and _same(address, name):
            return True
    return None if unclear else False


def _same(address: Any, name: Any) -> bool:
    return isinstance(address, str) and address.strip(".").lower() == str(name).strip(".").lower()
