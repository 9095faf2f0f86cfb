"""A pilot standby, which has a replicated volume and no compute, takes over from a region that is dark."""

import json
from pathlib import Path

import pytest

from tests.engine.estate import estate, wait
from tests.engine.writers import Writers


@pytest.mark.rehearsal
@pytest.mark.timeout(3600)
def test_a_pilot_standby_takes_over_and_the_checkout_follows(tmp_path: Path) -> None:
    with estate(tmp_path, standby="pilot") as it:
        it.up()
        it.wait_served("east")
        west = it.running.regions["west"]
        rds, ecs = it.aws("rds", west), it.aws("ecs", west)
        assert rds.describe_db_instances()["DBInstances"] == []
        tasks = it.status()["tasks"][west]
        assert not [name for name in it.topology.capacity if tasks.get(name)], "no task of an application"
        assert it.order("before-the-night")[0] == 201
        Writers.prepare(it, "east")
        with Writers(it) as writers:
            it.control.post("/dark", {"region": "us-east-1"})
            shown = it.lifeline("promote", "--to", "west", "--yes", "--output", "json")
            assert shown.returncode == 10 and "lag: unknown" in shown.stderr, "nobody at west can say how far it is"
            # Nor has a task shown that its image can be had, and this registry is empty.
            accepted = ("--override", "lag", "--override", "images", "--reason", "a pilot has nobody to ask")
            shown = it.lifeline("promote", "--to", "west", "--yes", "--output", "json", *accepted)
            assert shown.returncode == 0, shown.stderr
            it.wait_served("west")
            status, body, _ = it.order("that-night")
            assert status == 201 and body["site"] == "west"
            it.control.post("/clear", {})
            back = it.lifeline("rejoin", "east")
            assert back.returncode == 0, back.stderr
        assert writers.never_both()
        report = json.loads(shown.stdout.splitlines()[-1])
        steps = {step["id"]: step["state"] for step in report["steps"]}
        assert steps["instances"] == "done" and "degraded" not in steps.values()
        names = sorted(item.id for item in it.topology.all("database_instance", "west"))
        assert sorted(each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]) == names
        for name, capacity in it.topology.capacity.items():
            service = it.topology.one("service", "west", name).id
            cluster = it.topology.one("ecs_cluster", "west").id

            def running(cluster: str = cluster, service: str = service, least: int = capacity.active[0]) -> bool:
                (found,) = ecs.describe_services(cluster=cluster, services=[service])["services"]
                return bool(found["runningCount"] >= least)

            wait(running, f"{name} runs at an active site's floor")
