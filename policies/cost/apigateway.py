"""API Gateway: caches."""

from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import any_of, not_true, one_of, param

STAGE = "aws:apigateway/stage:Stage"

CACHE = Rule(
    id="cost-apigw-cache",
    pack="cost",
    severity="low",
    types=(STAGE,),
    what="A stage has no cache of its own, unless it is allowed by parameter.",
    why="A cache is paid for by the hour and its size, whether or not anything is answered from it.",
    fix=Fix(
        "Leave cache_cluster_enabled out, or name the stage in the parameter.",
        python="cache_cluster_enabled=False",
        yaml="cacheClusterEnabled: false",
    ),
    parameters=(Parameter("allowed", [], "Names of stages (stage_name) that may have a cache.", "array"),),
    check=any_of(not_true("cacheClusterEnabled"), one_of("stageName", param("allowed"))),
    passing=(
        {},
        {"cacheClusterEnabled": False, "stageName": "live"},
        {"cacheClusterEnabled": None},
        example(
            Given(STAGE, "live", {"cacheClusterEnabled": True, "stageName": "live"}), parameters={"allowed": ["live"]}
        ),
    ),
    failing=(
        {"cacheClusterEnabled": True, "stageName": "live"},
        {"cacheClusterEnabled": "true"},
        example(
            Given(STAGE, "test", {"cacheClusterEnabled": True, "stageName": "test"}), parameters={"allowed": ["live"]}
        ),
    ),
)
