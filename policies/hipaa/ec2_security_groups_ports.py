"""Security groups: which ports face the internet at all."""

from collections.abc import Callable

from model.values import UnknownMet, number
from model.view import Links
from policies.balancers import BALANCER
from policies.case import Case
from policies.examples import Given, example, ref
from policies.hipaa.ec2_security_groups_care import DATA
from policies.reach import DEFAULT_GROUP, GROUP, INGRESS_RULE, RULE, RULE_TYPES, Opening, internet, together
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail, unknown

TYPES = (*RULE_TYPES, DEFAULT_GROUP)
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_INNER = {**DATA, ENDPOINT: "securityGroupIds"}
"""What nobody outside the network has to reach on any port, and its property with security groups."""


def _own(case: Case, of: Callable[[Opening], bool], port: int | None = None, protocol: str = "tcp") -> list[Opening]:
    """Openings of this very resource that let the internet in, together with the other rules of its group.

    Raises UnknownMet where none does, but one of its own may.
    """
    listed = [opening for opening in together(case.view, case.resource) if of(opening)]
    found = [opening for opening in internet(listed, port, protocol) if opening.resource is case.resource]
    for opening in () if found else listed:
        covers = port is None or opening.covers(port, protocol)
        if covers and opening.unclear and opening.resource is case.resource:
            raise UnknownMet(opening.path or "what it lets in")
    return found


def _no_all(case: Case) -> Verdict:
    found = _own(case, lambda opening: opening.protocol == "all")
    return fail("the internet reaches every port and protocol", found[0].path) if found else PASS


def _ingress(**rule: object) -> dict[str, object]:
    return {"ingress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["0.0.0.0/0"], **rule}]}


_OPEN_FIX = Fix(
    "Allow one port from a load balancer's group or from your own networks.",
    python='ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "security_groups": [balancer_group.id]}]',
    yaml="ingress:\n  - {protocol: tcp, fromPort: 443, toPort: 443, securityGroups: ['${balancerGroup.id}']}",
)

NO_ALL_PROTOCOLS = Rule(
    id="sg-no-all-protocols",
    pack="hipaa",
    severity="critical",
    types=TYPES,
    what="No security group lets the internet in on every protocol and port.",
    why="Such a group is none: whatever listens on the host, wanted or not, is found and tried within minutes.",
    fix=_OPEN_FIX,
    check=_no_all,
    passing=(
        _ingress(),
        _ingress(protocol="-1", fromPort=0, toPort=0, cidrBlocks=["10.0.0.0/8"]),
        Given(
            RULE, "out", {"type": "egress", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
        ),
    ),
    failing=(
        _ingress(protocol="-1", fromPort=0, toPort=0),
        _ingress(protocol="all", cidrBlocks=[], ipv6CidrBlocks=["::/0"]),
        _ingress(protocol="-1", cidrBlocks=["0.0.0.0/1", "128.0.0.0/1"]),
        Given(INGRESS_RULE, "in", {"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}),
        Given(DEFAULT_GROUP, "default", _ingress(protocol="-1")),
    ),
)


def _ports(case: Case, parameter: str) -> list[int]:
    return [int(port) for port in map(number, case.value(parameter)) if port is not None]


_NAMED = 3
"""Ports that the message names: a group that opens all of them would fill a page."""


def _no_common(case: Case) -> Verdict:
    unclear, reached, path = False, [], ""
    for port in _ports(case, "ports"):
        for protocol in ("tcp", "udp"):
            try:
                found = _own(case, lambda _opening: True, port, protocol)
            except UnknownMet:
                unclear = True
                continue
            if found:
                reached.append(f"{protocol.upper()} port {port}")
                path = path or found[0].path
    if reached:
        more = f" and {len(reached) - _NAMED} more such" if len(reached) > _NAMED else ""
        return fail(f"the internet reaches {', '.join(reached[:_NAMED])}{more}", path)
    return unknown("which networks it lets in is not known yet") if unclear else PASS


_COMMON = (
    "20", "21", "23", "135", "445", "1433", "1521", "2049", "2375", "3306", "3389", "4333", "5432", "5439", "5601",
    "6379", "9200", "9300", "11211", "27017",
)  # fmt: skip

NO_COMMON_PORTS = Rule(
    id="sg-no-public-common-ports",
    pack="hipaa",
    severity="critical",
    types=TYPES,
    what="No security group lets the internet reach the port of a database, cache, file share or remote desktop.",
    why="These are scanned for all day; behind each is either the data itself or the administration of a host.",
    fix=_OPEN_FIX,
    parameters=(Parameter("ports", list(_COMMON), "Ports, TCP and UDP, that the internet may not reach.", "array"),),
    check=_no_common,
    passing=(
        _ingress(),
        _ingress(fromPort=5432, toPort=5432, cidrBlocks=["10.0.0.0/16"]),
        _ingress(fromPort=5433, toPort=5438),
        Given(
            INGRESS_RULE, "in", {"ipProtocol": "tcp", "fromPort": 3306, "toPort": 3306, "cidrIpv4": "203.0.113.7/32"}
        ),
    ),
    failing=(
        _ingress(fromPort=5432, toPort=5432),
        _ingress(fromPort=3000, toPort=4000),
        _ingress(protocol="udp", fromPort=11211, toPort=11211),
        _ingress(protocol="-1", fromPort=0, toPort=0),
        example(
            Given(GROUP, "group", _ingress(fromPort=6379, toPort=6379, cidrBlocks=["0.0.0.0/1"])),
            Given(
                RULE,
                "half",
                {
                    "type": "ingress",
                    "securityGroupId": ref("group"),
                    "protocol": "tcp",
                    "fromPort": 6379,
                    "toPort": 6379,
                    "cidrBlocks": ["128.0.0.0/1"],
                },
            ),
            note="two halves of the internet",
        ),
    ),
)


def _allowed_only(case: Case) -> Verdict:
    """Every port that the internet reaches is on the list: a longer one for load balancers, none for what is inside."""
    group = case.resource
    split = group.kind in (RULE, INGRESS_RULE)
    groups = case.view.targets(group, "securityGroupId", GROUP) if split else Links((group,))
    balancers = [case.view.linked(item, BALANCER, "securityGroups") for item in groups.found]
    allowed, more = set(_ports(case, "allowed_ports")), set(_ports(case, "balancer_ports"))
    if any(links.found for links in balancers):
        allowed |= more
    inner = [case.view.linked(item, kind, path) for item in groups.found for kind, path in _INNER.items()]
    if any(links.found for links in inner):
        allowed, more = set(), set()
    unclear = bool(groups.unclear) or any(links.unclear for links in balancers)
    hidden = bool(groups.unclear) or any(links.unclear for links in inner)
    # ICMP has no ports: path discovery and ping open no service.
    for opening in _own(case, lambda opening: opening.protocol not in ("icmp", "icmpv6")):
        first, last = opening.ports
        if last - first >= len(allowed) or not allowed.issuperset(range(first, last + 1)):
            which = str(first) if first == last else f"{first} to {last}"
            if unclear and (allowed | more).issuperset({first, last}):
                return unknown("whether it is a load balancer's group is not known yet", opening.path)
            shown = ", ".join(map(str, sorted(allowed))) or "none"
            return fail(f"the internet reaches port {which}; allowed: {shown}", opening.path)
        if hidden:
            return unknown("whether it is the group of a database or an endpoint is not known yet", opening.path)
    return PASS


NO_OTHER_PORTS = Rule(
    id="sg-no-public-any",
    pack="hipaa",
    severity="high",
    types=TYPES,
    what="The internet reaches only those ports that are on a list: HTTPS, and HTTP at load balancers; and none of "
    "what holds data, or of a VPC endpoint.",
    why="A list says what is meant to be public; everything else that is open is open by mistake.",
    fix=_OPEN_FIX,
    parameters=(
        Parameter("allowed_ports", ["443"], "Ports that may face the internet.", "array"),
        Parameter("balancer_ports", ["80"], "Ports that may beside these, on groups of load balancers.", "array"),
    ),
    check=_allowed_only,
    passing=(
        _ingress(),
        _ingress(fromPort=8080, toPort=8080, cidrBlocks=["10.0.0.0/8"]),
        _ingress(protocol="icmp", fromPort=-1, toPort=-1),
        example(
            Given(GROUP, "group", _ingress(fromPort=80, toPort=80)),
            Given(BALANCER, "web", {"securityGroups": [ref("group")]}),
        ),
        example(
            Given(GROUP, "group", _ingress()),
            Given(GROUP, "inner", _ingress(cidrBlocks=["10.0.0.0/8"])),
            Given(ENDPOINT, "keys", {"securityGroupIds": [ref("inner")]}),
        ),
        example(Given(GROUP, "group", _ingress(fromPort=8443, toPort=8443)), parameters={"allowed_ports": ["8443"]}),
    ),
    failing=(
        _ingress(fromPort=80, toPort=80),
        _ingress(fromPort=443, toPort=444),
        _ingress(protocol="-1", fromPort=0, toPort=0),
        example(
            Given(GROUP, "other"),
            Given(GROUP, "group", _ingress(fromPort=80, toPort=80)),
            Given(BALANCER, "web", {"securityGroups": [ref("other")]}),
            note="the load balancer has another group",
        ),
        Given(INGRESS_RULE, "in", {"ipProtocol": "tcp", "fromPort": 8080, "toPort": 8080, "cidrIpv6": "::/0"}),
        example(Given(GROUP, "group", _ingress()), Given(ENDPOINT, "keys", {"securityGroupIds": [ref("group")]})),
    ),
)
