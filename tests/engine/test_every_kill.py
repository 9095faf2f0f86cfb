"""The full matrix on PostgreSQL: one promotion for each step and moment, killed there, gone on with; back and forth."""

import os
from pathlib import Path

import pytest

from operations.record.record import Record
from operations.recovery.move import Move, World
from operations.recovery.plan import make
from tests.engine.estate import Estate, estate, wait
from tests.engine.kills import promote_and_kill
from tests.engine.writers import Writers

FROM = os.environ.get("FROM_STEP")
"""Rehearse from this step on only."""
MOMENTS = ("checking", "applying", "verifying", "done")


def connected(it: Estate) -> bool:
    (found,) = it.aws("rds", "us-west-2").describe_global_clusters()["GlobalClusters"]
    return all(member["SynchronizationStatus"] == "connected" for member in found["GlobalClusterMembers"])


def go_on(it: Estate, target: str) -> list[str]:
    """As an operator would, who is told each time what is so; returns what was refused with a promotion under way.

    What the killed process had sent may arrive after the journal was read: that is refused, and nothing is changed.
    """
    refused: list[str] = []
    while len(refused) < 3:
        resumed = it.lifeline("promote", "--to", target, "--resume", "--yes")
        if resumed.returncode == 0:
            return refused
        assert resumed.returncode == 10, resumed.stderr
        if "no promotion is under way" in resumed.stderr:
            # Killed before the record was moved, or after the lock was given back.
            anew = it.lifeline("promote", "--to", target, "--yes")
            already = anew.returncode == 10 and "is the active site already" in anew.stderr
            assert already or anew.returncode == 0, anew.stderr
            return refused
        refused.append(resumed.stderr)
    raise AssertionError("\n".join(refused))


@pytest.mark.rehearsal
@pytest.mark.timeout(7200)
def test_a_kill_at_every_moment_of_every_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kills, refused = 0, list[str]()
    with estate(tmp_path) as it:
        it.up()
        it.wait_served("east")
        Writers.prepare(it, "east")
        move = Move(it.topology, "west", "failover", "", "", Record("east", 0, ""), World())
        steps = [step.id for step in make(move, it.root).graph]
        target, origin = "west", "east"
        for step in steps[steps.index(FROM) if FROM else 0 :]:
            for moment in MOMENTS:
                it.configure(active={"production": origin})
                # RDS takes the old primary in behind the new one, and refuses a move to it before that.
                wait(lambda: connected(it), "the old primary follows")
                mark = it.mark()
                with Writers(it) as writers:
                    if promote_and_kill(it, step, moment, "--to", target, "--yes"):
                        kills += 1
                        refused += go_on(it, target)
                    it.wait_served(target)
                assert writers.never_both(), (step, moment)
                moved = [call for call in it.calls(mark) if call["operation"] == "FailoverGlobalCluster"]
                assert len([call for call in moved if call["outcome"] == "ok"]) == 1, (step, moment)
                target, origin = origin, target
                with capsys.disabled():
                    print(f"\n{step} {moment}: {kills} killed", end="", flush=True)
    with capsys.disabled():
        print(
            f"\n{kills} kills on PostgreSQL, each gone on with to its end; refused on the way: {refused or 'nothing'}"
        )
