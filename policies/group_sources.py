"""Who a security group lets in: networks, and other groups, rule by rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, Malformed, items, number
from model.view import View
from policies.reach import GROUP, INGRESS_RULE, RULE, Opening, openings

EVERY_PORT = (0, 65535)


@dataclass(frozen=True, slots=True)
class Entry:
    """One ingress rule of a group."""

    opening: Opening
    """Its networks."""
    ports: tuple[int, int] | None
    """None where they are not known."""
    fed: frozenset[str]
    """URNs of what its ports come from, where they come from another resource."""
    groups: tuple[Resource, ...]
    """Groups of the view that it lets in, but for the group itself."""
    others: bool
    """Groups that the view does not show are let in, too."""
    unclear: bool
    """What else it lets in is not known."""

    @property
    def somebody(self) -> bool:
        """Whether anybody but the group itself is let in."""
        return bool(self.opening.networks or self.groups or self.others or self.unclear)


def entries(view: View, group: Resource) -> list[Entry]:
    """Every ingress rule of a group: its own, and those that are attached to it. Raises Malformed, UnknownMet."""
    found, maybe = list(_inline(view, group)), list[Entry]()
    for type_, source in ((RULE, "sourceSecurityGroupId"), (INGRESS_RULE, "referencedSecurityGroupId")):
        links = view.linked(group, type_, "securityGroupId")
        for rule in links.found:
            found += [_entry(view, group, rule, rule.props, opening, source) for opening in openings(view, rule)]
        maybe += [_perhaps(rule) for rule in links.unclear]
    return [*found, *maybe]


def _perhaps(rule: Resource) -> Entry:
    """A rule of which it is not known whose it is."""
    return Entry(Opening("all", EVERY_PORT, (), True, "", rule), None, frozenset(), (), False, True)


def _inline(view: View, group: Resource) -> Iterator[Entry]:
    rules = items(group.at("ingress"))
    for rule, opening in zip(rules, openings(view, group), strict=True):
        yield _entry(view, group, group, rule, opening, "ingress[*].securityGroups")


def _entry(view: View, group: Resource, rule: Resource, written: Any, opening: Opening, property: str) -> Entry:
    given = written.get(property.rpartition(".")[2])
    named = [UNKNOWN] if given is UNKNOWN else items(given)
    depends = rule.depends or {}
    top = ("ingress",) if rule is group else ("fromPort", "toPort")
    fed = frozenset(urn for name in top for urn in depends.get(name, ()))
    ports = _ports(written)
    if not named:
        return Entry(opening, ports, fed, (), False, opening.unclear)
    linked = view.targets(rule, property, GROUP).found
    known = [item for item in named if item is not UNKNOWN]
    ids = [text for one in linked for text in (one.id, one.output("name")) if text is not UNKNOWN]
    unclear = opening.unclear or (len(known) < len(named) and not linked)
    # A group whose id the source does not show went into it all the same, and is one of those that no id fits.
    nameless = [one for one in linked if one.id is UNKNOWN]
    others = len([item for item in known if item not in ids]) > len(nameless)
    return Entry(opening, ports, fed, tuple(one for one in linked if one.urn != group.urn), others, unclear)


def _ports(rule: Any) -> tuple[int, int] | None:
    """`reach` leaves the ports out where a rule names no network, so they are read here. Raises Malformed."""
    protocol = rule.get("ipProtocol") if rule.get("ipProtocol") is not None else rule.get("protocol")
    given = [rule.get("fromPort"), rule.get("toPort")]
    if protocol is UNKNOWN or any(port is UNKNOWN for port in given):
        return None
    if str(protocol).strip().lower() not in ("tcp", "udp", "6", "17"):
        return EVERY_PORT
    known = [number(port) for port in given if port is not None]
    if any(port is None for port in known):
        raise Malformed("fromPort", "a port number is expected")
    found = [int(port) for port in known if port is not None]
    return EVERY_PORT if not found or -1 in found else (found[0], found[-1])
