"""report, reconcile, rejoin and replay as a user meets them, with nothing to work on."""

from pathlib import Path

import pytest

from tests.scripts.test_command_line import ROOT, lifeline


@pytest.mark.parametrize("command", ["report", "reconcile", "rejoin", "replay"])
def test_each_explains_itself(command: str) -> None:
    shown = lifeline(command, "--help")
    assert shown.returncode == 0 and "Usage" in shown.stdout


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("report",), 10, "no promotion has left a report here"),
        (("report", "none.json"), 1, "none.json is no report of a promotion: No such file"),
        (("reconcile",), 10, "no target"),
        (("rejoin", "north"), 10, "'north' is no site: one of east, west"),
        (("rejoin", "east"), 10, "no target"),
        (("replay", "none.json"), 1, "give the file that `lifeline rejoin` wrote"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(tmp_path: Path, words: tuple[str, ...], code: int, why: str) -> None:
    for file in ROOT.glob("Pulumi*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = sorted(tmp_path.iterdir())
    shown = lifeline(*words, cwd=tmp_path)
    assert shown.returncode == code and why in shown.stderr, shown.stderr
    assert shown.stdout == "" and sorted(tmp_path.iterdir()) == before
