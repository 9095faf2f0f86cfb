"""OpenSearch: versions and nodes of domains."""

from model.values import UNKNOWN, UnknownMet
from policies import sizes
from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.versions import ending
from policies.vocabulary import all_of, present

DOMAIN = "aws:opensearch/domain:Domain"
_NODES = "clusterConfig.instanceType"


def _supported(case: Case) -> Verdict:
    version = case.at("engineVersion")
    if version is UNKNOWN:
        raise UnknownMet("engineVersion")
    if version is None:
        return NOT_APPLICABLE  # AWS takes the newest
    engine, _, number = str(version).partition("_")
    if ending(engine, number, case.value("ending")):
        return fail(f"{version} is near the end of its standard support, or past it", "engineVersion")
    return PASS


def _domain(nodes: object = "r7g.large.search", version: object = "OpenSearch_2.19") -> dict[str, object]:
    return {"engineVersion": version, "clusterConfig": {"instanceType": nodes}}


EXTENDED_SUPPORT = Rule(
    id="cost-opensearch-extended",
    pack="cost",
    severity="medium",
    types=(DOMAIN,),
    what="A domain's version is not near the end of its standard support, and its nodes are of a current generation.",
    why="After it, extended support starts by itself and is paid for by the node and hour; old nodes cost more for the "
    "same work, and what AWS takes where nothing is said is an old one.",
    fix=Fix(
        "Upgrade engine_version, and choose a current instance type.",
        python='engine_version="OpenSearch_2.19", cluster_config={"instance_type": "r7g.large.search"}',
        yaml="engineVersion: OpenSearch_2.19\nclusterConfig: {instanceType: r7g.large.search}",
    ),
    parameters=(
        Parameter(
            "ending",
            [
                "elasticsearch 1",
                "elasticsearch 2",
                "elasticsearch 5",
                "elasticsearch 6.0",
                "elasticsearch 6.2",
                "elasticsearch 6.3",
                "elasticsearch 6.4",
                "elasticsearch 6.5",
                "elasticsearch 6.7",
                "elasticsearch 7.1",
                "elasticsearch 7.4",
                "elasticsearch 7.7",
                "elasticsearch 7.8",
                "elasticsearch 7.9",
                "elasticsearch 7.10",
                "opensearch 1.0",
                "opensearch 1.1",
                "opensearch 1.2",
                "opensearch 2.3",
                "opensearch 2.5",
                "opensearch 2.7",
                "opensearch 2.9",
            ],
            "Versions that are within a year of the end of standard support, or past it.",
            "array",
        ),
        Parameter("previous", ["t2", "m3", "m4", "c4", "r3", "r4", "i2"], "Families of previous generations.", "array"),
    ),
    check=all_of(_supported, present(_NODES), sizes.current(_NODES)),
    passing=(
        _domain(),
        _domain(version=None),
        _domain("t3.small.search", "OpenSearch_3.1"),
        _domain(version="OpenSearch_2.11"),
    ),
    failing=(
        {},
        _domain(version="Elasticsearch_7.1"),
        {"engineVersion": "OpenSearch_2.19", "clusterConfig": {}},
        _domain(version="OpenSearch_1.2"),
        _domain("m4.large.search"),
        _domain("M3.Medium.Search"),
        _domain(None),
        example(Given(DOMAIN, "notes", _domain(version="OpenSearch_2.19")), parameters={"ending": ["opensearch 2"]}),
    ),
)
