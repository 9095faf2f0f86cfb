"""Things that cost by the piece: how many of them a stack has."""

from policies.case import Case, Check
from policies.examples import Given, example
from policies.rule import Fix, Level, Parameter, Rule
from policies.verdict import PASS, Verdict, fail


def _at_most(type: str, words: str) -> Check:
    def check(case: Case) -> Verdict:
        count, most = len(case.view.of(type)), case.value("max")
        if count <= most:
            return PASS
        return fail(f"the stack has {count} {words}; at most {most} are meant to be in it")

    return check


def _count(id: str, type: str, most: int, words: str, what: str, why: str, fix: Fix, level: Level = "required") -> Rule:
    def pieces(count: int) -> list[Given]:
        return [Given(type, f"piece-{number}") for number in range(count)]

    return Rule(
        id=id,
        pack="cost",
        severity="low",
        scope="stack",
        level=level,
        once=True,
        types=(type,),
        what=what,
        why=why,
        fix=fix,
        parameters=(Parameter("max", most, f"How many {words} a stack may have.", "integer", minimum=0),),
        check=_at_most(type, words),
        passing=(example(), example(*pieces(most)), example(*pieces(1), parameters={"max": 1})),
        failing=(example(*pieces(most + 1)), example(*pieces(2), parameters={"max": 1})),
    )


BALANCERS = _count(
    "cost-lb-consolidate",
    "aws:lb/loadBalancer:LoadBalancer",
    2,
    "load balancers",
    "A stack has no more load balancers than it is meant to have.",
    "Each costs by the hour; rules by host and path let many services share one.",
    Fix(
        "Give the service a listener rule of the shared load balancer.",
        python='conditions=[{"path_pattern": {"values": ["/orders/*"]}}]',
        yaml="conditions:\n  - pathPattern: {values: [/orders/*]}",
    ),
)
KEYS = _count(
    "cost-kms-key-count",
    "aws:kms/key:Key",
    10,
    "keys",
    "A stack has no more keys than it is meant to have.",
    "Each key, and each version that its rotation leaves behind, costs by the month; one a class of data is enough.",
    Fix(
        "Share a key among resources of one class of data.",
        python="kms_key_id=shared.arn",
        yaml="kmsKeyId: ${shared.arn}",
    ),
)
SECRETS = _count(
    "cost-secrets-count",
    "aws:secretsmanager/secret:Secret",
    20,
    "secrets",
    "A stack keeps in Secrets Manager only what is secret.",
    "Each secret costs by the month; a standard SSM parameter costs nothing.",
    Fix(
        "Keep plain configuration in SSM parameters.",
        python='aws.ssm.Parameter("size", type="String", value="20")',
        yaml='type: aws:ssm:Parameter\nproperties:\n  type: String\n  value: "20"',
    ),
    "recommended",
)
