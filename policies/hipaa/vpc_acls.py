"""Network ACLs: the second layer, where a security group is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, Malformed, UnknownMet, items, number, truth
from policies.case import Case
from policies.conditions import world
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail

ACL = "aws:ec2/networkAcl:NetworkAcl"
ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
DEFAULT_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One rule for what comes in from the whole internet."""

    order: float
    allow: bool
    ports: tuple[float, float]
    """TCP ports; (0, 65535) is all."""
    version: int
    path: str
    resource: Resource


def _entries(case: Case) -> Iterator[_Entry]:
    """The rules of the resource's ACL, its own and its split ones. Raises Malformed, UnknownMet."""
    acls = [case.resource]
    if case.resource.kind == ACL_RULE:
        links = [case.view.targets(case.resource, "networkAclId", kind) for kind in (ACL, DEFAULT_ACL)]
        acls = [acl for link in links for acl in link.found]
        if not acls and any(link.unclear for link in links):
            raise UnknownMet("networkAclId")
        if not acls:
            yield from _split(case.resource)
    for acl in acls:
        for index, item in enumerate(items(acl.at("ingress"))):
            yield from _entry(item, "ruleNo", "action", f"ingress[{index}]", acl)
        for rule in case.view.linked(acl, ACL_RULE, "networkAclId").found:
            yield from _split(rule)


def _split(rule: Resource) -> Iterator[_Entry]:
    if truth(rule.at("egress")) is not True:
        yield from _entry(rule.props, "ruleNumber", "ruleAction", "", rule)


def _entry(item: Any, order: str, action: str, path: str, resource: Resource) -> Iterator[_Entry]:
    if item is UNKNOWN:
        raise UnknownMet(path)
    if not isinstance(item, Mapping):
        raise Malformed(path, "an object is expected")
    values = [item.get(key) for key in ("cidrBlock", "ipv6CidrBlock", "protocol", "fromPort", "toPort", order, action)]
    if any(value is UNKNOWN for value in values):
        raise UnknownMet(path or "the rule")
    four, six, protocol, first, last, place, what = values
    name = str(protocol).strip().lower()
    if name not in ("-1", "all", "6", "tcp"):
        return
    span = (0.0, 65535.0)
    if name in ("6", "tcp"):
        start, end = number(first), number(last)
        if start is None or end is None:
            raise Malformed(path or "fromPort", "fromPort and toPort have to be port numbers")
        span = (start, end)
    for version, cidr in ((4, four), (6, six)):
        if cidr and world(str(cidr)):
            yield _Entry(number(place) or 0.0, str(what).strip().lower() == "allow", span, version, path, resource)


def _closed(case: Case) -> Verdict:
    """The first rule that a port meets decides, as AWS goes through them by number."""
    found = sorted(_entries(case), key=lambda entry: entry.order)
    ports = [port for port in map(number, case.value("ports")) if port is not None]
    for index, entry in enumerate(found):
        if not entry.allow or entry.resource is not case.resource:
            continue
        if entry.ports == (0.0, 65535.0):
            return fail("the internet may come in on every port", entry.path)
        before = [item for item in found[:index] if item.version == entry.version and not item.allow]
        for port in ports:
            refused = any(item.ports[0] <= port <= item.ports[1] for item in before)
            if entry.ports[0] <= port <= entry.ports[1] and not refused:
                return fail(f"the internet may come in on port {int(port)}", entry.path)
    return PASS


def _in(*rules: tuple[int, str, int, int, str]) -> dict[str, object]:
    return {
        "ingress": [
            {"ruleNo": order, "action": action, "protocol": "tcp", "fromPort": first, "toPort": last, "cidrBlock": cidr}
            for order, action, first, last, cidr in rules
        ]
    }


_ALL = {"ruleNo": 100, "action": "allow", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": "0.0.0.0/0"}


def _one(action: str, first: int, last: int, order: int = 100, **more: object) -> dict[str, object]:
    rule = {"ruleNumber": order, "ruleAction": action, "protocol": "6", "fromPort": first, "toPort": last}
    return {**rule, "cidrBlock": "0.0.0.0/0", **more}


ACLS_CLOSED = Rule(
    id="vpc-nacl-open",
    pack="hipaa",
    severity="medium",
    types=(ACL, ACL_RULE, DEFAULT_ACL),
    what="A network ACL does not let the internet in on every port, nor to SSH or remote desktop.",
    why="It is what still stands when a security group is wrong; open, it stands for nothing.",
    fix=Fix(
        "Allow the ports that are meant to be public; for answers (1024 to 65535), deny 3389 by a lower number first.",
        python='ingress=[{"rule_no": 90, "action": "deny", "protocol": "tcp", "from_port": 3389, "to_port": 3389, '
        '"cidr_block": "0.0.0.0/0"}, {"rule_no": 100, "action": "allow", "protocol": "tcp", "from_port": 1024, '
        '"to_port": 65535, "cidr_block": "0.0.0.0/0"}]',
        yaml=(
            "ingress:\n"
            "  - {ruleNo: 90, action: deny, protocol: tcp, fromPort: 3389, toPort: 3389, cidrBlock: 0.0.0.0/0}\n"
            "  - {ruleNo: 100, action: allow, protocol: tcp, fromPort: 1024, toPort: 65535, cidrBlock: 0.0.0.0/0}"
        ),
    ),
    parameters=(Parameter("ports", ["22", "3389"], "TCP ports that the internet may not reach.", "array"),),
    check=_closed,
    passing=(
        {},
        _in((100, "allow", 443, 443, "0.0.0.0/0")),
        _in((100, "allow", 22, 22, "10.0.0.0/8")),
        _in((90, "deny", 3389, 3389, "0.0.0.0/0"), (100, "allow", 1024, 65535, "0.0.0.0/0")),
        Given(ACL_RULE, "out", _one("allow", 0, 65535, egress=True)),
        Given(ACL_RULE, "in", _one("deny", 22, 22)),
        example(
            Given(ACL, "acl", _in((90, "deny", 3389, 3389, "0.0.0.0/0"))),
            Given(ACL_RULE, "in", {**_one("allow", 1024, 65535), "networkAclId": ref("acl")}),
        ),
    ),
    failing=(
        {"ingress": [_ALL]},
        Given(DEFAULT_ACL, "default", {"ingress": [_ALL]}),
        _in((100, "allow", 22, 22, "0.0.0.0/0")),
        _in((100, "allow", 1024, 65535, "0.0.0.0/0"), (110, "deny", 3389, 3389, "0.0.0.0/0")),
        Given(ACL_RULE, "in", _one("allow", 20, 30)),
        Given(ACL_RULE, "in", {**_one("allow", 22, 22), "cidrBlock": None, "ipv6CidrBlock": "::/0"}),
    ),
)
