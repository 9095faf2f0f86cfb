"""Aurora: what a cluster's capacity and storage cost."""

from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import all_of, at_most, in_production, none_of, outside_production, param, present, when

CLUSTER = "aws:rds/cluster:Cluster"

_RANGE = "serverlessv2ScalingConfiguration"

SERVERLESS = Rule(
    id="cost-aurora-serverless-min",
    pack="cost",
    severity="medium",
    types=(CLUSTER,),
    what="A serverless cluster idles at a small capacity and has a bound.",
    why="The lowest capacity is paid for around the clock; the highest is what a runaway query costs.",
    fix=Fix(
        "Lower the capacities.",
        python='serverlessv2_scaling_configuration={"min_capacity": 0.5, "max_capacity": 8}',
        yaml="serverlessv2ScalingConfiguration: {minCapacity: 0.5, maxCapacity: 8}",
    ),
    parameters=(
        Parameter("max_min_production", 2, "Highest lowest capacity in production, in ACU.", "number", minimum=0),
        Parameter(
            "max_min",
            0.5,
            "Highest lowest capacity elsewhere, in ACU; 0 is a cluster that pauses.",
            "number",
            minimum=0,
        ),
        Parameter("max_capacity", 64, "Highest capacity, in ACU.", "number", minimum=1),
    ),
    check=when(
        present(_RANGE),
        all_of(
            in_production(at_most(f"{_RANGE}.minCapacity", param("max_min_production"))),
            outside_production(at_most(f"{_RANGE}.minCapacity", param("max_min"))),
            at_most(f"{_RANGE}.maxCapacity", param("max_capacity"), or_absent=False),
        ),
    ),
    passing=({_RANGE: {"minCapacity": 2, "maxCapacity": 64}}, {}),
    failing=(
        {_RANGE: {"minCapacity": 4, "maxCapacity": 64}},
        {_RANGE: {"minCapacity": 1, "maxCapacity": 128}},
        example(Given(CLUSTER, "orders", {_RANGE: {"minCapacity": 1, "maxCapacity": 4}}), environment="staging"),
    ),
)

IO_OPTIMIZED = Rule(
    id="cost-aurora-io-optimized",
    pack="cost",
    severity="low",
    types=(CLUSTER,),
    what="A cluster's storage is Aurora's standard one, unless the other is allowed by parameter.",
    why="I/O-Optimized raises the price of storage and machines, and pays where I/O is a quarter of the bill.",
    fix=Fix("Leave storage_type out.", python='storage_type=""', yaml='storageType: ""'),
    parameters=(
        Parameter("denied", ["aurora-iopt1"], "Storage types not to be used; empty where I/O justifies it.", "array"),
    ),
    check=none_of("storageType", param("denied")),
    passing=(
        {},
        {"storageType": ""},
        example(Given(CLUSTER, "o", {"storageType": "aurora-iopt1"}), parameters={"denied": []}),
    ),
    failing=({"storageType": "aurora-iopt1"},),
)
