"""A pilot standby, a replicated volume without instances or tasks, is promoted in the sandbox: both ways of moving."""

import json
from pathlib import Path

import pytest

from operations.recovery.made import MADE
from operations.recovery.move import Mode
from sandbox import orders
from tests.engine.estate import Estate, estate

pytestmark = pytest.mark.rehearsal
ACCEPTED = ("--override", "lag", "--override", "images", "--reason", "a pilot has no replica and no task to ask")


@pytest.mark.parametrize("mode", ["failover", "switchover"])
def test_a_pilot_standby_is_promoted_with_every_order_and_comes_into_the_state(tmp_path: Path, mode: Mode) -> None:
    with estate(tmp_path, standby="pilot") as it:
        it.up()
        it.wait_served("east")
        assert it.aws("rds", "us-west-2").describe_db_instances()["DBInstances"] == []
        given = [f"pilot-{number}" for number in range(20)]
        assert {it.order(key)[0] for key in given} == {201}
        if mode == "failover":
            it.control.post("/dark", {"region": "us-east-1"})
        shown = it.lifeline("promote", "--to", "west", "--mode", mode, "--yes", "--output", "json", *ACCEPTED)
        assert shown.returncode == 0, shown.stderr
        assert json.loads(shown.stdout.splitlines()[-1])["outcome"] == "promoted"
        it.wait_served("west")
        port = it.database_at("west")["port"]
        assert set(given) <= orders.ids(port, it.settings.application.replace("-", "_"))
        if mode == "failover":
            it.control.post("/clear", {})
            back = it.lifeline("rejoin", "east")
            assert back.returncode == 0, back.stderr
        _the_state_follows(it)


def _the_state_follows(it: Estate) -> None:
    """The instances that the promotion made are adopted, and an `up` gives them the rest of their settings in place."""
    made = {item["DBInstanceIdentifier"] for item in it.aws("rds", "us-west-2").describe_db_instances()["DBInstances"]}
    shown = it.lifeline("reconcile", "--output", "json")
    assert shown.returncode == 0, shown.stderr
    assert len(made) == 2 and all(f"the promotion made {name}" in shown.stderr for name in made), shown.stderr
    planned = {stack["stack"]: stack for stack in json.loads(shown.stdout)["stacks"]}
    stores = [(item["type"], item["op"]) for item in planned["dr"]["resources"] if item["type"].startswith("aws:rds/")]
    assert stores == [(MADE, "update")] * 2
    it.each(it.engine.up)
    assert all(changes.empty for changes in it.each(it.engine.preview).values())
    assert it.aws("rds", "us-east-1").describe_db_instances()["DBInstances"] == []
    assert it.database_at("east")["writer"] is False, "its volume goes on following"
