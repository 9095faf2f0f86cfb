"""Promotions of estates that have what the shipped one has not: a pilot standby, event rules of their own."""

from pathlib import Path

import boto3
import pytest

from operations.recovery.move import Mode
from operations.topology import Resource, Topology
from tests.operations.recovery.cloud import Cloud
from tests.operations.recovery.story import begin, wish


@pytest.mark.parametrize("mode", ["failover", "switchover"])
def test_a_pilot_standby_gets_its_instances_and_tasks_first(
    aws_mocked: None, topology: Topology, tmp_path: Path, mode: Mode
) -> None:
    cloud = Cloud(topology.model_copy(update={"standby": "pilot"}))
    assert cloud.capacity("west") == {"web": (0, 0, 0), "nlp": (0, 0, 0)}
    assert cloud.databases.instances["us-west-2"] == []
    ended = begin(cloud, tmp_path, wish("west", mode))
    assert ended.outcome == "promoted", ended.problem
    names = [item.id for item in topology.all("database_instance", "west")]
    assert cloud.databases.instances["us-west-2"] == names and len(names) == 2
    assert cloud.capacity("west") == {"web": (2, 2, 8), "nlp": (2, 2, 12)}
    assert {held[1:] for held in cloud.capacity("east").values()} == {(0, 0)}, "the old site is the pilot now"
    order = [entry.step for entry in ended.journal if entry.kind == "state" and entry.what == "done"]
    assert order.index("instances") < order.index("database")
    assert cloud.wardens.violations == []


@pytest.mark.parametrize(("mode", "left"), [("failover", "ENABLED"), ("switchover", "DISABLED")])
def test_event_rules_that_run_at_the_active_site_only_move(
    aws_mocked: None, topology: Topology, tmp_path: Path, mode: Mode, left: str
) -> None:
    """In a failover the old region is taken to be gone: its rules are left to `rejoin`."""
    rules = [
        Resource(role="rule", id="nightly", region=topology.region(site), site=site, name="nightly")
        for site in topology.sites
    ]
    cloud = Cloud(topology.model_copy(update={"resources": (*topology.resources, *rules)}))
    events = {site: boto3.client("events", region_name=topology.region(site)) for site in topology.sites}
    for site, client in events.items():
        state = "ENABLED" if site == "east" else "DISABLED"
        client.put_rule(Name="nightly", ScheduleExpression="rate(1 day)", State=state)
    ended = begin(cloud, tmp_path, wish("west", mode))
    assert ended.outcome == "promoted"
    assert events["west"].describe_rule(Name="nightly")["State"] == "ENABLED"
    assert events["east"].describe_rule(Name="nightly")["State"] == left
