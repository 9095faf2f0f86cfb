"""Security groups: what a reviewer needs to see, and what data may send out."""

from model.values import UNKNOWN
from model.view import Links
from policies.case import Case
from policies.examples import Given, example, ref
from policies.reach import EGRESS_RULE, GROUP, INGRESS_RULE, RULE, internet, together
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, by_type, every, no_match, one_of, present, when

_DESCRIBED = all_of(
    present("description"),
    no_match("description", r"^\s*managed by (pulumi|terraform)\s*$", "it has to say what it is for"),
)

DESCRIPTIONS = Rule(
    id="sg-descriptions",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(GROUP, INGRESS_RULE, RULE),
    what="A security group, and every rule for what comes in, says what it is for.",
    why="At a review nobody dares to close what nobody can explain, so it stays open.",
    fix=Fix(
        'Set description; the provider\'s default "Managed by Pulumi" says nothing.',
        python='description="HTTPS from the load balancer"',
        yaml="description: HTTPS from the load balancer",
    ),
    check=by_type(
        {
            GROUP: all_of(_DESCRIBED, every("ingress", _DESCRIBED)),
            INGRESS_RULE: _DESCRIBED,
            RULE: when(one_of("type", "ingress"), _DESCRIBED),
        }
    ),
    passing=(
        {"description": "The database"},
        {"description": "The web", "ingress": [{"protocol": "tcp", "description": "HTTPS from the load balancer"}]},
        Given(INGRESS_RULE, "in", {"description": "HTTPS from the load balancer"}),
        Given(RULE, "out", {"type": "egress"}),
    ),
    failing=(
        {},
        {"description": "Managed by Pulumi"},
        {"description": "The web", "ingress": [{"protocol": "tcp"}]},
        Given(INGRESS_RULE, "in", {"ipProtocol": "tcp"}),
        Given(RULE, "in", {"type": "ingress", "description": ""}),
    ),
)

DATA = {
    "aws:rds/cluster:Cluster": "vpcSecurityGroupIds",
    "aws:rds/instance:Instance": "vpcSecurityGroupIds",
    "aws:docdb/cluster:Cluster": "vpcSecurityGroupIds",
    "aws:elasticache/replicationGroup:ReplicationGroup": "securityGroupIds",
    "aws:elasticache/cluster:Cluster": "securityGroupIds",
    "aws:memorydb/cluster:Cluster": "securityGroupIds",
    "aws:dax/cluster:Cluster": "securityGroupIds",
    "aws:opensearch/domain:Domain": "vpcOptions.securityGroupIds",
    "aws:efs/mountTarget:MountTarget": "securityGroups",
}
"""What holds data, and its property with security groups."""


def _kept_in(case: Case) -> Verdict:
    resource = case.resource
    split = resource.kind != GROUP
    groups = case.view.targets(resource, "securityGroupId", GROUP) if split else Links((resource,))
    tiers = {tier.lower() for tier in case.value("data_tiers")}
    data, unclear = False, bool(groups.unclear)
    for group in groups.found:
        links = [case.view.linked(group, kind, property_) for kind, property_ in DATA.items()]
        tier = case.view.tag(group, "tier")
        data = data or any(link.found for link in links) or (isinstance(tier, str) and tier.lower() in tiers)
        unclear = unclear or tier is UNKNOWN or any(link.unclear for link in links)
    if not data and not unclear:
        return NOT_APPLICABLE
    # What the group does not say is closed: the provider takes away the rule that AWS adds.
    listed = [item for item in together(case.view, resource, "egress") if item.protocol == "all"]
    for opening in internet(listed):
        if opening.resource is resource and not data:
            return unknown("whether it belongs to what holds data is not known yet", opening.path)
        if opening.resource is resource:
            return fail("a group of what holds data lets everything out to the internet", opening.path)
    return PASS if data else NOT_APPLICABLE


_OUT = {"egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}]}
_USER = Given("aws:rds/cluster:Cluster", "orders", {"vpcSecurityGroupIds": [ref("group")]})

EGRESS = Rule(
    id="sg-egress-restricted",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(GROUP, EGRESS_RULE, RULE),
    what="The security group of a database, cache or file system does not let everything out to the internet.",
    why="Data that is stolen has to leave; what answers requests never has to open a connection by itself.",
    fix=Fix(
        "Leave egress out, or name the networks and ports that are needed.",
        python="egress=[]",
        yaml="egress: []",
    ),
    parameters=(
        Parameter("data_tiers", ["data", "database"], "Values of the tag tier that mark a group of data.", "array"),
    ),
    check=_kept_in,
    passing=(
        example(Given(GROUP, "group"), _USER),
        example(Given(GROUP, "group", {"egress": [{**_OUT["egress"][0], "cidrBlocks": ["10.0.0.0/8"]}]}), _USER),
        example(Given(GROUP, "group"), _USER, Given(GROUP, "other", _OUT)),
    ),
    failing=(
        example(Given(GROUP, "group", _OUT), _USER),
        {**_OUT, "tags": {"Tier": "data"}},
        example(
            Given(GROUP, "group"),
            _USER,
            Given(EGRESS_RULE, "out", {"securityGroupId": ref("group"), "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}),
        ),
        example(
            Given(GROUP, "group", _OUT),
            Given("aws:efs/mountTarget:MountTarget", "files", {"securityGroups": [ref("group")]}),
        ),
    ),
)
