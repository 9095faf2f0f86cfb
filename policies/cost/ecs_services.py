"""ECS: how many copies of a service run, and how they are paid for."""

from policies.case import Case
from policies.examples import Given, example, joined, ref
from policies.rule import Fix, Parameter, Rule
from policies.scaling import POLICY, TARGET, scaled
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import (
    absent,
    all_of,
    any_of,
    at_most,
    contains,
    in_production,
    none_of,
    one_of,
    outside_production,
    param,
    present,
    unless,
)

SERVICE = "aws:ecs/service:Service"
CLUSTER = "aws:ecs/cluster:Cluster"
PROVIDERS = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders"
_OF_SERVICE = "capacityProviderStrategies[*].capacityProvider"
_OF_CLUSTER = "defaultCapacityProviderStrategies[*].capacityProvider"


def _by_its_cluster(case: Case) -> Verdict:
    """The cluster's own default has spot capacity in it."""
    clusters = case.view.targets(case.resource, "cluster", CLUSTER)
    unclear = bool(clusters.unclear)
    for cluster in clusters.found:
        links = case.view.linked(cluster, PROVIDERS, "clusterName")
        unclear = unclear or bool(links.unclear)
        for providers in links.found:
            verdict = contains(_OF_CLUSTER, "FARGATE_SPOT")(case.about(providers))
            if verdict.outcome == "pass":
                return PASS
            unclear = unclear or verdict.outcome == "unknown"
    if unclear:
        return unknown("what its cluster's default capacity is is not known yet")
    return fail("its cluster has no default capacity with FARGATE_SPOT")


def _service(*providers: str, **rest: object) -> Given:
    return Given(SERVICE, "web", {"capacityProviderStrategies": [{"capacityProvider": p} for p in providers], **rest})


_CLUSTER = Given(CLUSTER, "apps", {"name": "apps"})
_SPOT = Given(
    PROVIDERS,
    "spot",
    {
        "clusterName": ref("apps", "name"),
        "defaultCapacityProviderStrategies": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    },
)

SPOT = Rule(
    id="cost-ecs-fargate-spot",
    pack="cost",
    severity="low",
    level="recommended",
    types=(SERVICE,),
    what="A service outside production runs on spot capacity.",
    why="What may be interrupted, as tests may, costs less than a third of the price there.",
    fix=Fix(
        "Replace launch_type by a capacity provider strategy with FARGATE_SPOT.",
        python='capacity_provider_strategies=[{"capacity_provider": "FARGATE_SPOT", "weight": 1}]',
        yaml="capacityProviderStrategies:\n  - {capacityProvider: FARGATE_SPOT, weight: 1}",
    ),
    # A launch type, or a strategy, of its own goes before the cluster's. Machines of one's own are paid for elsewhere.
    check=outside_production(
        unless(
            any_of(
                one_of("launchType", "EC2", "EXTERNAL"),
                all_of(present("capacityProviderStrategies"), none_of(_OF_SERVICE, "FARGATE", "FARGATE_SPOT")),
            ),
            any_of(
                contains(_OF_SERVICE, "FARGATE_SPOT"),
                all_of(absent("launchType"), absent("capacityProviderStrategies"), _by_its_cluster),
            ),
        )
    ),
    passing=(
        example(_service("FARGATE_SPOT"), environment="staging"),
        example(_service("FARGATE", "FARGATE_SPOT"), environment="staging"),
        example(_service("of-our-own"), environment="staging"),
        example(Given(SERVICE, "web", {"launchType": "EC2"}), environment="staging"),
        example(_CLUSTER, _SPOT, Given(SERVICE, "web", {"cluster": ref("apps", "arn")}), environment="staging"),
        {"launchType": "FARGATE"},
    ),
    failing=(
        example(Given(SERVICE, "web", {"launchType": "FARGATE"}), environment="staging"),
        example(Given(SERVICE, "web", {"launchType": None}), environment="staging"),
        example(_service("FARGATE"), environment="staging"),
        example(_CLUSTER, Given(SERVICE, "web", {"cluster": ref("apps", "arn")}), environment="staging"),
        example(
            _CLUSTER,
            _SPOT,
            Given(SERVICE, "web", {"cluster": ref("apps", "arn"), "launchType": "FARGATE"}),
            environment="staging",
            note="its own launch type goes first",
        ),
    ),
)


def _follows_load(case: Case) -> Verdict:
    found = scaled(case.view, case.resource)
    if found is None:
        return unknown("whether it is scaled is not known yet")
    return PASS if found else fail("no appautoscaling Target with a Policy scales it: its size is that of its peak")


_WEB = Given(SERVICE, "web", {"name": "web", "desiredCount": 4})
_TARGET = Given(
    TARGET,
    "web-target",
    {
        "serviceNamespace": "ecs",
        "scalableDimension": "ecs:service:DesiredCount",
        "resourceId": joined("service/apps/", ref("web", "name")),
    },
)
_POLICY = Given(POLICY, "web-load", {"resourceId": ref("web-target", "resourceId")})

FOLLOWS_LOAD = Rule(
    id="cost-ecs-autoscaling",
    pack="cost",
    severity="medium",
    scope="stack",
    types=(SERVICE,),
    what="A service in production follows its load, unless it is one small one.",
    why="A fixed number of tasks is the number that the busiest hour needs, paid for around the clock.",
    fix=Fix(
        "Add an appautoscaling Target and a Policy; or name a service of fixed size in the parameter.",
        python=(
            'aws.appautoscaling.Policy("web", policy_type="TargetTrackingScaling", resource_id=target.resource_id, '
            "scalable_dimension=target.scalable_dimension, service_namespace=target.service_namespace, "
            'target_tracking_scaling_policy_configuration={"target_value": 60, "predefined_metric_specification": '
            '{"predefined_metric_type": "ECSServiceAverageCPUUtilization"}})'
        ),
        yaml=(
            "type: aws:appautoscaling:Policy\n"
            "properties:\n"
            "  policyType: TargetTrackingScaling\n"
            "  resourceId: ${target.resourceId}\n"
            "  scalableDimension: ${target.scalableDimension}\n"
            "  serviceNamespace: ${target.serviceNamespace}\n"
            "  targetTrackingScalingPolicyConfiguration:\n"
            "    targetValue: 60\n"
            "    predefinedMetricSpecification: {predefinedMetricType: ECSServiceAverageCPUUtilization}"
        ),
    ),
    parameters=(
        Parameter("small", 1, "A service of no more tasks than this needs no scaling.", "integer", minimum=0),
        Parameter("fixed", [], "Names of services whose size is fixed for a reason.", "array"),
    ),
    check=in_production(
        unless(
            any_of(
                one_of("schedulingStrategy", "DAEMON"),
                at_most("desiredCount", param("small"), or_absent=False),
                one_of("name", param("fixed")),
            ),
            _follows_load,
        )
    ),
    passing=(
        example(_WEB, _TARGET, _POLICY),
        {"desiredCount": 1},
        {"schedulingStrategy": "DAEMON"},
        example(_WEB, environment="staging"),
        example(_WEB, parameters={"fixed": ["web"]}),
        example(
            _WEB,
            Given(TARGET, "t", {"resourceId": "service/apps/web"}),
            Given(POLICY, "p", {"resourceId": "service/apps/web"}),
            note="linked by its name",
        ),
    ),
    failing=(
        example(_WEB),
        {},
        {"desiredCount": "2"},
        {"desiredCount": None, "schedulingStrategy": "REPLICA"},
        example(_WEB, _TARGET, note="a target without a policy scales nothing"),
        example(Given(SERVICE, "nlp", {"name": "nlp", "desiredCount": 2}), _WEB, _TARGET, _POLICY),
    ),
)
