"""Every hop of our own stacks' way from the edge to the database, broken one at a time: that hop is named, no other."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from model.resource import Resource
from model.values import UNKNOWN
from model.view import View
from policies.evaluate import Finding, Parameters, evaluate
from policies.hipaa.path import DNS, DOOR, EDGE_TLS, EVERY_HOP, LISTENS, PULL, STORE, STORE_TLS, TASK
from policies.reach import GROUP
from tests.policies.noticing import stacks

Props = Mapping[str, Any]
ANYWHERE = {"cidrIpv4": "0.0.0.0/0", "prefixListId": None, "referencedSecurityGroupId": None}


def joined() -> View:
    return View.joined(list(stacks().values()))


def without(view: View, *names: str) -> View:
    return View(view.stack, view.source, [item for item in view.resources if item.name not in names])


def changed(view: View, name: str, props: Props | Callable[[Props], Props]) -> View:
    """The view with one resource's properties changed; what they came from is forgotten with them."""

    def other(item: Resource) -> Resource:
        given = props(item.props) if callable(props) else props
        kept = {key: urns for key, urns in (item.depends or {}).items() if key not in given}
        return replace(item, props={**item.props, **given}, depends=kept)

    assert [item.name for item in view.resources].count(name) == 1, name
    listed = [other(item) if item.name == name else item for item in view.resources]
    return View(view.stack, view.source, listed)


def asked(view: View) -> list[Finding]:
    return evaluate(view, [EVERY_HOP], Parameters(values={}))


def test_the_way_is_closed_at_every_hop_of_our_stacks_together_and_alone() -> None:
    found = asked(joined())
    assert {finding.outcome for finding in found} == {"pass"}
    kinds = {finding.resource.kind.rsplit(":", 1)[-1] for finding in found}
    assert kinds == {"LoadBalancer", "DnsRecord", "Listener", "SecurityGroup", "Cluster"}
    named = {finding.resource.name for finding in found}
    assert {"east-web-group", "west-web-group", "east-database-group", "west-database-group"} <= named
    for view in stacks().values():
        alone = asked(view)
        assert alone
        assert {finding.outcome for finding in alone} == {"pass"}


@pytest.mark.parametrize(
    ("hop", "name", "props"),
    [
        (DNS, "global-traffic-balancer", {"proxied": False}),
        (DNS, "global-traffic-pool-east", {"origins": [{"address": "elsewhere.clinic.example.com"}]}),
        (DNS, "global-traffic-pool-west", lambda had: {"origins": [{**had["origins"][0], "enabled": False}]}),
        (EDGE_TLS, "global-cdn-setting-min-tls-version", {"value": "1.1"}),
        (EDGE_TLS, "global-cdn-setting-ssl", {"value": "full"}),
        (PULL, "global-cdn-origin-pulls", {"enabled": False}),
        (PULL, "east-balancer-https", {"mutualAuthentication": {"mode": "off"}}),
        (PULL, "west-balancer-https", {"mutualAuthentication": {"mode": "verify"}}),
        (PULL, "west-balancer-https", {"mutualAuthentication": {"mode": "passthrough"}}),
        (LISTENS, "east-balancer-https", {"sslPolicy": "ELBSecurityPolicy-2016-08"}),
        (LISTENS, "east-balancer-https", {"protocol": "HTTP"}),
        (DOOR, "east-balancer-from-edge", ANYWHERE),
        (DOOR, "east-balancer-from-edge", {**ANYWHERE, "cidrIpv4": "203.0.113.0/24"}),
        (DOOR, "west-balancer-group", {"ingress": [{"protocol": "-1", "cidrBlocks": ["10.0.0.0/8"]}]}),
        (TASK, "east-web-group", {"ingress": [{"protocol": "tcp", "fromPort": 8080, "cidrBlocks": ["10.0.0.0/8"]}]}),
        (TASK, "west-fhir-group", {"ingress": [{"protocol": "tcp", "fromPort": 22, "securityGroups": ["sg-1"]}]}),
        (STORE, "east-database-group", {"ingress": [{"protocol": "tcp", "fromPort": 5432, "cidrBlocks": ["::/0"]}]}),
        (STORE, "west-database-group", {"ingress": [{"protocol": "-1", "securityGroups": ["sg-1"]}]}),
        (STORE_TLS, "east-database-cluster", {"dbClusterParameterGroupName": "default.aurora-postgresql17"}),
        (STORE_TLS, "west-database-parameters", {"parameters": [{"name": "rds.force_ssl", "value": "0"}]}),
    ],
)
def test_a_broken_hop_is_named_and_no_other(hop: str, name: str, props: Props) -> None:
    broken = [finding for finding in asked(changed(joined(), name, props)) if finding.outcome != "pass"]
    assert broken
    assert {finding.outcome for finding in broken} == {"fail"}
    for finding in broken:
        assert finding.message.startswith(f"hop {hop} is broken: ")


@pytest.mark.parametrize(
    ("hop", "name"),
    [
        (EDGE_TLS, "global-cdn-setting-ssl"),
        (PULL, "global-cdn-origin-pulls"),
        (DOOR, "east-balancer-from-edge"),
        (STORE_TLS, "west-database-parameters"),
    ],
)
def test_a_hop_whose_part_is_missing_is_named_and_no_other(hop: str, name: str) -> None:
    broken = [finding for finding in asked(without(joined(), name)) if finding.outcome != "pass"]
    assert [finding.message.startswith(f"hop {hop} is broken: ") for finding in broken] == [True]


@pytest.mark.parametrize(
    ("hop", "name", "props"),
    [
        (TASK, "east-web-requests-in", {"fromPort": 9, "toPort": 9}),
        (TASK, "west-nlp-calls-fhir-in", {"referencedSecurityGroupId": None, "cidrIpv4": "10.20.0.0/16"}),
        (STORE, "east-web-database-in", {"fromPort": 0, "toPort": 65535}),
        (STORE, "east-web-database-in", {"fromPort": 22, "toPort": 22}),
        (STORE, "west-fence-database-in", {"referencedSecurityGroupId": "sg-of-nobody"}),
    ],
)
def test_one_rule_of_a_group_is_enough_to_break_a_hop(hop: str, name: str, props: Props) -> None:
    broken = [finding for finding in asked(changed(joined(), name, props)) if finding.outcome != "pass"]
    assert [finding.message.startswith(f"hop {hop} is broken: ") for finding in broken] == [True]


def test_an_applied_stack_whose_groups_ids_are_shown_where_they_are_used_alone() -> None:
    """So the engine shows it to an analyzer: each rule has the id, and says from which group; the groups have none."""

    def shown(item: Resource, told: bool) -> Resource:
        if item.kind == GROUP:
            return replace(item, id=UNKNOWN, outputs={})
        if item.props.get("referencedSecurityGroupId") is None:
            return item
        props = {**item.props, "referencedSecurityGroupId": f"sg-{item.name}"}
        used = {key: urns for key, urns in (item.depends or {}).items() if told or key != "referencedSecurityGroupId"}
        return replace(item, props=props, depends=used)

    whole = joined()
    for told, outcomes in ((True, {"pass"}), (False, {"pass", "fail"})):
        view = View(whole.stack, whole.source, [shown(item, told) for item in whole.resources])
        assert {finding.outcome for finding in asked(view)} == outcomes
