"""VPC: what networks cost by the hour."""

from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail

NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"


def _nat_count(case: Case) -> Verdict:
    most = case.value("max_production" if case.production else "max")
    count = len(case.view.of(NAT_GATEWAY))
    if count <= most:
        return PASS
    return fail(f"the stack has {count} NAT gateways; at most {most} are meant to be in this environment")


def _gateways(count: int) -> list[Given]:
    return [Given(NAT_GATEWAY, f"nat-{number}") for number in range(count)]


NAT_COUNT = Rule(
    id="cost-nat-max",
    pack="cost",
    severity="high",
    scope="stack",
    once=True,
    types=(NAT_GATEWAY,),
    what="A stack has no more NAT gateways than its environment is meant to have.",
    why="Each costs by the hour and by the gigabyte: one per zone is right for production, one is enough elsewhere.",
    fix=Fix(
        "Let the private subnets share one NAT gateway outside production, or raise the parameter.",
        python='aws.ec2.Route("private", route_table_id=table.id, nat_gateway_id=shared.id, '
        'destination_cidr_block="0.0.0.0/0")',
        yaml="natGatewayId: ${shared.id}",
    ),
    parameters=(
        Parameter("max_production", 3, "How many a production stack may have.", "integer", minimum=0),
        Parameter("max", 1, "How many any other stack may have.", "integer", minimum=0),
    ),
    check=_nat_count,
    passing=(example(*_gateways(3)), example(*_gateways(1), environment="staging"), example()),
    failing=(
        example(*_gateways(4)),
        example(*_gateways(2), environment="staging"),
        example(*_gateways(1), parameters={"max_production": 0}),
    ),
)
