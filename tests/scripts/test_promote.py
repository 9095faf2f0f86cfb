"""`promote` where nobody can answer its question."""

from pathlib import Path

import pytest

from operations.outcomes import Refused
from operations.recovery.lead import Lead
from operations.recovery.promotion import unfinished
from scripts import promote
from tests.operations.recovery.cloud import Cloud
from tests.operations.recovery.story import begin, wish


def test_without_a_terminal_and_without_yes_nothing_is_changed(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lead = Lead(tmp_path, cloud.world, measure=False)
    with pytest.raises(Refused, match="Nobody can answer here: there is no terminal; add --yes if you mean it"):
        promote._begin(lead, cloud.topology, "east", wish(), yes=False, output="text")
    assert "lag" in capsys.readouterr().out, "what was looked at is shown all the same"
    assert cloud.table.record == {} and cloud.databases.moves == [] and not list(tmp_path.iterdir())


def test_going_on_asks_too(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.read_only = {"west"}
    begin(cloud, tmp_path, wish())
    cloud.databases.read_only = set()
    found = unfinished(cloud.topology, wish(), tmp_path, cloud.world)
    with pytest.raises(Refused, match="Go on with the failover to west"):
        promote._resume(Lead(tmp_path, cloud.world, measure=False), cloud.topology, wish(), None, False, "text")
    assert unfinished(cloud.topology, wish(), tmp_path, cloud.world).entries == found.entries


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((True, "ann", None, "why", False), "two people and a reason"),
        ((True, "ann", "bob", " ", False), "two people and a reason"),
        ((False, "ann", "bob", "why", False), "belong to --break-glass"),
        ((True, "ann", "bob", "why", True), "--resume goes on with one by itself"),
    ],
)
def test_the_break_glass_is_asked_for_in_full(given: tuple[bool, str, str | None, str, bool], said: str) -> None:
    with pytest.raises(Refused, match=said):
        promote._glass(wish(), *given)
