"""Composite alarms have the state that the alarms they name give them."""

from typing import Any

import pytest

from sandbox.aws.errors import ApiError
from sandbox.aws.extensions.composite_alarms import Composites, evaluate

STATES = {"hot": "ALARM", "cold": "OK", "dumb": "INSUFFICIENT_DATA"}


def states(name: str) -> str:
    try:
        return STATES[name]
    except KeyError:
        raise ApiError("ValidationError", f"The alarm {name} does not exist", 400) from None


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ('ALARM("hot")', True),
        ("ALARM(cold)", False),
        ('ALARM("hot") AND ALARM("cold")', False),
        ('ALARM("hot") OR ALARM("cold")', True),
        ('NOT ALARM("cold") AND INSUFFICIENT_DATA("dumb")', True),
        ('ALARM("cold") AND (ALARM("hot") OR TRUE)', False),
        ('OK("cold") AND NOT (FALSE OR OK("hot"))', True),
    ],
)
def test_a_rule_is_read_as_aws_reads_it(rule: str, holds: bool) -> None:
    assert evaluate(rule, states) is holds


@pytest.mark.parametrize(
    "rule", ["", 'ALARM("hot") AND', "HOT", '(ALARM("hot")', 'ALARM("hot") ALARM("hot")', 'ALARM("x")']
)
def test_a_rule_that_cannot_be_read_or_names_nothing_is_refused(rule: str) -> None:
    with pytest.raises(ApiError):
        evaluate(rule, states)


@pytest.fixture
def composites() -> Composites:
    return Composites("111122223333")


def put(composites: Composites, name: str, rule: str, **more: Any) -> None:
    composites.put("us-east-1", {"AlarmName": name, "AlarmRule": rule, **more}, states)


def test_alarms_are_kept_by_region_and_evaluated_when_somebody_looks(composites: Composites) -> None:
    put(composites, "both", 'ALARM("hot") AND OK("cold")', Tags=[{"Key": "owner", "Value": "platform"}])
    (found,) = composites.describe("us-east-1", ["both"], states)
    assert found["StateValue"] == "ALARM" and "Tags" not in found
    assert composites.tags(found["AlarmArn"]) == {"owner": "platform"}
    assert composites.describe("us-west-2", [], states) == []
    assert composites.delete("us-east-1", ["both", "plain"]) == ["plain"]
    assert composites.describe("us-east-1", [], states) == []


def test_an_alarm_that_another_is_made_of_is_not_deleted(composites: Composites) -> None:
    put(composites, "both", 'ALARM("hot")')
    with pytest.raises(ApiError, match="both depends on it"):
        composites.delete("us-east-1", ["hot"])
    assert composites.delete("us-east-1", ["hot", "both"]) == ["hot"]
