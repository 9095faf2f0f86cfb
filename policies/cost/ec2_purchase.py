"""EC2: how machines are paid for."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import (
    all_of,
    any_of,
    at_most,
    by_type,
    matches,
    none_of,
    not_true,
    one_of,
    outside_production,
    param,
    refers_to,
    when,
)

INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
MIX = "mixedInstancesPolicy.instancesDistribution"

SPOT = Rule(
    id="cost-ec2-spot-nonprod",
    pack="cost",
    severity="low",
    level="recommended",
    types=(INSTANCE, GROUP),
    what="Machines outside production are spot instances.",
    why="What may be interrupted, as tests may, costs a fraction of the price on demand.",
    fix=Fix(
        "Ask for spot instances, or let the group mix them in.",
        python='instance_market_options={"market_type": "spot"}',
        yaml="instanceMarketOptions:\n  marketType: spot",
    ),
    parameters=(
        Parameter(
            "max_on_demand", 50, "Most machines of a group on demand, in percent.", "integer", minimum=0, maximum=99
        ),
    ),
    check=outside_production(
        by_type(
            {
                INSTANCE: one_of("instanceMarketOptions.marketType", "spot"),
                GROUP: any_of(
                    # All on demand is the default.
                    at_most(f"{MIX}.onDemandPercentageAboveBaseCapacity", param("max_on_demand"), or_absent=False),
                    refers_to("launchTemplate.id", TEMPLATE, one_of("instanceMarketOptions.marketType", "spot")),
                ),
            }
        )
    ),
    passing=(
        example(Given(INSTANCE, "web", {"instanceMarketOptions": {"marketType": "spot"}}), environment="staging"),
        example(
            Given(TEMPLATE, "spot", {"instanceMarketOptions": {"marketType": "spot"}}),
            Given(GROUP, "workers", {"launchTemplate": {"id": ref("spot")}}),
            environment="staging",
        ),
        example(
            Given(
                GROUP,
                "workers",
                {"mixedInstancesPolicy": {"instancesDistribution": {"onDemandPercentageAboveBaseCapacity": 0}}},
            ),
            environment="staging",
        ),
        {},
    ),
    failing=(
        example(Given(INSTANCE, "web", {}), environment="staging"),
        example(Given(GROUP, "workers", {"mixedInstancesPolicy": {"launchTemplate": {}}}), environment="staging"),
        example(
            Given(TEMPLATE, "plain", {}),
            Given(GROUP, "workers", {"launchTemplate": {"id": ref("plain")}}),
            environment="staging",
        ),
    ),
)

CREDITS = Rule(
    id="cost-ec2-t-unlimited",
    pack="cost",
    severity="low",
    types=(INSTANCE, TEMPLATE),
    what="A burstable machine outside production does not buy CPU credits without limit.",
    why="Under steady load an unlimited t machine costs more than a larger family; from t3 on it is the default.",
    fix=Fix(
        "Set the CPU credits to standard.",
        python='credit_specification={"cpu_credits": "standard"}',
        yaml="creditSpecification:\n  cpuCredits: standard",
    ),
    # t2 is standard by default.
    check=outside_production(
        when(
            matches("instanceType", r"^t\d", "a burstable type"),
            any_of(
                one_of("creditSpecification.cpuCredits", "standard"),
                all_of(
                    matches("instanceType", r"^t2\.", "later families are unlimited by default"),
                    none_of("creditSpecification.cpuCredits", "unlimited"),
                ),
            ),
        )
    ),
    passing=(
        example(
            Given(INSTANCE, "web", {"instanceType": "t3.micro", "creditSpecification": {"cpuCredits": "standard"}}),
            environment="staging",
        ),
        example(Given(INSTANCE, "web", {"instanceType": "t2.micro"}), environment="staging"),
        example(Given(INSTANCE, "web", {"instanceType": "m7g.large"}), environment="staging"),
        {"instanceType": "t3.micro"},
    ),
    failing=(
        example(Given(INSTANCE, "web", {"instanceType": "t3.micro"}), environment="staging"),
        example(
            Given(TEMPLATE, "web", {"instanceType": "t2.micro", "creditSpecification": {"cpuCredits": "unlimited"}}),
            environment="staging",
        ),
    ),
)

TENANCY = Rule(
    id="cost-ec2-tenancy",
    pack="cost",
    severity="medium",
    types=(INSTANCE,),
    what="A machine shares its hardware, unless its tenancy is allowed by parameter.",
    why="Dedicated hardware costs an hourly fee of its own on top; PHI does not need it since 2017.",
    fix=Fix("Leave tenancy out of the arguments.", python='tenancy="default"', yaml="tenancy: default"),
    parameters=(
        Parameter(
            "allowed", ["default"], "Tenancies that may be used; add dedicated where there is a reason.", "array"
        ),
    ),
    check=one_of("tenancy", param("allowed"), or_absent=True),
    passing=(
        {},
        {"tenancy": "default"},
        example(Given(INSTANCE, "web", {"tenancy": "host"}), parameters={"allowed": ["default", "host"]}),
    ),
    failing=({"tenancy": "dedicated"}, {"tenancy": "host"}),
)

DETAILED_MONITORING = Rule(
    id="cost-ec2-detailed-monitoring-nonprod",
    pack="cost",
    severity="low",
    types=(INSTANCE,),
    what="A machine outside production has no detailed monitoring.",
    why="Metrics by the minute are paid for one by one; where HIPAA's advice asks for them, it is in production.",
    fix=Fix("Leave monitoring out.", python="monitoring=False", yaml="monitoring: false"),
    check=outside_production(not_true("monitoring")),
    passing=(example(Given(INSTANCE, "web", {}), environment="staging"), {"monitoring": True}),
    failing=(example(Given(INSTANCE, "web", {"monitoring": True}), environment="staging"),),
)
