"""ElastiCache: nodes and versions."""

from model.values import UNKNOWN, UnknownMet
from policies import sizes
from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.versions import ending
from policies.vocabulary import all_of

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:elasticache/cluster:Cluster"

CURRENT = Rule(
    id="cost-elasticache-gen",
    pack="cost",
    severity="medium",
    types=(GROUP, CLUSTER),
    what="A cache's nodes are of a current generation, and of a size that its environment may have.",
    why="Newer nodes do the same work for less, and a cache is paid for by the hour and by the node.",
    fix=Fix("Choose a current node type.", python='node_type="cache.t4g.small"', yaml="nodeType: cache.t4g.small"),
    parameters=(
        Parameter(
            "previous",
            ["t1", "t2", "m1", "m2", "m3", "m4", "c1", "r3", "r4"],
            "Families of previous generations.",
            "array",
        ),
        Parameter(
            "allowed_production",
            ["*.micro", "*.small", "*.medium", "*.large", "*.xlarge", "*.2xlarge"],
            "Node types in production; * stands for anything, and region:type binds one to a region.",
            "array",
        ),
        Parameter("allowed", ["*.micro", "*.small", "*.medium"], "Node types elsewhere, written alike.", "array"),
    ),
    check=all_of(sizes.current("nodeType"), sizes.allowed("nodeType")),
    passing=(
        {"nodeType": "cache.t4g.small"},
        {"nodeType": "cache.r7g.2xlarge"},
        Given(CLUSTER, "one", {"nodeType": "cache.m7g.large"}),
        {},
        example(Given(GROUP, "cache", {"nodeType": "cache.t4g.medium"}), environment="staging"),
    ),
    failing=(
        {"nodeType": "cache.t2.micro"},
        {"nodeType": "Cache.M4.Large"},
        {"nodeType": "cache.r7g.16xlarge"},
        Given(CLUSTER, "one", {"nodeType": "cache.r3.large"}),
        example(Given(GROUP, "cache", {"nodeType": "cache.r7g.large"}), environment="staging"),
        example(Given(GROUP, "cache", {"nodeType": "cache.m7g.large"}), parameters={"allowed_production": ["*.small"]}),
    ),
)


def _supported(case: Case) -> Verdict:
    engine, version = case.at("engine"), case.at("engineVersion")
    if engine is UNKNOWN or version is UNKNOWN:
        raise UnknownMet("engineVersion")
    if version is None:
        return NOT_APPLICABLE  # AWS takes the newest
    name = str(engine or "redis")  # a replication group's default
    if ending(name, str(version), case.value("ending")):
        return fail(f"{name} {version} is near the end of its standard support, or past it", "engineVersion")
    return PASS


EXTENDED_SUPPORT = Rule(
    id="cost-elasticache-extended",
    pack="cost",
    severity="medium",
    types=(GROUP, CLUSTER),
    what="A cache's engine is not near the end of its standard support.",
    why="After it, extended support starts by itself, and adds most of the node's price again to every hour.",
    fix=Fix(
        "Upgrade; Valkey takes Redis OSS 7 over in place, and costs less.",
        python='engine="valkey", engine_version="8.0"',
        yaml='engine: valkey\nengineVersion: "8.0"',
    ),
    parameters=(
        Parameter(
            "ending",
            ["redis 2", "redis 3", "redis 4", "redis 5", "redis 6"],
            "Engines and versions that are near the end of standard support, or past it.",
            "array",
        ),
    ),
    check=_supported,
    passing=(
        {"engine": "valkey", "engineVersion": "8.0"},
        {"engine": "redis", "engineVersion": "7.1"},
        {"engine": "redis"},
        Given(CLUSTER, "one", {"engine": "memcached", "engineVersion": "1.6.22"}),
    ),
    failing=(
        {"engine": "redis", "engineVersion": "5.0.6"},
        {"engineVersion": "6.x"},
        {"engine": "Redis", "engineVersion": "6.2"},
        {"engine": None, "engineVersion": "4.0.10"},
        Given(CLUSTER, "one", {"engine": "redis", "engineVersion": "3.2.6"}),
        example(Given(GROUP, "cache", {"engineVersion": "7.1"}), parameters={"ending": ["redis 7"]}),
    ),
)
