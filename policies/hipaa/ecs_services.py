"""ECS services: where tasks run, who gets into them, and how many there are."""

from fnmatch import fnmatchcase
from typing import Any

from model.values import UNKNOWN, number
from policies.case import Case
from policies.examples import Given, example, joined, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import (
    all_of,
    any_of,
    at_least,
    by_type,
    in_production,
    not_true,
    one_of,
    param,
    present,
    unless,
    when,
)
from policies.zones import MIN_ZONES, SUBNET, in_zones

SERVICE = "aws:ecs/service:Service"
TASK_SET = "aws:ecs/taskSet:TaskSet"
EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
SCHEDULE = "aws:scheduler/schedule:Schedule"
SCALING = "aws:appautoscaling/target:Target"

_PRIVATE = not_true("networkConfiguration.assignPublicIp")

NO_PUBLIC_IP = Rule(
    id="ecs-no-public-ip",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(SERVICE, TASK_SET, EVENT_TARGET, SCHEDULE),
    what="No task gets a public address.",
    why="With one, the internet reaches the container past the load balancer, wherever a security group lets it.",
    fix=Fix(
        "Leave assign_public_ip out or set it to false, and put the tasks into private subnets.",
        python='network_configuration={"subnets": private, "security_groups": [group.id], "assign_public_ip": False}',
        yaml="networkConfiguration:\n  assignPublicIp: false",
    ),
    check=by_type(
        {
            SERVICE: _PRIVATE,
            TASK_SET: _PRIVATE,
            EVENT_TARGET: when(present("ecsTarget"), not_true("ecsTarget.networkConfiguration.assignPublicIp")),
            SCHEDULE: when(
                present("target.ecsParameters"), not_true("target.ecsParameters.networkConfiguration.assignPublicIp")
            ),
        }
    ),
    passing=(
        {"networkConfiguration": {"subnets": ["subnet-1"]}},
        {"networkConfiguration": {"assignPublicIp": False}},
        {"launchType": "EC2"},
        Given(EVENT_TARGET, "queue", {"arn": "arn:of:a:queue"}),
    ),
    failing=(
        {"networkConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": True}},
        Given(TASK_SET, "blue", {"networkConfiguration": {"assignPublicIp": True}}),
        Given(EVENT_TARGET, "nightly", {"ecsTarget": {"networkConfiguration": {"assignPublicIp": True}}}),
        Given(SCHEDULE, "nightly", {"target": {"ecsParameters": {"networkConfiguration": {"assignPublicIp": True}}}}),
    ),
)

EXEC_DISABLED = Rule(
    id="ecs-exec-disabled",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(SERVICE, TASK_SET, SCHEDULE, EVENT_TARGET),
    what="In production nobody opens a shell in a task.",
    why="A shell sees what the application sees, and the application's own access control does not ask who it is.",
    fix=Fix(
        "Remove enable_execute_command, or set it to false in production.",
        python="enable_execute_command=False",
        yaml="enableExecuteCommand: false",
    ),
    check=in_production(
        by_type(
            {
                SERVICE: not_true("enableExecuteCommand"),
                SCHEDULE: not_true("target.ecsParameters.enableExecuteCommand"),
                EVENT_TARGET: not_true("ecsTarget.enableExecuteCommand"),
            }
        )
    ),
    passing=(
        {},
        {"enableExecuteCommand": False},
        example(Given(SERVICE, "web", {"enableExecuteCommand": True}), environment="staging"),
        Given(SERVICE, "web", {"enableExecuteCommand": True, "tags": {"Environment": "dev"}}),
    ),
    failing=(
        {"enableExecuteCommand": True},
        Given(EVENT_TARGET, "nightly", {"ecsTarget": {"enableExecuteCommand": True}}),
    ),
)


def _one_on_purpose(case: Case) -> Verdict:
    names = [case.resource.name, case.at("name")]
    for pattern in case.value("single"):
        if any(isinstance(name, str) and fnmatchcase(name.lower(), pattern.lower()) for name in names):
            return PASS
    return unknown("its name is not known yet", "name") if names[1] is UNKNOWN and case.value("single") else fail("")


def _kept_by_scaling(case: Case) -> Verdict:
    """Scaling does not go below the least count; a target of another stack is judged there."""
    least = case.value("min_tasks")
    links = case.view.linked(case.resource, SCALING, "resourceId")
    low = [target for target in (*links.found, *links.unclear) if _goes_below(target.at("minCapacity"), least)]
    if not low:
        return PASS
    if low[0] in links.found:
        return fail(f"its scaling target {low[0].name} goes down to fewer than {least} tasks")
    return unknown(f"whether {low[0].name} scales it is not known yet")


def _goes_below(lowest: Any, least: float) -> bool:
    found = number(lowest)
    return found is not None and found < least


_TWO = {"desiredCount": 2, "networkConfiguration": {"subnets": ["subnet-a", "subnet-b"]}}

SEVERAL_ZONES = Rule(
    id="ecs-multi-az",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(SERVICE,),
    what="In production a service has at least two tasks, in at least two availability zones.",
    why="With one task, or in one zone, the service is away whenever that one fails.",
    fix=Fix(
        "Set desired_count to 2 or more, and name subnets of two zones.",
        python='desired_count=2, network_configuration={"subnets": [private_a.id, private_b.id]}',
        yaml="desiredCount: 2\nnetworkConfiguration:\n  subnets: ['${privateA.id}', '${privateB.id}']",
    ),
    parameters=(
        Parameter("min_tasks", 2, "Fewest tasks.", "integer", minimum=1),
        MIN_ZONES,
        Parameter(
            "single",
            [],
            "Services with one task on purpose, by name (* stands for anything): of which two would be wrong, or that "
            "stand by until a promotion.",
            "array",
        ),
    ),
    # In bridge mode a task is where its host is.
    check=in_production(
        unless(
            any_of(one_of("schedulingStrategy", "DAEMON"), _one_on_purpose),
            all_of(
                at_least("desiredCount", param("min_tasks")),
                _kept_by_scaling,
                when(present("networkConfiguration"), in_zones("networkConfiguration.subnets")),
            ),
        )
    ),
    passing=(
        _TWO,
        {"desiredCount": 3},
        {"schedulingStrategy": "DAEMON"},
        example(Given(SERVICE, "web", {"desiredCount": 1}), environment="staging"),
        example(Given(SERVICE, "east-warden-service", {"desiredCount": 1}), parameters={"single": ["*-warden-*"]}),
        example(Given(SERVICE, "cleaner", {"name": "warden", "desiredCount": 0}), parameters={"single": ["warden"]}),
        example(
            Given(SUBNET, "a", {"availabilityZone": "us-east-1a"}),
            Given(SUBNET, "b", {"availabilityZone": "us-east-1b"}),
            Given(SERVICE, "web", {"desiredCount": 2, "networkConfiguration": {"subnets": [ref("a"), ref("b")]}}),
        ),
        example(
            Given(SERVICE, "web", _TWO),
            Given(
                SCALING, "web-scaling", {"resourceId": joined("service/orders/", ref("web", "name")), "minCapacity": 2}
            ),
        ),
    ),
    failing=(
        {},
        {**_TWO, "desiredCount": 1},
        {**_TWO, "networkConfiguration": {"subnets": ["subnet-a"]}},
        example(
            Given(SUBNET, "a", {"availabilityZone": "us-east-1a"}),
            Given(SUBNET, "b", {"availabilityZone": "us-east-1a"}),
            Given(SERVICE, "web", {"desiredCount": 2, "networkConfiguration": {"subnets": [ref("a"), ref("b")]}}),
        ),
        example(
            Given(SERVICE, "web", _TWO),
            Given(
                SCALING, "web-scaling", {"resourceId": joined("service/orders/", ref("web", "name")), "minCapacity": 1}
            ),
        ),
        example(
            Given(SERVICE, "web", _TWO),
            Given(
                SCALING, "web-scaling", {"resourceId": joined("service/orders/", ref("web", "name")), "minCapacity": 0}
            ),
        ),
        example(Given(SERVICE, "web", {"desiredCount": 1}), parameters={"single": ["*-warden-*"]}),
    ),
)
