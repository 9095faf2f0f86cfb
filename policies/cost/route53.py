"""Route 53: how often a record is asked for."""

from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import any_of, at_least, one_of, param, present, unless

RECORD = "aws:route53/record:Record"
_API = {"name": "api.example.com", "ttl": 60}

_MOVES = any_of(
    present("healthCheckId"),
    present("setIdentifier"),
    one_of("name", param("moving")),
)
"""It answers by health, weight or place, or is one that somebody points elsewhere in an hour of need."""

TTL = Rule(
    id="cost-route53-ttl",
    pack="cost",
    severity="low",
    types=(RECORD,),
    what="A record that stays as it is may be kept for an hour by those who ask.",
    why="Each question is paid for, and a resolver that keeps the answer for a minute asks sixty times as often.",
    fix=Fix("Raise ttl; name a record that a failover moves in the parameter.", python="ttl=3600", yaml="ttl: 3600"),
    parameters=(
        Parameter("min_seconds", 3600, "How long an answer may be kept at least, in seconds.", "integer", minimum=1),
        Parameter(
            "moving", [], "Names of records that are pointed elsewhere at a failover, and must be short-lived.", "array"
        ),
    ),
    # An alias has the TTL of what it stands for.
    check=unless(any_of(present("aliases"), _MOVES), at_least("ttl", param("min_seconds"))),
    passing=(
        {"name": "docs.example.com", "ttl": 3600, "records": ["192.0.2.1"]},
        {"name": "example.com", "aliases": [{"name": "front.example.com", "zoneId": "Z1"}]},
        {
            "name": "api.example.com",
            "ttl": 60,
            "setIdentifier": "east",
            "failoverRoutingPolicies": [{"type": "PRIMARY"}],
        },
        {**_API, "healthCheckId": "check-1"},
        example(
            Given(RECORD, "api", {"name": "api.example.com", "ttl": 60}), parameters={"moving": ["api.example.com"]}
        ),
    ),
    failing=(
        {"name": "docs.example.com", "ttl": 3599},
        {"name": "docs.example.com", "ttl": "300"},
        {"name": "docs.example.com", "ttl": None},
        {"name": "docs.example.com", "ttl": 60, "aliases": []},
        example(
            Given(RECORD, "api", {"name": "docs.example.com", "ttl": 60}), parameters={"moving": ["api.example.com"]}
        ),
    ),
)
