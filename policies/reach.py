"""What can reach what: security group rules of every form, as openings of ports to networks.

The three ways to write a rule (inline in a group, `SecurityGroupRule`, one rule a resource) come out alike. Ports are
ranges, protocols go by name or number, and what matters is how much of the internet all rules of a group let in
together: two halves are the whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any, Literal

from model.resource import Resource
from model.values import UNKNOWN, Malformed, UnknownMet, items, number
from model.view import View

Network = IPv4Network | IPv6Network
Direction = Literal["ingress", "egress"]

GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
RULE_TYPES = (GROUP, RULE, INGRESS_RULE)
"""What a rule about ingress looks at."""
PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
PREFIX_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "-1": "all", "all": "all"}
_PUBLIC_V4 = 2**28
"""More public IPv4 addresses than this, together, are the internet (a sixteenth of it)."""
_PUBLIC_V6 = 2**112
_EVERY_PORT = (0, 65535)


@dataclass(frozen=True, slots=True)
class Opening:
    """One rule: a protocol and ports, open to networks. `unclear`: other sources too, and they are not known."""

    protocol: str
    """tcp, udp, icmp, icmpv6, another's number, or "all"."""
    ports: tuple[int, int]
    networks: tuple[Network, ...]
    unclear: bool
    path: str
    resource: Resource

    def covers(self, port: int, protocol: str = "tcp") -> bool:
        """Whether the port is among its own."""
        return self.protocol in ("all", protocol) and self.ports[0] <= port <= self.ports[1]


def openings(view: View, resource: Resource, direction: Direction = "ingress") -> Sequence[Opening]:
    """What a group's own rules, or a rule of its own, open. Raises Malformed, UnknownMet."""
    return view.once((openings, resource, direction), lambda: tuple(_openings(view, resource, direction)))


def of_group(view: View, group: Resource, direction: Direction = "ingress") -> Sequence[Opening]:
    """What all rules of a group open: its own, and those that are attached to it."""
    return view.once((of_group, group, direction), lambda: _of_group(view, group, direction))


def _of_group(view: View, group: Resource, direction: Direction) -> Sequence[Opening]:
    found = list(openings(view, group, direction))
    for type_ in (RULE, INGRESS_RULE if direction == "ingress" else EGRESS_RULE):
        links = view.linked(group, type_, "securityGroupId")
        for rule in links.found:
            found.extend(openings(view, rule, direction))
    return found


def together(view: View, resource: Resource, direction: Direction = "ingress") -> Sequence[Opening]:
    """The openings of a group or rule with those of every other rule of the same group, for `internet`."""
    if resource.kind in (GROUP, DEFAULT_GROUP):
        return of_group(view, resource, direction)
    return view.once((together, resource, direction), lambda: _with_group(view, resource, direction))


def _with_group(view: View, resource: Resource, direction: Direction) -> Sequence[Opening]:
    groups = view.targets(resource, "securityGroupId", GROUP).found
    if not groups:
        return openings(view, resource, direction)
    return [opening for group in groups for opening in of_group(view, group, direction)]


def internet(found: Iterable[Opening], port: int | None = None, protocol: str = "tcp") -> list[Opening]:
    """Those that let the internet in (to a port, or at all), alone or together.

    Raises:
        UnknownMet: none does, but one may.
    """
    those = [item for item in found if port is None or item.covers(port, protocol)]
    if port is None:
        # Each range by itself: rules for different ports do not add up.
        open_ = [item for item in those if wide([n for o in those if o.ports == item.ports for n in o.networks])]
    else:
        open_ = those if wide([network for item in those for network in item.networks]) else []
    open_ = [item for item in open_ if item.networks]
    if not open_:
        for item in those:
            if item.unclear:
                raise UnknownMet(item.path or "what the rule lets in")
    return open_


def wide(networks: Iterable[Network]) -> bool:
    """Whether networks are, together, so much of the public address space that they are the internet."""
    listed = [item for item in networks if not item.is_private]
    four = collapse_addresses(item for item in listed if isinstance(item, IPv4Network))
    six = collapse_addresses(item for item in listed if isinstance(item, IPv6Network))
    return sum(item.num_addresses for item in four) > _PUBLIC_V4 or sum(item.num_addresses for item in six) > _PUBLIC_V6


def _openings(view: View, resource: Resource, direction: Direction) -> Iterator[Opening]:
    if resource.kind in (GROUP, DEFAULT_GROUP):
        for index, item in enumerate(items(resource.at(direction))):
            yield _inline(view, resource, item, f"{direction}[{index}]")
    elif resource.kind == RULE:
        kind, opening = resource.at("type"), _inline(view, resource, resource.props, "")
        if kind is UNKNOWN:
            yield replace(opening, networks=(), unclear=True)
        elif str(kind).lower() == direction:
            yield opening
    elif resource.kind == (INGRESS_RULE if direction == "ingress" else EGRESS_RULE):
        yield _single(view, resource)


def _inline(view: View, resource: Resource, rule: Any, path: str) -> Opening:
    if rule is UNKNOWN:
        raise UnknownMet(path)
    if not hasattr(rule, "get"):
        raise Malformed(path, "an object is expected")
    cidrs = [*_all(rule.get("cidrBlocks")), *_all(rule.get("ipv6CidrBlocks"))]
    lists = _all(rule.get("prefixListIds"))
    return _opening(view, resource, rule.get("protocol"), rule, cidrs, lists, path)


def _all(value: Any) -> list[Any]:
    return [UNKNOWN] if value is UNKNOWN else items(value)


def _single(view: View, resource: Resource) -> Opening:
    cidrs = [resource.at("cidrIpv4"), resource.at("cidrIpv6")]
    prefix_list = resource.at("prefixListId")
    lists = [] if prefix_list is None else [prefix_list]
    return _opening(view, resource, resource.at("ipProtocol"), resource.props, cidrs, lists, "")


def _opening(
    view: View, resource: Resource, protocol: Any, rule: Any, cidrs: list[Any], lists: list[Any], path: str
) -> Opening:
    networks, unclear = [], False
    for cidr in [*cidrs, *_listed(view, resource, lists)]:
        if cidr is UNKNOWN:
            unclear = True
        elif cidr is not None:
            networks.append(_network(cidr, path))
    if not networks and not unclear:
        return Opening("all", _EVERY_PORT, (), False, path, resource)  # from groups only
    if protocol is UNKNOWN or _unknown_ports(rule):
        # Whatever it opens, it opens to these.
        public = any(not network.is_private for network in networks)
        return Opening("all", _EVERY_PORT, (), unclear or public, path, resource)
    name = str(protocol).strip().lower()
    name = _PROTOCOLS.get(name, name)
    return Opening(name, _ports(name, rule, path), tuple(networks), unclear, path, resource)


def _unknown_ports(rule: Any) -> bool:
    return rule.get("fromPort") is UNKNOWN or rule.get("toPort") is UNKNOWN


def _ports(protocol: str, rule: Any, path: str) -> tuple[int, int]:
    if protocol not in ("tcp", "udp"):
        return _EVERY_PORT  # no ports there: all of the protocol
    first, last = rule.get("fromPort"), rule.get("toPort")
    if first is None and last is None:
        return _EVERY_PORT
    start, end = (number(last if first is None else first), number(first if last is None else last))
    if start is None or end is None:
        raise Malformed(f"{path}.fromPort" if path else "fromPort", "a port number is expected")
    return _EVERY_PORT if -1 in (start, end) else (int(start), int(end))


def _network(value: Any, path: str) -> Network:
    try:
        return ip_network(str(value).strip(), strict=False)
    except ValueError:
        raise Malformed(f"{path}.cidr" if path else "cidr", "a network such as 10.0.0.0/16 is expected") from None


_INLINE = ("ingress[*].prefixListIds", "egress[*].prefixListIds")
_LIST_PROPERTIES = {GROUP: _INLINE, DEFAULT_GROUP: _INLINE, RULE: ("prefixListIds",)}


def _listed(view: View, resource: Resource, lists: list[Any]) -> Iterator[Any]:
    """The networks of prefix lists: of those that the stack declares; others are not known."""
    if not lists:
        return
    declared: list[Resource] = []
    for property_ in _LIST_PROPERTIES.get(resource.kind, ("prefixListId",)):
        declared.extend(view.targets(resource, property_, PREFIX_LIST).found)
    for prefix_list in declared:
        yield from _entries(prefix_list)
        for entry in view.linked(prefix_list, PREFIX_ENTRY, "prefixListId").found:
            yield entry.at("cidr")
    if len(declared) < len(lists):
        yield UNKNOWN


def _entries(prefix_list: Resource) -> Iterator[Any]:
    entries = prefix_list.at("entries[*].cidr")
    yield from [UNKNOWN] if entries is UNKNOWN else entries or ()
