"""Web application firewall in front of public load balancers."""

from ipaddress import ip_network

from policies import reach
from policies.balancers import APPLICATION, BALANCER
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, linked_by, not_true, when

ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
CLASSIC_ASSOCIATION = "aws:wafregional/webAclAssociation:WebAclAssociation"

# https://www.cloudflare.com/ips/
CLOUDFLARE = (
    "173.245.48.0/20",
    "103.21.244.0/22",
    "103.22.200.0/22",
    "103.31.4.0/22",
    "141.101.64.0/18",
    "108.162.192.0/18",
    "190.93.240.0/20",
    "188.114.96.0/20",
    "197.234.240.0/22",
    "198.41.128.0/17",
    "162.158.0.0/15",
    "104.16.0.0/13",
    "104.24.0.0/14",
    "172.64.0.0/13",
    "131.0.72.0/22",
    "2400:cb00::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2405:b500::/32",
    "2405:8100::/32",
    "2a06:98c0::/29",
    "2c0f:f248::/32",
)


def _behind_edge(case: Case) -> Verdict:
    """Every security group of it, all declared here, lets in only the edge that has the firewall."""
    edge = [ip_network(item) for item in case.value("edge_networks")]
    links = case.view.targets(case.resource, "securityGroups", reach.GROUP)
    named = case.at("securityGroups[*]")
    if not links.found or len(links.found) < len(named or ()):
        if links.unclear:
            return unknown("its security groups are not known yet", "securityGroups")
        return fail("not every security group of it is declared in this stack", "securityGroups")
    unclear = ""
    for group in links.found:
        rules = [case.view.linked(group, type_, "securityGroupId") for type_ in (reach.RULE, reach.INGRESS_RULE)]
        unclear = group.name if any(found.unclear for found in rules) else unclear
        for opening in reach.of_group(case.view, group):
            unclear = group.name if opening.unclear else unclear
            for network in opening.networks:
                inside = any(network.version == item.version and network.subnet_of(item) for item in edge)  # type: ignore[arg-type]
                if not network.is_private and not inside:
                    return fail(f"its security group {group.name} lets in more than the edge: {network}")
    return unknown(f"what the security group {unclear} lets in is not known") if unclear else PASS


_GROUP = Given(reach.GROUP, "group")
_PUBLIC = Given(BALANCER, "web", {"securityGroups": [ref("group")]})


def _ingress(**source: object) -> Given:
    props = {"securityGroupId": ref("group"), "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, **source}
    return Given(reach.INGRESS_RULE, "in", props)


WAF = Rule(
    id="alb-waf",
    pack="hipaa",
    severity="high",
    scope="stack",
    types=(BALANCER,),
    what="A public application load balancer has a web application firewall, or hears only an edge that has one.",
    why="Injections and known exploits otherwise reach the service itself, and one that works reads its data.",
    fix=Fix(
        "Add a wafv2 WebAclAssociation for it, or let its security group admit the edge's networks only.",
        python='aws.wafv2.WebAclAssociation("web", resource_arn=balancer.arn, web_acl_arn=firewall.arn)',
        yaml=(
            "type: aws:wafv2:WebAclAssociation\n"
            "properties:\n"
            "  resourceArn: ${balancer.arn}\n"
            "  webAclArn: ${firewall.arn}"
        ),
    ),
    parameters=(
        Parameter(
            "edge_networks",
            list(CLOUDFLARE),
            "Networks of an edge with a firewall of its own; Cloudflare's by default.",
            "array",
        ),
    ),
    check=when(
        all_of(APPLICATION, not_true("internal")),
        any_of(
            linked_by(ASSOCIATION, "resourceArn", lacks="no WebAclAssociation is attached to it"),
            linked_by(CLASSIC_ASSOCIATION, "resourceArn", lacks="none of WAF classic either"),
            _behind_edge,
        ),
    ),
    passing=(
        example(Given(BALANCER, "web"), Given(ASSOCIATION, "web-waf", {"resourceArn": ref("web", "arn")})),
        {"internal": True},
        {"loadBalancerType": "network"},
        example(_GROUP, _PUBLIC, _ingress(cidrIpv4="173.245.48.0/20")),
        example(
            _GROUP,
            _PUBLIC,
            Given(reach.PREFIX_LIST, "edge", {"entries": [{"cidr": "104.16.0.0/13"}, {"cidr": "104.24.0.0/14"}]}),
            _ingress(prefixListId=ref("edge")),
        ),
        example(_GROUP, _PUBLIC, _ingress(cidrIpv4="203.0.114.0/24"), parameters={"edge_networks": ["203.0.112.0/20"]}),
    ),
    failing=(
        {},
        {"internal": False, "securityGroups": ["sg-1"]},
        example(_GROUP, _PUBLIC, _ingress(cidrIpv4="0.0.0.0/0")),
        example(_GROUP, _PUBLIC, _ingress(cidrIpv4="173.0.0.0/8")),
        example(
            Given(BALANCER, "other"),
            Given(BALANCER, "web"),
            Given(ASSOCIATION, "other-waf", {"resourceArn": ref("other", "arn")}),
            note="the firewall is in front of another",
        ),
    ),
)
