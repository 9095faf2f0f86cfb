"""Cloudflare: where a CNAME leads."""

from model.links import identities
from model.values import UNKNOWN, UnknownMet
from policies.case import Case
from policies.edge import BALANCER, RECORD, ZONE
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.sizes import listed
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail

AWS_BALANCER = "aws:lb/loadBalancer:LoadBalancer"


def _leads_home(case: Case) -> Verdict:
    kind, content = case.at("type"), case.at("content")
    if kind is UNKNOWN:
        raise UnknownMet("type")
    if str(kind).strip().upper() != "CNAME" or content is None:
        return NOT_APPLICABLE
    if case.fed("content"):
        return PASS
    if content is UNKNOWN:
        raise UnknownMet("content")
    target = str(content).strip().lower().rstrip(".")
    if listed(target, case.value("allowed")):
        return PASS
    unclear = False
    for one in case.view.resources:
        if one.urn == case.resource.urn or not one.custom:
            continue
        names = {name.lower().rstrip(".") for name in identities(one)}
        # What stands below a zone of one's own nobody else can take.
        if target in names or (one.kind == ZONE and any(target.endswith(f".{name}") for name in names)):
            return PASS
        unclear = unclear or (one.kind in (ZONE, RECORD, BALANCER) and one.at("name") is UNKNOWN)
    if unclear:
        raise UnknownMet("content")
    return fail("content names no resource of this stack and no domain that is allowed", "content")


_BALANCER = Given(AWS_BALANCER, "web", {"internal": False})

CNAME_TARGET = Rule(
    id="cf-cname-target",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    types=(RECORD,),
    what="A CNAME leads to a resource of its stack, or to a domain that is allowed.",
    why="A name whose target is gone is an offer: whoever takes the target next answers in the clinic's name.",
    fix=Fix(
        "Let content come from the resource itself, or add the domain to the rule's parameter allowed.",
        python="content=balancer.dns_name",
        yaml="content: ${balancer.dnsName}",
    ),
    parameters=(
        Parameter(
            "allowed",
            ["*.acm-validations.aws", "*.dkim.amazonses.com", "*.dcv.cloudflare.com", "*.cfargotunnel.com"],
            "Domains that a CNAME may lead to though no resource of the stack has the name; * stands for anything.",
            "array",
        ),
    ),
    check=_leads_home,
    passing=(
        example(_BALANCER, Given(RECORD, "web-record", {"type": "CNAME", "content": ref("web", "dnsName")})),
        {"type": "CNAME", "content": "_x.acm-validations.aws."},
        example(
            Given(RECORD, "apex", {"type": "A", "name": "example.com", "content": "192.0.2.1"}),
            Given(RECORD, "www", {"type": "CNAME", "name": "www.example.com", "content": "Example.com"}),
        ),
        example(
            Given(ZONE, "zone", {"name": "example.com"}),
            Given(RECORD, "www", {"type": "CNAME", "name": "www", "content": "app.example.com"}),
        ),
        example(
            Given(RECORD, "status", {"type": "CNAME", "content": "clinic.status.example.net"}),
            parameters={"allowed": ["*.status.example.net"]},
        ),
        {"type": "A", "content": "192.0.2.1"},
    ),
    failing=(
        {"type": "CNAME", "content": "old-app.herokuapp.com"},
        {"type": "cname", "name": "docs.example.com", "content": "bucket.s3-website-us-east-1.amazonaws.com"},
        example(
            _BALANCER, Given(RECORD, "web-record", {"type": "CNAME", "content": "web-1.us-east-1.elb.amazonaws.com"})
        ),
        example(
            Given(RECORD, "status", {"type": "CNAME", "content": "example.net"}),
            parameters={"allowed": ["*.example.net"]},
        ),
        example(
            Given(ZONE, "zone", {"name": "example.com"}),
            Given(RECORD, "www", {"type": "CNAME", "name": "www", "content": "app.notexample.com"}),
        ),
    ),
)
