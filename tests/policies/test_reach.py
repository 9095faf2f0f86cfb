"""What the internet reaches, in all the ways to write a rule."""

from typing import Any

import pytest

from model.resource import Resource
from model.values import UNKNOWN, UnknownMet
from policies.examples import Given, example, ref, view
from policies.reach import GROUP, INGRESS_RULE, PREFIX_LIST, RULE, internet, of_group, openings

ANY = "0.0.0.0/0"


def inline(**rule: Any) -> Given:
    return Given(GROUP, "group", {"ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, **rule}]})


def reached(*given: Given, port: int = 22, applied: bool = True) -> bool:
    seen = view(example(*given), applied=applied)
    group: Resource = seen.of(GROUP)[0]
    return bool(internet(of_group(seen, group), port))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"cidrBlocks": [ANY]}, True),
        ({"cidrBlocks": ANY}, True),
        ({"cidrBlocks": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]}, False),
        ({"cidrBlocks": ["203.0.113.0/24"]}, False),
        ({"cidrBlocks": ["0.0.0.0/1"]}, True),
        ({"cidrBlocks": [f"{number}.0.0.0/8" for number in range(1, 40)]}, True),
        ({"ipv6CidrBlocks": ["2000::/3"]}, True),
        ({"ipv6CidrBlocks": ["2001:db8::/32"]}, False),
        ({"cidrBlocks": [ANY], "fromPort": "20", "toPort": "25"}, True),
        ({"cidrBlocks": [ANY], "fromPort": 23, "toPort": 65535}, False),
        ({"cidrBlocks": [ANY], "protocol": "-1", "fromPort": 0, "toPort": 0}, True),
        ({"cidrBlocks": [ANY], "protocol": -1, "fromPort": 443, "toPort": 443}, True),
        ({"cidrBlocks": [ANY], "protocol": "UDP"}, False),
        ({"cidrBlocks": [ANY], "protocol": "6"}, True),
        ({"cidrBlocks": [ANY], "protocol": "icmp", "fromPort": -1, "toPort": -1}, False),
        ({"cidrBlocks": [], "self": True}, False),
    ],
    ids=str,
)
def test_inline_rules(rule: dict[str, Any], expected: bool) -> None:
    assert reached(inline(**rule)) is expected


def test_rules_of_their_own_count_for_their_group_only() -> None:
    mine = {"securityGroupId": ref("group"), "fromPort": 0, "toPort": 1024}
    group = Given(GROUP, "group")
    for given in (
        Given(RULE, "in", {**mine, "type": "ingress", "protocol": "tcp", "cidrBlocks": [ANY]}),
        Given(INGRESS_RULE, "in", {**mine, "ipProtocol": "tcp", "cidrIpv4": ANY}),
    ):
        assert reached(group, given)
        assert reached(group, given, applied=False)
        assert not reached(group, given, port=3306)
        elsewhere = Given(given.type, "in", {**given.props, "securityGroupId": ref("other")})
        assert not reached(group, Given(GROUP, "other"), elsewhere)
    out = Given(RULE, "out", {**mine, "type": "egress", "protocol": "-1", "cidrBlocks": [ANY]})
    assert not reached(group, out)


def test_two_halves_in_two_rules_are_the_whole() -> None:
    half = {"securityGroupId": ref("group"), "ipProtocol": "tcp", "fromPort": 22, "toPort": 22}
    sixteenth = [Given(INGRESS_RULE, f"in-{n}", {**half, "cidrIpv4": f"{n * 16}.0.0.0/4"}) for n in (1, 2)]
    group = Given(GROUP, "group")
    assert reached(group, *sixteenth)
    assert not reached(group, sixteenth[0])


def test_prefix_lists() -> None:
    def listed(cidr: str) -> tuple[Given, Given]:
        rule = {"securityGroupId": ref("group"), "ipProtocol": "-1", "prefixListId": ref("list")}
        return Given(PREFIX_LIST, "list", {"entries": [{"cidr": cidr}]}), Given(INGRESS_RULE, "in", rule)

    group = Given(GROUP, "group")
    assert reached(group, *listed(ANY))
    assert not reached(group, *listed("10.0.0.0/8"))
    with pytest.raises(UnknownMet):
        reached(inline(prefixListIds=["pl-of-somebody"]))


def test_what_is_unknown_is_said_to_be_and_hides_nothing() -> None:
    for rule in (
        {"cidrBlocks": UNKNOWN},
        {"cidrBlocks": ["10.0.0.0/8", UNKNOWN]},
        {"cidrBlocks": [ANY], "fromPort": UNKNOWN},
    ):
        with pytest.raises(UnknownMet):
            reached(inline(**rule))
    assert reached(inline(cidrBlocks=[ANY, UNKNOWN]))
    assert not reached(inline(cidrBlocks=UNKNOWN), port=443)


def test_it_says_where() -> None:
    seen = view(example(inline(cidrBlocks=[ANY])), applied=True)
    (opening,) = openings(seen, seen.of(GROUP)[0])
    assert (opening.path, opening.ports, opening.protocol) == ("ingress[0]", (22, 22), "tcp")
