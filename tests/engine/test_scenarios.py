"""Promotions while something else is wrong, on real PostgreSQL, with a writer at 50 Hz to both databases all the while.

One estate for all; each test moves the service to whichever site stands by, so that two in a row go both ways. A lost
answer and a region that wakes up are in `make test` too (test_after_a_promotion.py).
"""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from operations.record.store import RecordStore
from tests.engine.estate import ROOT, Estate, estate, wait
from tests.engine.writers import Writers

pytestmark = pytest.mark.rehearsal
BOTH_WAYS = ("there", "back")
_keys = itertools.count()


class Stage:
    """The estate, with who is active and who stands by now."""

    def __init__(self, it: Estate) -> None:
        self.it = it
        topology = it.topology
        table = topology.one("control_table").id
        self._store = RecordStore(table, topology.application, topology.control_regions, topology.founder, it.aws)

    @property
    def target(self) -> str:
        return self.it.topology.peer(self._store.read().active)

    @property
    def epoch(self) -> int:
        return self._store.read().epoch

    @property
    def region(self) -> str:
        """The target's."""
        return self.it.running.regions[self.target]

    def fault(self, kind: str, **what: Any) -> None:
        self.it.control.post(f"/{kind}", what)

    def mend(self) -> None:
        self.it.control.post("/clear", {})

    def promote(self, to: str, *words: str) -> "subprocess.CompletedProcess[str]":
        return self.it.lifeline("promote", "--to", to, "--yes", "--output", "json", *words)

    def at_the_floor(self, site: str) -> None:
        """As long after a promotion as it takes until a standby's tasks are as few as they may be."""
        topology = self.it.topology
        cluster, region = topology.one("ecs_cluster", site).id, topology.region(site)
        floors = {topology.one("service", site, name).id: held.standby[0] for name, held in topology.capacity.items()}
        for service, floor in floors.items():
            self.it.aws("ecs", region).update_service(cluster=cluster, service=service, desiredCount=floor)

        def so() -> bool:
            tasks = self.it.status()["tasks"][region]
            return all(len(tasks.get(service, [])) == floor for service, floor in floors.items())

        wait(so, f"{site} runs at its floor")

    def settle(self) -> None:
        """End a promotion that a failed scenario left half-way, so that the next one is its own."""
        record = self._store.read()
        if record.lock is not None:
            shown = self.promote(record.active, "--resume")
            assert shown.returncode == 0, shown.stderr

    def served(self, site: str) -> None:
        """Orders are taken there, through the edge."""
        self.it.wait_served(site)
        status, body, _ = self.it.order(f"scenario-{next(_keys)}")
        assert status == 201 and body["site"] == site, (status, body)

    def calls(self, mark: int, operation: str) -> list[str]:
        """What came of the operator's calls of an operation."""
        made = self.it.calls(mark)
        return [call["outcome"] for call in made if (call["caller"], call["operation"]) == ("operator", operation)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    # A capacity that does not come is offered as degraded service after this many seconds.
    with estate(tmp_path_factory.mktemp("scenarios"), recovery={"capacity_seconds": 10}) as made:
        made.up()
        made.wait_served("east")
        Writers.prepare(made, "east")
        yield Stage(made)


@pytest.fixture(autouse=True)
def never_both(stage: Stage) -> Iterator[None]:
    """Throughout each scenario; and each leaves an estate in which the standby follows."""
    with Writers(stage.it) as writers:
        yield
    stage.mend()
    stage.settle()
    assert writers.never_both()

    def follows() -> bool:
        return stage.it.database_at(stage.target)["writer"] is False

    wait(follows, "the standby follows")
    stage.it.configure(active={"production": stage.it.topology.peer(stage.target)})


def report(shown: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown.stdout.splitlines()[-1])
    return found


def states(shown: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    return {step["id"]: step["state"] for step in report(shown)["steps"]}


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_a_lost_answer_and_an_edge_whose_api_only_says_yes(stage: Stage, way: str) -> None:
    """The failover happens once although nobody was told; traffic follows the lease although the API moved nothing.

    The last look still finds the old order at the edge, whose fallback ignores health: that is said loudly, and going
    on puts it right once the API does as it says.
    """
    target, mark = stage.target, stage.it.mark()
    stage.fault("drop-response", service="rds:FailoverGlobalCluster", region=stage.region)
    stage.fault("ignore-writes", service="cloudflare")
    shown = stage.promote(target)
    assert shown.returncode == 0, shown.stderr
    assert states(shown)["edge-order"] == states(shown)["settle"] == "degraded"
    (settled,) = [step for step in report(shown)["steps"] if step["id"] == "settle"]
    assert "LESS THAN ALL" in settled["note"] and "the edge's order is" in settled["note"]
    assert stage.calls(mark, "FailoverGlobalCluster") == ["lost"], "once, and not again"
    stage.served(target)
    stage.mend()
    ended = stage.promote(target, "--resume")
    assert ended.returncode == 0, ended.stderr
    assert states(ended)["edge-order"] == states(ended)["settle"] == "done"
    stage.served(target)


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_capacity_that_does_not_come_is_offered_as_degraded_service(stage: Stage, way: str) -> None:
    """60 % of what every service is to have, from a standby's floor on."""
    target = stage.target
    stage.at_the_floor(target)
    stage.fault("freeze-capacity", service="all", share=0.6, region=stage.region)
    shown = stage.promote(target)
    assert shown.returncode == 11, shown.stdout + shown.stderr
    assert report(shown)["outcome"] == "stopped" and "--override capacity-" in shown.stderr
    short = [step for step, state in states(shown).items() if step.startswith("capacity-") and state == "failed"]
    assert short
    every = [word for name in states(shown) if name.startswith("capacity-") for word in ("--override", name)]
    shown = stage.promote(target, "--resume", *every, "--reason", "better than nothing")
    assert shown.returncode == 0, shown.stderr
    assert states(shown)["settle"] == "degraded", "what was accepted is not waited for again, and is said"
    stage.served(target)
    stage.mend()
    shown = stage.promote(target, "--resume")
    assert shown.returncode == 0 and "degraded" not in states(shown).values(), shown.stderr


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_a_database_that_is_available_and_refuses_writes(stage: Stage, way: str) -> None:
    target = stage.target
    stage.fault("read-only", region=stage.region)
    shown = stage.promote(target, "--skip", "end-to-end", "--reason", "stops before")
    assert shown.returncode == 11, shown.stdout + shown.stderr
    assert states(shown)["database"] == "done", "RDS says that it is done; the warden's write says that it is not"
    stage.mend()
    shown = stage.promote(target, "--resume")
    assert shown.returncode == 0, shown.stderr
    stage.served(target)


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_half_of_the_calls_are_throttled(stage: Stage, way: str) -> None:
    target = stage.target
    for service in ("rds", "ecs", "application-autoscaling", "dynamodb", "cloudflare"):
        stage.fault("throttle", service=service, rate=0.5, caller="operator")
    shown = stage.promote(target)
    for _ in range(5):  # ten seconds, which capacity has here, may be too few for it, again and again
        if shown.returncode != 11:
            break
        assert "stopped half-way: step capacity-" in shown.stderr, shown.stderr  # nothing else may stop
        shown = stage.promote(target, "--resume")
    assert shown.returncode == 0, shown.stderr
    stage.mend()
    stage.served(target)


@pytest.mark.parametrize("way", BOTH_WAYS)
@pytest.mark.parametrize("mode", ["refuse", "hang", "5xx"])
def test_the_edges_api_is_out(stage: Stage, mode: str, way: str) -> None:
    target = stage.target
    stage.fault("dark", region="cloudflare", mode=mode)
    shown = stage.promote(target)
    assert shown.returncode == 0, shown.stderr
    stage.served(target)


@pytest.mark.parametrize("way", BOTH_WAYS)
@pytest.mark.parametrize("mode", ["refuse", "hang", "5xx"])
def test_the_active_region_is_out_in_each_way_and_wakes_up_afterwards(stage: Stage, mode: str, way: str) -> None:
    target = stage.target
    old = stage.it.topology.peer(target)
    region = stage.it.running.regions[old]
    stage.fault("dark", region=region, mode=mode)
    mark = stage.it.mark()
    shown = stage.promote(target)
    assert shown.returncode == 0, shown.stderr
    stage.served(target)
    reached = [call for call in stage.it.calls(mark) if call["caller"] == "operator" and call["region"] == region]
    assert {call["outcome"] for call in reached} <= {"refused", "error:ServiceUnavailable"}
    stage.mend()
    back = stage.it.lifeline("rejoin", old)
    assert back.returncode == 0, back.stderr


@pytest.mark.parametrize("way", BOTH_WAYS)
@pytest.mark.parametrize("service", ["dynamodb", "sts", "secretsmanager", "ecs:RunTask"])
def test_one_service_of_the_target_is_out(stage: Stage, service: str, way: str) -> None:
    """It stops, or it goes on; it says which, and after the outage the same promotion ends well."""
    target = stage.target
    stage.fault("dark", region=stage.region, service=service)
    shown = stage.promote(target)
    assert shown.returncode in (0, 10, 11), shown.stderr
    stage.mend()
    if shown.returncode == 10:
        shown = stage.promote(target)
    elif shown.returncode == 11:
        shown = stage.promote(target, "--resume")
    assert shown.returncode == 0, shown.stderr
    stage.served(target)


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_no_replica_of_the_control_table_answers(stage: Stage, way: str) -> None:
    """The break-glass: two people, the old warden stopped, a lease by grant, and the record repaired afterwards."""
    target, old, topology = stage.target, stage.it.topology.peer(stage.target), stage.it.topology
    epoch = stage.epoch
    for region in stage.it.running.regions.values():
        stage.fault("dark", region=region, service="dynamodb")
    shown = stage.promote(target)
    assert shown.returncode == 10 and "--break-glass" in shown.stderr, shown.stderr
    people = ("--break-glass", "--override", "lag", "--reason", "the table is out everywhere", "--by", "ann")
    alone = stage.promote(target, *people, "--confirmed-by", "Ann")
    assert alone.returncode == 10 and "two different people" in alone.stderr
    shown = stage.promote(target, *people, "--confirmed-by", "dr.grace")
    assert shown.returncode == 0, shown.stderr
    told = report(shown)
    assert "ann and dr.grace" in told["break_glass"] and "NOT REPAIRED YET" in told["break_glass"]
    assert "was stopped and read back" in told["fence"]["how"] and told["rpo"]["control table"]["rows"] == "unknown"
    stage.served(target)
    wardens = stage.it.status()["tasks"][topology.region(old)].get("warden", [])
    assert wardens == [], "nobody is left who could renew the old site's lease"
    stage.mend()
    stage.served(target)
    repaired = stage.promote(target, "--resume")
    assert repaired.returncode == 0, repaired.stderr
    assert f"repaired, at epoch {epoch + 1}" in report(repaired)["break_glass"]
    assert stage.target == old and stage.epoch == epoch + 1
    stage.served(target)
    back = stage.it.lifeline("rejoin", old)
    assert back.returncode == 0, back.stderr


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_a_zone_of_the_target_is_lost_and_everything_is_slow(stage: Stage, way: str) -> None:
    target = stage.target
    stage.fault("dark-zone", zone=f"{stage.region}a")
    stage.fault("latency", seconds=0.2, region=stage.region)
    shown = stage.promote(target)
    assert shown.returncode == 0, shown.stderr
    stage.served(target)


@pytest.mark.parametrize("way", BOTH_WAYS)
def test_an_up_is_under_way(stage: Stage, way: str) -> None:
    """It was begun with the old intent; whatever it still does, the target serves at an active site's capacity."""
    target = stage.target
    stack = {"east": "prod", "west": "dr"}[target]
    under_way = subprocess.Popen(
        [sys.executable, "-m", "scripts.main", "--project", str(stage.it.root), "up", stack, "--yes"],
        env={**stage.it.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    try:
        shown = stage.promote(target)
        if shown.returncode == 10:  # a deployment under way is a rule that stands in the way
            assert "deployment" in shown.stderr
            shown = stage.promote(target, "--override", "deployment", "--reason", "the region is lost")
    finally:
        under_way.wait(120)
    assert shown.returncode == 0, shown.stderr
    stage.served(target)
    topology = stage.it.topology
    scaling = stage.it.aws("application-autoscaling", topology.region(target))
    for item in topology.all("scalable_target", target):
        (found,) = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[item.id])["ScalableTargets"]
        assert (found["MinCapacity"], found["MaxCapacity"]) == topology.capacity[str(item.name)].active
