"""The stack: what it costs a month, by list prices of what it says."""

from policies.case import Case
from policies.estimate import PRICED, Estimate, before, estimate
from policies.examples import Given, example, joined, ref
from policies.prices import Prices
from policies.rule import ANY, Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown


def _capped(case: Case) -> Verdict:
    if not case.view.of(*PRICED):
        return NOT_APPLICABLE
    prices = Prices(case.value("prices"))
    now = estimate(case.view, prices)
    most = case.value("max_monthly_production" if case.production else "max_monthly")
    if now.total > most:
        return fail(
            f"by list prices it costs at least {now.total:,.0f} US dollars a month ({now.largest()}); at most "
            f"{most:,.0f} are meant to be in this environment"
        )
    earlier = before(case.view)
    grown = _grown(case, now, estimate(earlier, prices)) if earlier is not None else PASS
    if grown.outcome == "fail":
        return grown
    if now.unclear:
        return unknown(f"{len(now.unclear)} of its resources could not be priced: {now.unclear[0]}")
    return grown


def _grown(case: Case, now: Estimate, earlier: Estimate) -> Verdict:
    """A change may add dollars, or a part of what there was: what is beyond both is too much. A first one has only
    the cap."""
    added = now.total - earlier.total
    if not earlier.total or added <= 0:
        return PASS
    if added > case.value("max_delta") and added > earlier.total * case.value("max_percent") / 100:
        if earlier.unclear:
            return unknown(f"what {earlier.unclear[0].partition(':')[0]} cost before could not be priced")
        return fail(
            f"by list prices the change adds {added:,.0f} US dollars a month to {earlier.total:,.0f}; at most "
            f"{case.value('max_delta'):,.0f} or {case.value('max_percent'):g} percent are meant to come with one change"
        )
    return PASS


NODES = "aws:rds/clusterInstance:ClusterInstance"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
SERVICE = "aws:ecs/service:Service"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
TARGET = "aws:appautoscaling/target:Target"


def _node(size: str, name: str = "orders-1", **rest: object) -> Given:
    return Given(NODES, name, {"instanceClass": size, "clusterIdentifier": "orders"}, **rest)  # type: ignore[arg-type]


_GROWN = _node("db.r7g.4xlarge", change="update", before={"instanceClass": "db.r7g.2xlarge"})
_TASK = Given(TASK, "web", {"requiresCompatibilities": ["FARGATE"], "cpu": "1024", "memory": "2048"})


def _service(count: object) -> Given:
    return Given(SERVICE, "web-service", {"taskDefinition": ref("web", "arn"), "desiredCount": count})


_FLOOR = Given(TARGET, "floor", {"resourceId": joined("service/apps/", ref("web-service", "name")), "minCapacity": 200})

CAPPED = Rule(
    id="cost-stack-monthly-cap",
    pack="cost",
    severity="high",
    scope="stack",
    once=True,
    types=(ANY,),
    what="A stack costs no more a month than it is meant to, and no change adds too much at once.",
    why="It is what a reviewer asks: how much is this? The answer is an estimate from list prices of what is paid by "
    "the hour and by the piece. Requests, traffic and growing storage are not in it, so the bill is higher.",
    fix=Fix(
        "Make something smaller, or raise the parameter; give your own prices in prices where you have them.",
        python='instance_class="db.r7g.large"',
        yaml="instanceClass: db.r7g.large",
    ),
    parameters=(
        Parameter("max_monthly_production", 5000, "Most US dollars a month in production.", "number", minimum=0),
        Parameter("max_monthly", 2000, "Most US dollars a month elsewhere.", "number", minimum=0),
        Parameter(
            "max_delta", 500, "Most US dollars a month that one change may add, asked of previews.", "number", minimum=0
        ),
        Parameter("max_percent", 25, "Or the most that it may add in percent of what there was.", "number", minimum=0),
        Parameter(
            "prices",
            [],
            "Prices that go before the table of list prices (policies/prices.py): key=dollars a month, such as "
            "nat-gateway=40 or aurora r7g=190.",
            "array",
        ),
    ),
    check=_capped,
    passing=(
        example(_node("db.r7g.large"), Given(NAT_GATEWAY, "nat")),
        example(_node("db.r7g.4xlarge"), note="about 1,600 dollars"),
        example(_TASK, _service(2)),
        example(
            _GROWN,
            parameters={"max_delta": 1000},
        ),
        example(_node("db.r7g.large", change="create"), note="a first deployment has the cap only"),
        example(_node("db.z9.large"), parameters={"prices": ["aurora db.z9.large=100"]}),
        example(note="nothing that is priced"),
    ),
    failing=(
        example(_node("db.r7g.16xlarge")),
        example(_node("db.r7g.8xlarge"), environment="staging"),
        example(
            *(Given(NAT_GATEWAY, f"nat-{number}") for number in range(3)), parameters={"max_monthly_production": 90}
        ),
        example(_TASK, _service(150)),
        example(_TASK, _service(2), _FLOOR, note="scaling never goes below"),
        example(Given("aws:rds/instance:Instance", "o", {"instanceClass": "db.r6g.12xlarge", "multiAz": "true"})),
        example(_GROWN),
        example(Given(NAT_GATEWAY, "nat"), parameters={"prices": ["nat-gateway=6000"]}),
    ),
)
