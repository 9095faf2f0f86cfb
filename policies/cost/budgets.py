"""Budgets: who is told before the bill comes."""

from policies.case import Case
from policies.declared import declares
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, Verdict
from policies.vocabulary import all_of, any_of, one_of, present, some

BUDGET = "aws:budgets/budget:Budget"

_TOLD = declares(
    BUDGET,
    all_of(
        one_of("budgetType", "COST"),
        some(
            "notifications",
            any_of(present("subscriberEmailAddresses"), present("subscriberSnsTopicArns")),
            "none of its notifications goes to anybody",
        ),
    ),
    lacks="the stack declares no Budget",
)


def _budget(case: Case) -> Verdict:
    if case.view.stack in case.value("covered_stacks"):
        return NOT_APPLICABLE
    if not any(item.custom and item.kind.startswith("aws:") for item in case.view.resources):
        return NOT_APPLICABLE
    return _TOLD(case)


_BUCKET = Given("aws:s3/bucket:Bucket", "orders")


def _notice(**to: object) -> dict[str, object]:
    return {
        "comparisonOperator": "GREATER_THAN",
        "notificationType": "ACTUAL",
        "threshold": 90,
        "thresholdType": "PERCENTAGE",
        **to,
    }


def _given(*notices: object, kind: str = "COST") -> Given:
    return Given(BUDGET, "month", {"budgetType": kind, "limitAmount": "1000", "notifications": list(notices)})


EXISTS = Rule(
    id="cost-budget-exists",
    pack="cost",
    severity="medium",
    scope="stack",
    once=True,
    types=(BUDGET,),
    what="A stack has a budget, and somebody is told when it is used up.",
    why="A slip that costs a hundred dollars a day is otherwise noticed when the bill comes, a month later.",
    fix=Fix(
        "Declare a Budget with notifications; or name the stack in covered_stacks where another one's covers it.",
        python=(
            'aws.budgets.Budget("month", budget_type="COST", limit_amount="1000", limit_unit="USD", '
            'time_unit="MONTHLY", notifications=[{"comparison_operator": "GREATER_THAN", "notification_type": '
            '"FORECASTED", "threshold": 100, "threshold_type": "PERCENTAGE", '
            '"subscriber_email_addresses": ["platform@clinic.example.com"]}])'
        ),
        yaml=(
            "type: aws:budgets:Budget\n"
            "properties:\n"
            "  budgetType: COST\n"
            '  limitAmount: "1000"\n'
            "  limitUnit: USD\n"
            "  timeUnit: MONTHLY\n"
            "  notifications:\n"
            "    - comparisonOperator: GREATER_THAN\n"
            "      notificationType: FORECASTED\n"
            "      threshold: 100\n"
            "      thresholdType: PERCENTAGE\n"
            "      subscriberEmailAddresses: [platform@clinic.example.com]"
        ),
    ),
    parameters=(
        Parameter(
            "covered_stacks", [], "Names of stacks whose costs are in the budget that another stack declares.", "array"
        ),
    ),
    check=_budget,
    passing=(
        example(_BUCKET, _given(_notice(subscriberEmailAddresses=["platform@clinic.example.com"]))),
        example(
            _BUCKET,
            Given("aws:sns/topic:Topic", "told"),
            _given(_notice(), _notice(subscriberSnsTopicArns=[ref("told", "arn")])),
        ),
        example(_BUCKET, parameters={"covered_stacks": ["example"]}),
        example(note="nothing of AWS"),
    ),
    failing=(
        example(_BUCKET),
        example(_BUCKET, _given()),
        example(_BUCKET, _given(_notice())),
        example(_BUCKET, _given(_notice(subscriberEmailAddresses=[], subscriberSnsTopicArns=None))),
        example(_BUCKET, _given(_notice(subscriberEmailAddresses=["a@clinic.example.com"]), kind="USAGE")),
        example(_BUCKET, parameters={"covered_stacks": ["other"]}),
    ),
)
