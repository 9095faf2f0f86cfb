"""Cost Explorer: who is told of a surprise."""

from policies.declared import declares
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import linked_by, present

MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
SUBSCRIPTION = "aws:costexplorer/anomalySubscription:AnomalySubscription"

_MONITOR = Given(MONITOR, "services", {"monitorType": "DIMENSIONAL", "monitorDimension": "SERVICE"})


def _subscription(monitor: str = "services", **rest: object) -> Given:
    subscribers = [{"type": "EMAIL", "address": "platform@clinic.example.com"}]
    return Given(SUBSCRIPTION, "told", {"monitorArnLists": [ref(monitor, "arn")], "subscribers": subscribers, **rest})


ANOMALIES = Rule(
    id="cost-anomaly-monitor",
    pack="cost",
    severity="low",
    scope="account",
    once=True,
    types=(MONITOR,),
    what="The account has a monitor of anomalies in its costs, and somebody is told of them.",
    why="A budget speaks when the money is spent; a monitor when a service costs more than it used to.",
    fix=Fix(
        "Declare an AnomalyMonitor, and an AnomalySubscription with subscribers for it.",
        python=(
            'aws.costexplorer.AnomalySubscription("told", frequency="DAILY", monitor_arn_lists=[monitor.arn], '
            'subscribers=[{"type": "EMAIL", "address": "platform@clinic.example.com"}])'
        ),
        yaml=(
            "type: aws:costexplorer:AnomalySubscription\n"
            "properties:\n"
            "  frequency: DAILY\n"
            "  monitorArnLists: ['${monitor.arn}']\n"
            "  subscribers: [{type: EMAIL, address: platform@clinic.example.com}]"
        ),
    ),
    check=declares(
        MONITOR,
        linked_by(SUBSCRIPTION, "monitorArnLists", present("subscribers"), lacks="no AnomalySubscription tells of it"),
        lacks="the stack declares no AnomalyMonitor",
    ),
    passing=(
        example(_MONITOR, _subscription()),
        example(Given(MONITOR, "other"), _MONITOR, _subscription()),
    ),
    failing=(
        example(),
        example(_MONITOR),
        example(_MONITOR, _subscription(subscribers=[])),
        example(_MONITOR, _subscription(subscribers=None)),
    ),
)
