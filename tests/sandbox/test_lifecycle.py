"""What a sandbox that runs already is asked for once more."""

import os
from pathlib import Path

import pytest

from operations.outcomes import Refused
from sandbox import lifecycle
from sandbox.folder import Folder, Running
from scripts.sandbox import check_regions


@pytest.fixture
def running(tmp_path: Path) -> Folder:
    """This very process stands for it."""
    folder = Folder(tmp_path, "one")
    folder.path.mkdir(parents=True)
    folder.write(
        Running(
            name="one",
            pid=os.getpid(),
            control=1,
            token="-",
            aws=2,
            cloudflare=3,
            edge=4,
            providers={},
            regions={"ireland": "eu-west-1", "frankfurt": "eu-central-1"},
            places=["eu-west-1", "eu-central-1", "eu-west-3"],
            host="appointments.practice.example.org",
        )
    )
    return folder


def test_a_region_that_it_has_is_no_reason_for_another(running: Folder) -> None:
    found, new = lifecycle.start(running.root, "one", "global", 10, 5, ["eu-west-3"])
    assert (found.pid, new) == (os.getpid(), False)


def test_one_that_runs_without_the_region_is_not_taken_for_one_with_it(running: Folder) -> None:
    with pytest.raises(ValueError, match="runs already, without eu-north-1: stop it first"):
        lifecycle.start(running.root, "one", "global", 10, 5, ["eu-west-3", "eu-north-1"])
    assert running.read() is not None, "it is left alone"


def test_what_is_no_regions_name_is_refused() -> None:
    check_regions(["eu-west-3"])
    with pytest.raises(Refused, match="'paris' is no region's name; eu-west-3 is one"):
        check_regions(["eu-west-3", "paris"])
