"""Auto Scaling: what groups and services may grow to, what they hand on, and what is switched off at night."""

from policies.asking import ask
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import (
    all_of,
    any_of,
    at_most,
    by_type,
    every,
    in_production,
    linked_by,
    matches,
    none_of,
    one_of,
    outside_production,
    param,
    present,
    refers_to,
    some,
    true,
)

GROUP = "aws:autoscaling/group:Group"
SERVICE = "aws:ecs/service:Service"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
SCHEDULED_ACTION = "aws:appautoscaling/scheduledAction:ScheduledAction"
CRON = "aws:scheduler/schedule:Schedule"

_TAGGED_BY_TEMPLATE = some(
    "tagSpecifications",
    all_of(one_of("resourceType", "instance"), present("tags")),
    "its launch template tags no instance",
)


def _tag(**rest: object) -> dict[str, object]:
    return {"key": "owner", "value": "orders", **rest}


PROPAGATED = Rule(
    id="cost-tag-propagation",
    pack="cost",
    severity="medium",
    types=(GROUP, SERVICE),
    what="A group hands its tags on to its machines, and a service to its tasks.",
    why="The bill is for machines and tasks, not for what started them; without tags theirs belongs to nobody.",
    fix=Fix(
        "Set propagate_at_launch in every tag of a group, and propagate_tags in a service.",
        python='propagate_tags="SERVICE"',
        yaml="propagateTags: SERVICE",
    ),
    # The provider's default tags do not reach a group: a group without tags of its own hands nothing on.
    check=by_type(
        {
            GROUP: any_of(
                every("tags", true("propagateAtLaunch"), empty=fail("it has no tags to hand on", "tags")),
                refers_to("launchTemplate.id", TEMPLATE, _TAGGED_BY_TEMPLATE),
            ),
            SERVICE: one_of("propagateTags", "SERVICE", "TASK_DEFINITION"),
        }
    ),
    passing=(
        {"tags": [_tag(propagateAtLaunch=True)]},
        Given(SERVICE, "web", {"propagateTags": "SERVICE"}),
        Given(SERVICE, "web", {"propagateTags": "TASK_DEFINITION"}),
        example(
            Given(TEMPLATE, "worker", {"tagSpecifications": [{"resourceType": "instance", "tags": {"owner": "o"}}]}),
            Given(GROUP, "workers", {"launchTemplate": {"id": ref("worker")}}),
        ),
    ),
    failing=(
        {},
        {"tags": []},
        {"tags": [_tag(propagateAtLaunch=True), _tag(propagateAtLaunch=False)]},
        {"tags": [_tag(propagateAtLaunch="false")]},
        {"tags": [_tag()]},
        Given(SERVICE, "web", {}),
        Given(SERVICE, "web", {"propagateTags": "NONE"}),
        Given(SERVICE, "web", {"propagateTags": None}),
    ),
)

_NIGHT = Given(SCHEDULE, "night", {"autoscalingGroupName": ref("workers", "name"), "minSize": 0, "maxSize": 0})

BOUNDED = Rule(
    id="cost-asg-max",
    pack="cost",
    severity="medium",
    types=(GROUP,),
    what="A group has a bound, and outside production it starts small and goes by a schedule.",
    why="The bound is what the worst month costs; outside production nobody is there at night.",
    fix=Fix(
        "Lower max_size (and min_size outside production, with a Schedule), or raise the parameter.",
        python="min_size=0, max_size=4",
        yaml="minSize: 0\nmaxSize: 4",
    ),
    parameters=(
        Parameter("max_production", 20, "Most machines of a group in production.", "integer", minimum=1),
        Parameter("max", 4, "Most machines of a group elsewhere.", "integer", minimum=1),
        Parameter("max_min", 1, "Highest lowest number of machines outside production.", "integer", minimum=0),
    ),
    check=all_of(
        in_production(at_most("maxSize", param("max_production"), or_absent=False)),
        outside_production(
            all_of(
                at_most("maxSize", param("max"), or_absent=False),
                at_most("minSize", param("max_min")),
                linked_by(SCHEDULE, "autoscalingGroupName", lacks="no Schedule switches it off at night"),
            )
        ),
    ),
    passing=(
        {"minSize": 2, "maxSize": 20},
        example(Given(GROUP, "workers", {"minSize": 0, "maxSize": 4}), _NIGHT, environment="staging"),
    ),
    failing=(
        {"minSize": 2, "maxSize": 21},
        {"maxSize": "100"},
        {"minSize": 1, "maxSize": None},
        example(Given(GROUP, "workers", {"minSize": 0, "maxSize": 5}), _NIGHT, environment="staging"),
        example(Given(GROUP, "workers", {"minSize": 2, "maxSize": 4}), _NIGHT, environment="staging"),
        example(Given(GROUP, "workers", {"minSize": 0, "maxSize": 4}), environment="staging"),
        example(Given(GROUP, "workers", {"maxSize": 3}), parameters={"max_production": 2}),
    ),
)

_BY_THE_HOUR = (
    "aws:ec2/instance:Instance",
    GROUP,
    SERVICE,
    "aws:rds/instance:Instance",
    "aws:rds/clusterInstance:ClusterInstance",
)
_STOPS = r"aws-sdk:(ec2:stopInstances|rds:stopDB|ecs:updateService|autoscaling:|applicationautoscaling:)|:lambda:|:ssm:"
_OFF = by_type(
    {
        SCHEDULE: any_of(*(at_most(name, 0, or_absent=False) for name in ("minSize", "maxSize", "desiredCapacity"))),
        SCHEDULED_ACTION: any_of(
            *(at_most(f"scalableTargetAction.{name}Capacity", 0, or_absent=False) for name in ("min", "max"))
        ),
        CRON: all_of(
            matches("target.arn", _STOPS, "it has to stop something, by an API call, a function or a runbook"),
            none_of("state", "DISABLED"),
        ),
    }
)
"""It switches something off. What a function or a runbook does is not seen here."""


def _off_hours(case: Case) -> Verdict:
    if not case.view.of(*_BY_THE_HOUR):
        return NOT_APPLICABLE
    verdicts = [ask(_OFF, case.about(item)) for item in case.view.of(SCHEDULE, SCHEDULED_ACTION, CRON)]
    if any(verdict.outcome == "pass" for verdict in verdicts):
        return PASS
    if any(verdict.outcome == "unknown" for verdict in verdicts):
        return unknown("whether a schedule switches something off is not known yet")
    return fail("nothing that it pays for by the hour is switched off by a schedule")


_SERVICE = Given(SERVICE, "web")
_CRON = {"scheduleExpression": "cron(0 20 ? * MON-FRI *)"}
_STOP = {**_CRON, "target": {"arn": "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance"}}


def _action(low: int, high: int) -> Given:
    return Given(SCHEDULED_ACTION, "night", {"scalableTargetAction": {"minCapacity": low, "maxCapacity": high}})


OFF_HOURS = Rule(
    id="cost-nonprod-schedule",
    pack="cost",
    severity="low",
    scope="stack",
    once=True,
    types=(SCHEDULE, SCHEDULED_ACTION, CRON),
    what="A stack outside production switches something off outside working hours.",
    why="A week has 168 hours and 60 of them are worked in; the rest is about 64 percent of what is paid by the hour.",
    fix=Fix(
        "Declare a schedule that brings the capacity to zero in the evening, and one that brings it back.",
        python=(
            'aws.appautoscaling.ScheduledAction("night", service_namespace=target.service_namespace, '
            "resource_id=target.resource_id, scalable_dimension=target.scalable_dimension, "
            'schedule="cron(0 20 ? * MON-FRI *)", scalable_target_action={"min_capacity": 0, "max_capacity": 0})'
        ),
        yaml=(
            "type: aws:appautoscaling:ScheduledAction\n"
            "properties:\n"
            "  serviceNamespace: ${target.serviceNamespace}\n"
            "  resourceId: ${target.resourceId}\n"
            "  scalableDimension: ${target.scalableDimension}\n"
            "  schedule: cron(0 20 ? * MON-FRI *)\n"
            "  scalableTargetAction: {minCapacity: 0, maxCapacity: 0}"
        ),
    ),
    check=outside_production(_off_hours),
    passing=(
        example(_SERVICE, _action(0, 0), environment="staging"),
        example(_SERVICE, Given(CRON, "stop", _STOP), environment="staging"),
        example(Given(GROUP, "workers"), _NIGHT, environment="staging"),
        example(_SERVICE, note="production runs around the clock"),
        example(environment="staging", note="nothing is paid for by the hour"),
    ),
    failing=(
        example(_SERVICE, environment="staging"),
        example(_SERVICE, _action(1, 2), environment="staging"),
        example(_SERVICE, Given(CRON, "stop", {**_STOP, "state": "DISABLED"}), environment="staging"),
        example(
            _SERVICE,
            Given(CRON, "queue", {**_CRON, "target": {"arn": "arn:aws:sqs:us-east-1:111122223333:jobs"}}),
            environment="staging",
        ),
        example(
            Given(GROUP, "workers"),
            Given(SCHEDULE, "day", {"autoscalingGroupName": ref("workers", "name"), "minSize": 2, "maxSize": 4}),
            environment="staging",
        ),
    ),
)
