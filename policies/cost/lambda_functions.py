"""Lambda: what a function reserves."""

from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import all_of, at_most, contains, outside_production, param

FUNCTION = "aws:lambda/function:Function"
PROVISIONED = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"

SIZE = Rule(
    id="cost-lambda-memory",
    pack="cost",
    severity="low",
    types=(FUNCTION,),
    what="A function's memory and timeout are not larger than they are meant to be.",
    why="A function is paid for by memory times duration; a hanging call costs all of its timeout.",
    fix=Fix(
        "Lower memory_size and timeout.", python="memory_size=512, timeout=30", yaml="memorySize: 512\ntimeout: 30"
    ),
    parameters=(
        Parameter("max_mb", 2048, "Most memory, in MB.", "integer", minimum=128),
        Parameter("max_seconds", 300, "Longest timeout, in seconds.", "integer", minimum=1, maximum=900),
    ),
    check=all_of(at_most("memorySize", param("max_mb")), at_most("timeout", param("max_seconds"))),
    passing=({}, {"memorySize": 2048, "timeout": 300}),
    failing=({"memorySize": 2049}, {"timeout": 900}),
)
ARM = Rule(
    id="cost-lambda-arm",
    pack="cost",
    severity="low",
    level="recommended",
    types=(FUNCTION,),
    what="A function runs on arm64.",
    why="The same duration costs less there; x86_64 is the default.",
    fix=Fix("Set architectures to arm64.", python='architectures=["arm64"]', yaml="architectures: [arm64]"),
    check=contains("architectures", "arm64"),
    passing=({"architectures": ["arm64"]},),
    failing=({}, {"architectures": ["x86_64"]}),
)
IDLE = Rule(
    id="cost-lambda-provisioned",
    pack="cost",
    severity="medium",
    types=(PROVISIONED,),
    what="Provisioned concurrency is for production only, unless a parameter allows it elsewhere.",
    why="Instances that are kept ready are paid for while they are idle.",
    fix=Fix(
        "Leave the configuration out elsewhere.",
        python="provisioned_concurrent_executions=1 if production else None",
        yaml="provisionedConcurrentExecutions: 1",
    ),
    parameters=(Parameter("max_nonprod", 0, "Most instances kept ready outside production.", "integer", minimum=0),),
    check=outside_production(at_most("provisionedConcurrentExecutions", param("max_nonprod"))),
    passing=(
        {"provisionedConcurrentExecutions": 5},
        example(
            Given(PROVISIONED, "ready", {"provisionedConcurrentExecutions": 1}),
            environment="staging",
            parameters={"max_nonprod": 1},
        ),
    ),
    failing=(example(Given(PROVISIONED, "ready", {"provisionedConcurrentExecutions": 1}), environment="staging"),),
)
