"""What a fault cuts, for whom, and who hears of it."""

import threading
from typing import Any

import pytest

from sandbox.faults import Faults, Verdict

EAST, WEST, WITNESS = "us-east-1", "us-west-2", "us-east-2"


def refused(faults: Faults, caller: str, called: str, service: str = "rds") -> bool:
    verdict = faults.verdict(caller, called, service, "Describe")
    return verdict is not None and verdict.effect == "refuse"


@pytest.mark.parametrize(
    ("caller", "called", "cut"),
    [
        ("operator", EAST, True),
        ("edge", EAST, True),
        (WEST, EAST, True),
        (EAST, WEST, True),
        (EAST, EAST, False),
        (WEST, WEST, False),
        ("operator", WEST, False),
        ("edge", "operator", False),
    ],
)
def test_dark_cuts_what_crosses_the_border(caller: str, called: str, cut: bool) -> None:
    faults = Faults()
    faults.dark(EAST)
    assert refused(faults, caller, called) is cut


@pytest.mark.parametrize(
    ("caller", "called", "service", "cut"),
    [
        (EAST, EAST, "dynamodb", True),
        (WEST, EAST, "dynamodb", True),
        (EAST, WEST, "dynamodb", False),
        (EAST, EAST, "rds", False),
        ("operator", EAST, "rds", False),
    ],
)
def test_a_service_is_down_in_its_region_for_everyone(caller: str, called: str, service: str, cut: bool) -> None:
    faults = Faults()
    faults.dark(EAST, service="dynamodb")
    assert refused(faults, caller, called, service) is cut


def test_two_dark_regions_are_each_alone() -> None:
    faults = Faults()
    faults.dark(EAST)
    faults.dark(WEST)
    assert not faults.reachable(EAST, WEST, "rds") and not faults.reachable(WEST, WITNESS, "rds")
    assert not refused(faults, EAST, EAST) and refused(faults, EAST, WEST)


def test_reachable_is_about_both_directions() -> None:
    faults = Faults()
    assert faults.reachable(EAST, WEST, "dynamodb")
    faults.dark(WEST, service="dynamodb")
    assert not faults.reachable(EAST, WEST, "dynamodb") and not faults.reachable(WEST, EAST, "dynamodb")
    assert faults.reachable(EAST, WEST, "rds") and faults.reachable(EAST, WITNESS, "dynamodb")
    faults.clear()
    faults.latency(5, WEST)
    assert faults.reachable(EAST, WEST, "rds"), "slow is not cut off"


def test_the_gravest_fault_decides() -> None:
    faults = Faults()
    faults.latency(1.5, EAST)
    faults.latency(0.5, EAST, "rds")
    assert faults.verdict("operator", EAST, "rds", "x") == Verdict("delay", "latency-us-east-1-rds", 2.0)
    assert faults.lets_through("operator", EAST, "rds", "x"), "late, but carried out"
    faults.throttle("rds", 1)
    for mode, effect in (("5xx", "unavailable"), ("hang", "hang"), ("refuse", "refuse")):
        faults.dark(EAST, service="rds" if mode == "5xx" else None, mode=mode)  # type: ignore[arg-type]
        verdict = faults.verdict("operator", EAST, "rds", "x")
        assert verdict is not None and verdict.effect == effect
        assert not faults.lets_through("operator", EAST, "rds", "x")
        faults.clear(verdict.fault)
    verdict = faults.verdict("operator", EAST, "rds", "x")
    assert verdict is not None and verdict.effect == "throttle"


def test_lag_touches_no_call() -> None:
    faults = Faults()
    assert faults.lag_seconds == 0.0
    faults.lag(5)
    faults.lag(7.5)
    assert faults.lag_seconds == 7.5 and [fault.id for fault in faults.list()] == ["lag"]
    assert faults.verdict(EAST, WEST, "rds", "x") is None and faults.reachable(EAST, WEST, "rds")
    with pytest.raises(ValueError, match="negative"):
        faults.lag(-1)


def test_setting_again_changes_and_clearing_says_what_ended() -> None:
    faults = Faults()
    faults.dark(EAST)
    faults.dark(EAST, kill=True)
    assert [(fault.id, fault.kill) for fault in faults.list()] == [("dark-us-east-1", True)]
    faults.dark(WEST, service="sns")
    assert [fault.id for fault in faults.clear("dark-us-west-2-sns")] == ["dark-us-west-2-sns"]
    with pytest.raises(ValueError, match="active faults: dark-us-east-1"):
        faults.clear("dark-us-west-2-sns")
    assert [fault.id for fault in faults.clear()] == ["dark-us-east-1"]
    assert faults.clear() == [] and faults.list() == []


def test_a_misspelt_region_is_no_outage() -> None:
    faults = Faults([EAST, WEST])
    with pytest.raises(ValueError, match=r"us-esat-1.*use one of us-east-1, us-west-2"):
        faults.dark("us-esat-1")


def test_a_fault_is_plain_data() -> None:
    fault = Faults().dark(EAST, service="rds").as_dict()
    since = fault.pop("since")
    assert since.startswith("20")
    assert fault == {
        "id": "dark-us-east-1-rds",
        "kind": "dark",
        "region": EAST,
        "service": "rds",
        "kill": False,
        "mode": "refuse",
    }


def test_a_fault_may_be_about_one_operation() -> None:
    faults = Faults()
    faults.dark(WEST, service="ecs:RunTask")
    assert not faults.lets_through(WEST, WEST, "ecs", "RunTask")
    assert faults.lets_through("operator", WEST, "ecs", "DescribeServices")
    assert faults.reachable(EAST, WEST, "ecs"), "one operation is no cut"


def test_throttling_refuses_its_share_for_whom_it_is_meant() -> None:
    faults = Faults()
    faults.throttle("rds", 0.5, region=WEST, caller="operator")
    met = [faults.verdict("operator", WEST, "rds", "x") for _ in range(1000)]
    assert 400 < sum(verdict is not None for verdict in met) < 600
    assert faults.verdict(WEST, WEST, "rds", "x") is None and faults.verdict("operator", EAST, "rds", "x") is None
    assert faults.verdict("operator", WEST, "ecs", "x") is None


def test_a_lost_answer_is_counted_down() -> None:
    faults = Faults()
    faults.drop_response("rds:FailoverGlobalCluster", count=2, region=WEST)
    met = [faults.drops("operator", WEST, "rds", "FailoverGlobalCluster") for _ in range(3)]
    assert met == [True, True, False] and faults.list() == []
    faults.drop_response("dynamodb:UpdateItem")
    assert not faults.drops(WEST, WEST, "dynamodb", "UpdateItem"), "the operator's, unless said otherwise"
    assert faults.verdict("operator", WEST, "dynamodb", "UpdateItem") is None, "it is carried out"


def test_frozen_capacity_is_a_share_of_what_is_desired() -> None:
    faults = Faults()
    assert faults.startable(WEST, "web", 5) == 5
    faults.freeze_capacity("web", 0.6, WEST)
    assert [faults.startable(WEST, "web", desired) for desired in (0, 1, 2, 5, 10)] == [0, 0, 1, 3, 6]
    assert faults.startable(EAST, "web", 5) == 5 and faults.startable(WEST, "nlp", 5) == 5
    faults.freeze_capacity("all")
    assert faults.startable(EAST, "nlp", 5) == 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda faults: faults.dark(EAST, mode="dim"), "'dim' is no mode; use one of refuse, hang, 5xx"),
        (lambda faults: faults.dark_zone("us-esat-1a"), "no zone of us-east-1"),
        (lambda faults: faults.throttle("rds", 50), "50 is no share"),
        (lambda faults: faults.freeze_capacity("web", -0.1), "-0.1 is no share"),
        (lambda faults: faults.drop_response("rds"), "'rds' names no operation"),
        (lambda faults: faults.drop_response("rds:x", count=0), "0 answers cannot be lost"),
        (lambda faults: faults.ignore_writes("rds"), "'rds' cannot do that here"),
        (lambda faults: faults.latency(-1), "negative"),
        (lambda faults: faults.read_only("west"), "'west' is not a region here"),
    ],
)
def test_a_fault_that_makes_no_sense_is_not_set(wrong: Any, why: str) -> None:
    faults = Faults([EAST])
    with pytest.raises(ValueError, match=why):
        wrong(faults)
    assert faults.list() == []


def test_listeners_hear_of_a_change_when_it_is_in_force() -> None:
    faults = Faults()
    seen: list[Any] = []
    faults.on_change(lambda: seen.append([fault.id for fault in faults.list()]))
    faults.dark(EAST)
    faults.lag(1)
    faults.clear("lag")
    faults.clear()
    faults.clear()
    assert seen == [["dark-us-east-1"], ["dark-us-east-1", "lag"], ["dark-us-east-1"], []]


def test_waiting_ends_with_a_change() -> None:
    faults = Faults()
    assert faults.wait_for_change(0.01) is False
    waiting, heard = threading.Event(), threading.Event()

    def wait() -> None:
        waiting.set()
        if faults.wait_for_change(10):
            heard.set()

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(5)
    while thread.is_alive():
        faults.lag(1)
        thread.join(0.02)
    assert heard.is_set()
