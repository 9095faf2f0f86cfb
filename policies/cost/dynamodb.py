"""DynamoDB: what a table is paid for."""

from model.values import items
from policies.case import Case, Check
from policies.examples import Given, example, joined, ref
from policies.rule import Fix, Parameter, Rule
from policies.scaling import POLICY, TARGET, scaled
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, at_most, not_false, one_of, param, present, when
from policies.words import named_like

TABLE = "aws:dynamodb/table:Table"


def _scaled(case: Case) -> Verdict:
    found = scaled(case.view, case.resource)
    if found is None:
        return unknown("whether its capacity is scaled is not known yet")
    return PASS if found else fail("no appautoscaling Target with a Policy scales its capacity")


_TABLE = Given(TABLE, "orders", {"billingMode": "PROVISIONED", "readCapacity": 10, "writeCapacity": 10})
_READS = {"serviceNamespace": "dynamodb", "scalableDimension": "dynamodb:table:ReadCapacityUnits"}
_TARGET = Given(TARGET, "reads", {**_READS, "resourceId": joined("table/", ref("orders", "name"))})
_POLICY = Given(POLICY, "load", {"policyType": "TargetTrackingScaling", "resourceId": ref("reads", "resourceId")})

MODE = Rule(
    id="cost-dynamodb-mode",
    pack="cost",
    severity="medium",
    scope="stack",
    types=(TABLE,),
    what="A table is paid for by the request, or its provisioned capacity is bounded and follows the load.",
    why="Provisioned capacity is paid for by the hour, used or not; and it is what a table has by default.",
    fix=Fix(
        'Set billing_mode to "PAY_PER_REQUEST"; or scale the capacity with an appautoscaling Target and Policy.',
        python='billing_mode="PAY_PER_REQUEST"',
        yaml="billingMode: PAY_PER_REQUEST",
    ),
    parameters=(
        Parameter(
            "max_capacity", 100, "Most read, and most write capacity units that are provisioned.", "integer", minimum=1
        ),
    ),
    check=any_of(
        one_of("billingMode", "PAY_PER_REQUEST"),
        all_of(
            at_most("readCapacity", param("max_capacity"), or_absent=False),
            at_most("writeCapacity", param("max_capacity"), or_absent=False),
            _scaled,
        ),
    ),
    passing=(
        {"billingMode": "PAY_PER_REQUEST"},
        example(_TABLE, _TARGET, _POLICY),
        example(
            Given(TABLE, "t", {"name": "orders", "readCapacity": 5, "writeCapacity": 5}),
            Given(TARGET, "reads", {"resourceId": "table/orders"}),
            Given(POLICY, "load", {"resourceId": "table/orders"}),
            note="linked by its name",
        ),
    ),
    failing=(
        {},
        {"billingMode": None, "readCapacity": 5, "writeCapacity": 5},
        example(_TABLE),
        example(_TABLE, _TARGET, note="a target without a policy scales nothing"),
        example(_TABLE, _TARGET, _POLICY, parameters={"max_capacity": 5}),
        example(Given(TABLE, "orders", {"readCapacity": 10, "writeCapacity": "1000"}), _TARGET, _POLICY),
    ),
)


def _count(path: str, words: str, parameter: str) -> Check:
    def check(case: Case) -> Verdict:
        count, most = len(items(case.at(path))), case.value(parameter)
        return PASS if count <= most else fail(f"it has {count} {words}; at most {most} are meant to be", path)

    return check


def _transient(case: Case) -> Verdict:
    """By a word of its name. Raises UnknownMet."""
    return PASS if named_like(case, case.value("transient")) else fail("its name has none of the words")


_INDEX = {"name": "by", "hashKey": "pk", "projectionType": "KEYS_ONLY"}

FEATURES = Rule(
    id="cost-dynamodb-features",
    pack="cost",
    severity="low",
    level="recommended",
    types=(TABLE,),
    what="A table has no more replicas and indexes than it is meant to have, and what is transient in it expires.",
    why="Each index and each replica is another write that is paid for; rows that nobody deletes are stored for ever.",
    fix=Fix(
        "Remove indexes that no query needs; set ttl for sessions and the like.",
        python='ttl={"attribute_name": "expires_at", "enabled": True}',
        yaml="ttl: {attributeName: expires_at, enabled: true}",
    ),
    parameters=(
        Parameter("max_replicas", 2, "Most copies of a table in other regions.", "integer", minimum=0),
        Parameter("max_indexes", 5, "Most global secondary indexes of a table.", "integer", minimum=0),
        Parameter(
            "transient",
            ["session", "cache", "token", "tmp", "temporary", "idempotency"],
            "Words of a name, also in the plural, that say that its rows are not for good.",
            "array",
        ),
    ),
    # Copies for the sake of availability are what HIPAA's rules ask for: one in another region is within the bound.
    check=all_of(
        _count("replicas", "replicas", "max_replicas"),
        _count("globalSecondaryIndexes", "global secondary indexes", "max_indexes"),
        when(_transient, all_of(present("ttl.attributeName"), not_false("ttl.enabled"))),
    ),
    passing=(
        {"name": "orders"},
        {"name": "orders", "replicas": [{"regionName": "us-west-2"}, {"regionName": "us-east-2"}]},
        {"name": "orders", "globalSecondaryIndexes": [_INDEX] * 5},
        {"name": "user-sessions", "ttl": {"attributeName": "expires", "enabled": True}},
        {"name": "user-sessions", "ttl": {"attributeName": "expires"}},
    ),
    failing=(
        {"replicas": [{"regionName": name} for name in ("us-west-2", "us-east-2", "eu-west-1")]},
        {"globalSecondaryIndexes": [_INDEX] * 6},
        {"name": "user-sessions"},
        {"name": "userSession", "ttl": {"attributeName": "expires", "enabled": False}},
        {"name": "request_cache", "ttl": {"attributeName": "", "enabled": "true"}},
        Given(TABLE, "idempotency", {"ttl": None}),
        example(Given(TABLE, "o", {"globalSecondaryIndexes": [_INDEX]}), parameters={"max_indexes": 0}),
    ),
)
