"""What breaks each hop of the way from the edge to the database."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, UnknownMet, number, truth
from model.view import View
from policies.asking import ask
from policies.balancers import PLAIN
from policies.case import Case, Check
from policies.databases import CLUSTER
from policies.edge import in_zones_of
from policies.group_sources import Entry, entries
from policies.hipaa.lb_listeners import REDIRECT, TLS_POLICY
from policies.hipaa.rds_access import CLUSTER_PARAMETERS, FORCE_TLS, PARAMETERS
from policies.logic import all_of, unless
from policies.path_walk import Way, ports
from policies.reach import Network
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import one_of, present, true, when

SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
PULLS = "cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings"
PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306, "sqlserver": 1433, "oracle": 1521}
"""What an engine listens on where nothing is said."""

Hop = Callable[[Case, Way], Verdict]


def dns(case: Case, way: Way) -> Verdict:
    """Users reach a proxied name; an origin's own record is only what a proxied load balancer connects to."""
    proxied = case.at("proxied")
    if proxied is UNKNOWN:
        raise UnknownMet("proxied")
    if truth(proxied):
        return PASS
    entrances = way.entrances(case.resource) if case.resource.urn in way.origins else []
    if entrances is None:
        return NOT_APPLICABLE  # the edge's part stands in another stack
    if any(truth(edge.at("proxied")) for edge in entrances if edge.at("proxied") is not UNKNOWN):
        return PASS
    if any(edge.at("proxied") is UNKNOWN for edge in entrances):
        raise UnknownMet("proxied")
    return fail("it is not proxied, and no proxied load balancer connects to it", "proxied")


def _setting(name: str, *values: str) -> Callable[[Resource], Check]:
    return lambda _published: when(one_of("settingId", name), one_of("value", *values))


def edge_tls(case: Case, _way: Way) -> Verdict:
    """The edge speaks TLS 1.2 or later, and verifies the origin's certificate."""
    return all_of(
        in_zones_of(
            _itself(case), SETTING, _setting("min_tls_version", "1.2", "1.3"), "min_tls_version of 1.2 or later"
        ),
        in_zones_of(_itself(case), SETTING, _setting("ssl", "strict", "origin_pull"), "ssl of strict"),
    )(case)


def edge_certificate(case: Case, _way: Way) -> Verdict:
    """The edge shows the origin a client certificate."""
    return in_zones_of(_itself(case), PULLS, lambda _published: true("enabled"), "authenticated origin pulls")(case)


def _itself(case: Case) -> Callable[[View], list[tuple[Resource, bool]]]:
    return lambda _view: [(case.resource, True)]


def certificate_asked(case: Case, _way: Way) -> Verdict:
    """A listener that takes requests verifies the client's certificate against a trust store."""
    return unless(PLAIN, _verified)(case)


_verified = all_of(one_of("mutualAuthentication.mode", "verify"), present("mutualAuthentication.trustStoreArn"))


def listener_tls(case: Case, _way: Way) -> Verdict:
    """TLS 1.2 or later; plain HTTP only redirects."""
    return all_of(TLS_POLICY.check, REDIRECT.check)(case)


def from_the_edge(case: Case, _way: Way) -> Verdict:
    """Of a load balancer's group: every rule lets in the edge's networks and nothing else."""
    edge = _networks(tuple(str(item) for item in case.value("edge_networks")))
    found = entries(case.view, case.resource)
    for entry in found:
        outside = next((one for one in entry.opening.networks if not _inside(one, edge)), None)
        if outside is not None:
            return fail(f"it lets in {outside}, which is not the edge's", entry.opening.path)
        if entry.groups or entry.others:
            return fail("it lets in another security group, which is not the edge", entry.opening.path)
    return _settled(found, "it lets nobody in")


@lru_cache(maxsize=8)
def _networks(given: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(item, strict=False) for item in given)


def _inside(network: Network, edge: tuple[Network, ...]) -> bool:
    return any(network.version == one.version and network.subnet_of(one) for one in edge)  # type: ignore[arg-type]


def _settled(found: list[Entry], nobody: str) -> Verdict:
    if any(entry.unclear for entry in found):
        return unknown("what else it lets in is not known yet")
    return PASS if any(entry.somebody for entry in found) else fail(nobody)


def from_the_balancer(case: Case, way: Way) -> Verdict:
    """Of a group of tasks behind the load balancer: that reaches their port, and besides it other tasks only."""
    found = entries(case.view, case.resource)
    wrong = _only_groups(found, way.balancer_groups | set(way.task_groups), "neither the balancer's nor a service's")
    if wrong is not None:
        return wrong
    doors = [one for one in found if way.balancer_groups & {group.urn for group in one.groups}]
    for service, port in ports(way.door_groups.get(case.resource.urn, ())):
        if port is UNKNOWN:
            raise UnknownMet("loadBalancers")
        if not any(_covers(entry, port) for entry in doors):
            if any(entry.unclear or entry.ports is None for entry in found):
                raise UnknownMet("ingress")
            return fail(f"the load balancer does not reach port {port} of {service.name}")
    return _settled(found, "it lets nobody in")


def _covers(entry: Entry, port: Any) -> bool:
    wanted = number(port)
    return wanted is not None and entry.ports is not None and entry.ports[0] <= wanted <= entry.ports[1]


def _only_groups(found: list[Entry], allowed: set[str], whom: str) -> Verdict | None:
    for entry in found:
        if entry.opening.networks:
            return fail(f"it lets in the network {entry.opening.networks[0]}", entry.opening.path)
        if entry.others or any(group.urn not in allowed for group in entry.groups):
            return fail(f"it lets in a security group that is {whom}", entry.opening.path)
    return None


def from_tasks(case: Case, way: Way) -> Verdict:
    """Of a database's group: tasks reach the database's port, and nobody else anything."""
    found = entries(case.view, case.resource)
    wrong = _only_groups(found, set(way.task_groups), "no service's")
    if wrong is not None:
        return wrong
    databases = way.databases_of(case.resource)
    listened = {_port(one) for one in databases}
    for entry in found:
        if entry.ports is None:
            # Not known yet, but certainly the database's own.
            if not entry.fed or not entry.fed <= {one.urn for one in databases}:
                raise UnknownMet("fromPort")
        elif None in listened:
            if entry.ports[0] != entry.ports[1]:
                return fail("it opens more than one port", entry.opening.path)
        elif entry.ports not in [(port, port) for port in listened]:
            first, last = entry.ports
            return fail(
                f"it opens the ports {first} to {last}; the database's is {_said(listened)}", entry.opening.path
            )
    return _settled(found, "no service reaches the database")


def _said(listened: set[int | None]) -> str:
    return " or ".join(str(port) for port in sorted(port for port in listened if port is not None))


def _port(database: Resource) -> int | None:
    given = database.at("port")
    if given is UNKNOWN:
        return None
    if given is not None:
        found = number(given)
        return None if found is None else int(found)
    engine = str(database.at("engine") or "").lower()
    return next((port for name, port in PORTS.items() if name in engine), None)


def database_tls(case: Case, _way: Way) -> Verdict:
    """Its parameter group refuses connections without TLS."""
    # A cluster's instances have parameters of their own, and connections follow the cluster's.
    property_, type_ = (
        ("dbClusterParameterGroupName", CLUSTER_PARAMETERS)
        if case.resource.kind == CLUSTER
        else ("parameterGroupName", PARAMETERS)
    )
    verdict = ask(FORCE_TLS.check, case)
    if verdict.outcome != "pass":
        return verdict
    groups = case.view.targets(case.resource, property_, type_).found
    verdicts = [ask(FORCE_TLS.check, case.about(group)) for group in groups]
    return next((one for one in verdicts if one.outcome != "pass"), PASS)
