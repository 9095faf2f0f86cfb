"""CloudWatch: logs that are kept for good, and what they are stored as."""

from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import any_of, at_least, linked_by, one_of, unless, when
from policies.words import named_like

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

LOG_RETENTION = Rule(
    id="cost-cwl-retention",
    pack="cost",
    severity="high",
    types=(LOG_GROUP,),
    what="A log group says how long it keeps its events.",
    why="Without it they are kept, and paid for, for ever; what has to be kept for years is far cheaper in S3.",
    fix=Fix("Set retention_in_days.", python="retention_in_days=400", yaml="retentionInDays: 400"),
    check=at_least("retentionInDays", 1),  # 0 means for ever
    passing=({"retentionInDays": 400},),
    failing=({}, {"retentionInDays": 0}),
)

FLOW_LOG = "aws:ec2/flowLog:FlowLog"
METRIC_FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
SUBSCRIPTION = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"
PROTECTION = "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy"


def _for_looking_back(case: Case) -> Verdict:
    """By a word of its name. Raises UnknownMet."""
    return PASS if named_like(case, case.value("words")) else fail("its name has none of the words")


_LISTENED_TO = any_of(
    linked_by(METRIC_FILTER, "logGroupName"),
    linked_by(SUBSCRIPTION, "logGroup"),
    linked_by(PROTECTION, "logGroupName"),
)
_OF_FLOWS = any_of(linked_by(FLOW_LOG, "logDestination"), linked_by(FLOW_LOG, "logGroupName"))


def _stays(case: Case) -> Verdict:
    return PASS if case.resource.name in case.value("standard") else fail("it is not among standard")


INFREQUENT = Rule(
    id="cost-cwl-class",
    pack="cost",
    severity="low",
    level="recommended",
    types=(LOG_GROUP,),
    what="A log group of flows, or for debugging, is of the class for infrequent access.",
    why="What is written all the time and read only after an incident costs half as much to take in there. The class "
    "cannot be changed afterwards.",
    fix=Fix(
        "Set log_group_class, unless metric filters or subscriptions have to read the group.",
        python='log_group_class="INFREQUENT_ACCESS"',
        yaml="logGroupClass: INFREQUENT_ACCESS",
    ),
    parameters=(
        Parameter(
            "words", ["flow", "debug", "trace", "verbose"], "Words of a name that make it such a group.", "array"
        ),
        Parameter("standard", [], "Pulumi names of groups that stay in the standard class.", "array"),
    ),
    # The cheaper class has no metric filters, subscriptions or masking: a group that something listens to is left out.
    check=unless(
        any_of(_LISTENED_TO, _stays),
        when(any_of(_for_looking_back, _OF_FLOWS), one_of("logGroupClass", "INFREQUENT_ACCESS")),
    ),
    passing=(
        {"name": "/network/flows", "logGroupClass": "INFREQUENT_ACCESS"},
        {"name": "/orders/audit"},
        example(Given(LOG_GROUP, "flows"), parameters={"standard": ["flows"]}),
        example(
            Given(LOG_GROUP, "flows", {"name": "/network/flows"}),
            Given(METRIC_FILTER, "rejects", {"logGroupName": ref("flows", "name")}),
            note="a metric filter reads it",
        ),
    ),
    failing=(
        {"name": "/network/flows"},
        {"name": "/orders/debug", "logGroupClass": "STANDARD"},
        {"name": "/network/vpcFlowLogs", "logGroupClass": None},
        Given(LOG_GROUP, "debugLog", {}),
        example(Given(LOG_GROUP, "network"), Given(FLOW_LOG, "all", {"logDestination": ref("network", "arn")})),
    ),
)
