"""What is looked at before a promotion is asked for once, and a dead site's silence costs little."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from operations.recovery.begin import prepare
from operations.recovery.move import Mode, Move
from operations.recovery.preconditions.look import Look, Unknown
from tests.operations.recovery.cloud import Cloud
from tests.operations.recovery.story import wish


def letters(cloud: Cloud, site: str) -> int:
    return len([key for key in cloud.table.items if key[0] == f"mailbox#{site}"])


def look(cloud: Cloud) -> Look:
    record = Move(cloud.topology, "west", "failover", "", "", None, cloud.world).store().read()  # type: ignore[arg-type]
    return Look(Move(cloud.topology, "west", "failover", "p", "ann", record, cloud.world), "east", letters=True)


@pytest.mark.parametrize(("mode", "waited"), [("failover", 0.5), ("switchover", 1.0)])
def test_a_silent_site_is_asked_once_and_in_a_failover_not_for_long(
    cloud: Cloud, tmp_path: Path, mode: Mode, waited: float
) -> None:
    cloud.wardens.silent = {"east"}
    began = cloud.clock.monotonic()
    found = {
        item.rule: item
        for item in prepare(cloud.topology, wish(mode=mode), "east", tmp_path, cloud.world, letters=True).findings
    }
    assert letters(cloud, "east") == letters(cloud, "west") == 1
    assert waited <= cloud.clock.monotonic() - began < waited + 0.5
    assert found["single-writer"].text == "none seen; a site that does not answer is waited out"
    if mode == "switchover":
        assert found["primary"].verdict == "unknown"


def test_who_comes_second_gets_the_answer_of_the_first(cloud: Cloud) -> None:
    looking = look(cloud)
    begun, go = threading.Event(), threading.Event()
    answers = []

    def ask() -> str:
        begun.set()
        assert go.wait(10)
        return "said once"

    first = threading.Thread(target=lambda: answers.append(looking._once("question", ask)))
    second = threading.Thread(target=lambda: answers.append(looking._once("question", lambda: "asked again")))
    first.start()
    assert begun.wait(10)
    second.start()
    go.set()
    first.join(10)
    second.join(10)
    assert answers == ["said once", "said once"]


def test_what_broke_is_asked_again_and_silence_is_not(cloud: Cloud) -> None:
    looking = look(cloud)
    asked = []

    def asks(error: Exception) -> Callable[[], None]:
        def ask() -> None:
            asked.append(error)
            raise error

        return ask

    for error in (ConnectionError("lost"), Unknown("silent")):
        for _ in range(2):
            with pytest.raises(type(error)):
                looking._once(str(error), asks(error), final=Unknown)
    assert list(map(str, asked)) == ["lost", "lost", "silent"]
