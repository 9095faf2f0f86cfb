"""Cloudflare and AWS: who reaches the origin that a record leads to."""

from policies.asking import ask
from policies.case import Case
from policies.edge import RECORD
from policies.examples import Given, example, ref
from policies.reach import GROUP, internet, of_group
from policies.rule import Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, linked_by, negated, one_of

AWS_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"

_ORIGIN = Given(AWS_BALANCER, "web", {"internal": False, "securityGroups": [ref("web-group")]})
_RECORD = Given(RECORD, "origin", {"type": "CNAME", "content": ref("web", "dnsName")})


def _group(**rule: object) -> Given:
    return Given(GROUP, "web-group", {"ingress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, **rule}]})


_VERIFIES = one_of("mutualAuthentication.mode", "verify")
_MUTUAL = all_of(
    linked_by(LISTENER, "loadBalancerArn", _VERIFIES),
    # One listener that asks for no certificate is a way around those that do.
    negated(linked_by(LISTENER, "loadBalancerArn", negated(_VERIFIES, "verifies")), "a listener asks for none"),
)


def _only_the_edge(case: Case) -> Verdict:
    """Of a security group: is one of a load balancer that a record leads to, and does the internet reach it?"""
    balancers = case.view.linked(case.resource, AWS_BALANCER, "securityGroups")
    named, unclear = [], bool(balancers.unclear and case.view.of(RECORD))
    for one in balancers.found:
        records = case.view.linked(one, RECORD, "content")
        if records.found:
            named.append(one)
        unclear = unclear or bool(records.unclear)
    if not named:
        if unclear and internet(of_group(case.view, case.resource)):
            return unknown("whether a record leads to its load balancer is not known yet")
        return NOT_APPLICABLE
    found = internet(of_group(case.view, case.resource))
    if not found:
        return PASS
    verdicts = [ask(_MUTUAL, case.about(one)) for one in named]
    if all(verdict.outcome == "pass" for verdict in verdicts):
        return PASS
    if any(verdict.outcome == "unknown" for verdict in verdicts):
        return unknown("whether the load balancer verifies the edge's certificate is not known yet")
    return fail(f"the internet reaches the origin {named[0].name} around the edge", found[0].path)


ORIGIN_LOCKDOWN = Rule(
    id="cf-origin-lockdown",
    pack="hipaa",
    severity="high",
    scope="stack",
    level="recommended",
    types=(GROUP,),
    what="A load balancer that a Cloudflare record leads to is open to Cloudflare's edge only.",
    why="Otherwise whoever finds its address reaches the application around the firewall of the edge.",
    fix=Fix(
        "Allow Cloudflare's networks only, as a prefix list, or verify the edge's client certificate.",
        python='aws.vpc.SecurityGroupIngressRule("edge", security_group_id=group.id, prefix_list_id=edge.id, '
        'ip_protocol="tcp", from_port=443, to_port=443)',
        yaml="type: aws:vpc:SecurityGroupIngressRule\n"
        "properties:\n  securityGroupId: ${group.id}\n  prefixListId: ${edge.id}\n"
        "  ipProtocol: tcp\n  fromPort: 443\n  toPort: 443",
    ),
    check=_only_the_edge,
    passing=(
        example(_group(cidrBlocks=["173.245.48.0/20", "104.16.0.0/13"]), _ORIGIN, _RECORD),
        example(
            _group(cidrBlocks=["0.0.0.0/0"]),
            _ORIGIN,
            _RECORD,
            Given(
                LISTENER, "https", {"loadBalancerArn": ref("web", "arn"), "mutualAuthentication": {"mode": "verify"}}
            ),
        ),
        example(_group(cidrBlocks=["0.0.0.0/0"]), _ORIGIN, note="no record leads to it"),
    ),
    failing=(
        example(
            _group(cidrBlocks=["0.0.0.0/0"]),
            _ORIGIN,
            _RECORD,
            Given(
                LISTENER, "https", {"loadBalancerArn": ref("web", "arn"), "mutualAuthentication": {"mode": "verify"}}
            ),
            Given(LISTENER, "plain", {"loadBalancerArn": ref("web", "arn")}),
            note="one of two listeners verifies",
        ),
        example(_group(cidrBlocks=["0.0.0.0/0"]), _ORIGIN, _RECORD),
        example(_group(cidrBlocks=["0.0.0.0/1", "128.0.0.0/1"]), _ORIGIN, _RECORD),
        example(
            _group(cidrBlocks=["0.0.0.0/0"]),
            _ORIGIN,
            _RECORD,
            Given(LISTENER, "https", {"loadBalancerArn": ref("web", "arn"), "mutualAuthentication": {"mode": "off"}}),
        ),
    ),
)
