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
    faults.slow(WEST, 5)
    assert faults.reachable(EAST, WEST, "rds"), "slow is not cut off"


def test_the_gravest_fault_decides() -> None:
    faults = Faults()
    faults.slow(EAST, 1.5)
    faults.slow(EAST, 0.5, service="rds")
    assert faults.verdict("operator", EAST, "rds", "x") == Verdict("delay", "slow-us-east-1-rds", 2.0)
    faults.hang(EAST)
    verdict = faults.verdict("operator", EAST, "rds", "x")
    assert verdict is not None and verdict.effect == "hang"
    faults.dark(EAST)
    assert refused(faults, "operator", EAST)


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
        "seconds": None,
    }


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
