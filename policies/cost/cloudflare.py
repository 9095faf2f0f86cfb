"""Cloudflare: what is paid for by use, by host or by plan."""

from collections.abc import Mapping

from model.values import UNKNOWN, UnknownMet, number, parsed
from policies.case import Case
from policies.edge import BALANCER
from policies.edge_logs import JOB, dataset
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.sizes import listed
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.vocabulary import one_of, outside_production

ARGO = "cloudflare:index/argoSmartRouting:ArgoSmartRouting"
SUBSCRIPTION = "cloudflare:index/zoneSubscription:ZoneSubscription"

ARGO_OFF = Rule(
    id="cost-cf-argo",
    pack="cost",
    severity="low",
    types=(ARGO,),
    what="Argo Smart Routing is off, unless somebody has decided to pay for it.",
    why="It is billed by the gigabyte of all traffic of the zone, not only of what it makes faster.",
    fix=Fix("Set value to off; where it is wanted, waive the rule.", python='value="off"', yaml='value: "off"'),
    check=one_of("value", "off"),
    passing=({"zoneId": "a-zone", "value": "off"},),
    failing=({"zoneId": "a-zone", "value": "on"}, {"zoneId": "a-zone", "value": "On"}, {"zoneId": "a-zone"}),
)


def _thinned(case: Case) -> Verdict:
    """Only part of the requests is sent: a filter, or a sample."""
    if dataset(case) != "http_requests":
        return NOT_APPLICABLE
    rate, wanted = case.at("outputOptions.sampleRate"), case.at("filter")
    sampled = rate is not UNKNOWN and rate is not None and (number(rate) or 0.0) < 1
    if sampled or (wanted is not UNKNOWN and _filters(wanted)):
        return PASS
    if rate is UNKNOWN or wanted is UNKNOWN:
        raise UnknownMet("filter")
    return fail("neither filter nor outputOptions.sampleRate is set: every request is sent", "filter")


def _filters(value: object) -> bool:
    """`{"where": {}}` filters nothing."""
    if isinstance(value, str) and value.strip():
        try:
            value = parsed(value)
        except ValueError:
            return True
    where = value.get("where") if isinstance(value, Mapping) else None
    return bool(where) if where is not UNKNOWN else True


def _job(**other: object) -> Given:
    return Given(JOB, "requests", {"zoneId": "a-zone", "dataset": "http_requests", "enabled": True, **other})


_FILTER = '{"where":{"key":"EdgeResponseStatus","operator":"geq","value":400}}'

LOGPUSH_VOLUME = Rule(
    id="cost-cf-logpush-volume",
    pack="cost",
    severity="low",
    types=(JOB,),
    what="Outside production only part of the request logs is sent.",
    why="The store is paid by what is put into it, and a load test puts in every request.",
    fix=Fix(
        "Set a filter, or a sample_rate below 1 in output_options.",
        python='output_options={"sample_rate": 0.1}',
        yaml="outputOptions: {sampleRate: 0.1}",
    ),
    check=outside_production(_thinned),
    passing=(
        example(_job(filter=_FILTER), environment="staging"),
        example(_job(outputOptions={"sampleRate": 0.1}), environment="staging"),
        example(_job(dataset="firewall_events"), environment="staging"),
        example(_job(), note="production keeps every request"),
    ),
    failing=(
        example(_job(), environment="staging"),
        example(_job(filter='{"where":{}}'), environment="staging"),
        example(_job(filter=""), environment="staging"),
        example(_job(outputOptions={"sampleRate": 1}), environment="development"),
        example(_job(dataset=None), environment="staging", note="requests are what a job sends by default"),
    ),
)


def _where_it_may_be(case: Case) -> Verdict:
    if listed(case.environment, case.value("environments")):
        return PASS
    return fail(f"the environment {case.environment} is not among those that have a load balancer at the edge")


LOAD_BALANCER = Rule(
    id="cost-cf-lb",
    pack="cost",
    severity="low",
    types=(BALANCER,),
    what="Only environments that need it have a load balancer at the edge.",
    why="It is billed by the month for each origin, and again for the probes of its monitors.",
    fix=Fix(
        "Use a proxied DnsRecord instead, or name the environment in the rule's parameter environments.",
        python='cloudflare.DnsRecord("app", zone_id=zone_id, name="app", type="CNAME", '
        "content=origin, proxied=True, ttl=1)",
        yaml="type: cloudflare:DnsRecord\nproperties:\n  zoneId: ${zone.id}\n  name: app\n  type: CNAME\n"
        "  content: ${origin}\n  proxied: true\n  ttl: 1",
    ),
    parameters=(
        Parameter(
            "environments", ["production", "prod"], "Environments that may have one; * stands for anything.", "array"
        ),
    ),
    check=_where_it_may_be,
    passing=(
        {"name": "app.example.com"},
        example(
            Given(BALANCER, "app", {"name": "app.example.com"}),
            environment="staging",
            parameters={"environments": ["production", "staging"]},
        ),
    ),
    failing=(
        example(Given(BALANCER, "app", {"name": "app.example.com"}), environment="staging"),
        example(Given(BALANCER, "app", {"name": "app.example.com"}), environment="Development"),
    ),
)


def _plan_allowed(case: Case) -> Verdict:
    plan = case.at("ratePlan.id")
    if plan is UNKNOWN:
        raise UnknownMet("ratePlan.id")
    if plan is None:
        return NOT_APPLICABLE
    if listed(str(plan), case.value("allowed_production" if case.production else "allowed")):
        return PASS
    return fail(f"ratePlan.id is {plan}; it is not among the plans of this environment", "ratePlan.id")


def _plan(plan: str | None) -> Given:
    return Given(SUBSCRIPTION, "plan", {"zoneId": "a-zone", "ratePlan": {"id": plan}})


ZONE_PLAN = Rule(
    id="cost-cf-zone-plan",
    pack="cost",
    severity="low",
    types=(SUBSCRIPTION,),
    what="A zone has a plan that its environment may have.",
    why="The step from one plan to the next is tenfold, each month and for each zone.",
    fix=Fix("Set the id of rate_plan to an allowed one.", python='rate_plan={"id": "pro"}', yaml="ratePlan: {id: pro}"),
    parameters=(
        Parameter(
            "allowed_production",
            ["free", "lite", "pro", "pro_plus", "business", "enterprise"],
            "Plans that a zone of production may have; Cloudflare signs an agreement about PHI for Enterprise only.",
            "array",
        ),
        Parameter("allowed", ["free", "lite", "pro"], "Plans that a zone of any other environment may have.", "array"),
    ),
    check=_plan_allowed,
    passing=(
        _plan("enterprise"),
        _plan("business"),
        example(_plan("PRO"), environment="staging"),
        example(_plan("business"), environment="staging", parameters={"allowed": ["*"]}),
    ),
    failing=(
        _plan("partners_enterprise"),
        example(_plan("enterprise"), environment="staging"),
        example(_plan("business"), environment="staging"),
        example(_plan("pro"), parameters={"allowed_production": ["free"]}),
    ),
)
