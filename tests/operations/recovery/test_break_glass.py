"""No replica of the control table answers: two people decide, the old site is isolated, the record repaired later."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.outcomes import Refused
from operations.recovery import unrecorded
from operations.recovery.begin import Ready, Wish
from operations.recovery.lead import Lead
from operations.recovery.move import BreakGlass
from operations.recovery.outcome import Ended
from operations.recovery.plan import make
from operations.recovery.promotion import unfinished
from operations.recovery.report import Report
from operations.recovery.report_text import markdown
from operations.steps.step import StepFailed
from tests.operations.recovery.cloud import Cloud
from tests.operations.recovery.story import reasons, wish

GLASS = BreakGlass(("ann", "dr.grace"), "DynamoDB is out everywhere, and east is lost")


def ready(cloud: Cloud, root: Path, intent: str | None = "east", **more: Any) -> Ready:
    asked = wish("west", overrides=reasons("lag", "target-database"), **{"glass": GLASS, **more})
    return unrecorded.prepare(cloud.topology, asked, intent, root, cloud.world)


def lead(cloud: Cloud, root: Path) -> Lead:
    return Lead(root, cloud.world, measure=False)


def begin(cloud: Cloud, root: Path) -> tuple[Ended, Report]:
    return lead(cloud, root).begin(ready(cloud, root), lambda _: None)


def go_on(cloud: Cloud, root: Path) -> tuple[Ended, Report]:
    asked = wish()
    found = unfinished(cloud.topology, asked, root, cloud.world)
    return lead(cloud, root).go_on(found, asked, lambda _: None)


def states(ended: Ended) -> dict[str, str]:
    return {step.id: step.state for step in ended.run.steps}


def journalled(cloud: Cloud, promotion: str) -> int:
    return sum(pk == f"journal#{promotion}" for pk, _ in cloud.table.items)


def test_it_is_promoted_by_two_people_and_the_record_repaired_when_it_answers(cloud: Cloud, tmp_path: Path) -> None:
    cloud.lose_table()
    began = cloud.clock.monotonic()
    ended, report = begin(cloud, tmp_path)
    assert ended.outcome == "promoted" and states(ended)["repair"] == "degraded", ended.problem
    assert cloud.wardens.violations == [] and cloud.wardens.serves("west") and not cloud.wardens.serves("east")
    assert cloud.wardens_wanted("east") == 0, "whoever could renew the old site's lease is gone"
    bound = cloud.topology.lease_seconds + cloud.topology.transaction_seconds
    assert cloud.clock.monotonic() - began >= bound
    assert "isolated: the warden of east was stopped and read back" in report.fence.how
    assert journalled(cloud, ended.promotion) == 0, "there is no table to keep it in"
    assert "decided by ann and dr.grace" in report.break_glass and "NOT REPAIRED YET" in report.break_glass
    assert f"# BREAK-GLASS: {report.break_glass}" in markdown(report)
    with pytest.raises(Refused, match="was begun without the record and is not over"):
        ready(cloud, tmp_path)

    still, _ = go_on(cloud, tmp_path)
    assert states(still)["repair"] == "degraded", "the table is still out"
    cloud.table_out = False
    assert cloud.wardens.serves("west"), "a record that is behind does not end the lease that was granted"
    ended, report = go_on(cloud, tmp_path)
    assert states(ended)["repair"] == "done" and cloud.wardens.record() == ("west", 1)
    assert cloud.wardens.violations == [] and cloud.wardens_wanted("east") == 1
    assert "the record was repaired, at epoch 1" in report.break_glass and report.epoch == 1
    assert journalled(cloud, ended.promotion) == len(ended.journal), "others can read now what was done"
    assert unrecorded.pending(cloud.topology, tmp_path, cloud.world) is None
    parameter = cloud.topology.one("lease_extension", "west")
    with pytest.raises(ClientError, match="ParameterNotFound"):
        cloud.client("ssm", parameter.region).get_parameter(Name=parameter.id)


def test_a_later_epoch_of_the_record_is_gone_past(cloud: Cloud, tmp_path: Path) -> None:
    """An abandoned move made epochs that no database ever saw."""
    store = make(ready_move(cloud), tmp_path).move.store()
    store.move(store.move(store.move(store.read(), "west"), "east"), "east")
    cloud.lose_table()
    begin(cloud, tmp_path)
    cloud.table_out = False
    go_on(cloud, tmp_path)
    assert cloud.wardens.record() == ("west", 4) and cloud.wardens.violations == []


def ready_move(cloud: Cloud) -> Any:
    from tests.operations.recovery.matrix import ready_for

    return ready_for(cloud, Path(), "failover").plan.move


def test_with_the_old_region_dark_too_the_lease_is_waited_out(cloud: Cloud, tmp_path: Path) -> None:
    cloud.lose_table()
    cloud.dark = {"us-east-1"}
    ended, report = begin(cloud, tmp_path)
    assert ended.outcome == "promoted" and cloud.wardens.violations == []
    assert "us-east-1 does not answer" in report.fence.how and "waited out" in report.fence.how
    cloud.table_out = False
    ended, _ = go_on(cloud, tmp_path)
    assert states(ended)["repair"] == "done", "no warden was stopped, so none has to be woken in a region that is dark"


def test_if_the_table_answers_on_the_way_the_record_decides(cloud: Cloud, tmp_path: Path) -> None:
    cloud.lose_table()
    begun = ready(cloud, tmp_path)
    cloud.table_out = False
    ended, report = lead(cloud, tmp_path).begin(begun, lambda _: None)
    assert (ended.outcome, report.outcome) == ("refused", "refused")
    assert "promote by the record, without --break-glass" in ended.problem
    assert cloud.databases.moves == [] and cloud.wardens_wanted("east") == 1 and cloud.table.record == {}


def test_given_up_before_the_database_moved_the_old_warden_runs_again(cloud: Cloud, tmp_path: Path) -> None:
    cloud.lose_table()
    cloud.wardens.grants.clear()
    region = cloud.topology.one("lease_extension", "east").region
    begun = ready(cloud, tmp_path)
    graph = begun.plan.graph
    database = graph.steps["database"]
    database.check = _fails  # type: ignore[assignment, method-assign]
    ended, _ = lead(cloud, tmp_path).begin(begun, lambda _: None)
    assert ended.run.failed == "database" and cloud.wardens_wanted("east") == 0 and region
    assert "nothing but east's warden was touched" in ended.problem
    done, report = lead(cloud, tmp_path).give_up(cloud.topology, wish(), lambda _: None)
    assert (done.site, done.epoch, report.outcome) == ("east", None, "aborted")
    assert cloud.wardens_wanted("east") == 1
    assert unrecorded.pending(cloud.topology, tmp_path, cloud.world) is None


def _fails(_: object) -> Any:
    raise StepFailed("RDS is out")


def test_a_lease_that_was_extended_by_hand_stops_it(cloud: Cloud, tmp_path: Path) -> None:
    cloud.lose_table()
    parameter = cloud.topology.one("lease_extension", "east")
    given = {"minutes": 30, "by": ["bob", "carol"], "reason": "x", "at": cloud.clock.now().isoformat()}
    cloud.client("ssm", parameter.region).put_parameter(Name=parameter.id, Value=json.dumps(given), Type="String")
    ended, _ = begin(cloud, tmp_path)
    assert ended.run.failed == "fence" and "extended by hand (bob and carol)" in ended.problem
    assert cloud.databases.moves == [] and cloud.wardens_wanted("east") == 1


@pytest.mark.parametrize(
    ("out", "more", "intent", "said"),
    [
        (False, {}, "east", "a replica of the control table answers"),
        (True, {}, "west", "the checkout names west"),
        (True, {"mode": "switchover"}, "east", "only a failover"),
        (True, {"glass": replace(GLASS, people=("ann", " Ann "))}, "east", "two different people"),
        (True, {"glass": replace(GLASS, reason=" ")}, "east", "needs --reason"),
        (True, {"glass": None}, "east", "two people and a reason"),
    ],
)
def test_without_need_or_without_two_people_it_is_refused(
    cloud: Cloud, tmp_path: Path, out: bool, more: dict[str, Any], intent: str, said: str
) -> None:
    if out:
        cloud.lose_table()
    with pytest.raises(Refused, match=said):
        ready(cloud, tmp_path, intent, **more)
    assert cloud.databases.moves == [] and not list(tmp_path.iterdir())


def test_an_unknown_lag_has_still_to_be_overridden(cloud: Cloud, tmp_path: Path) -> None:
    cloud.lose_table()
    asked = Wish("west", "failover", "ann", glass=GLASS)
    found = unrecorded.prepare(cloud.topology, asked, "east", tmp_path, cloud.world)
    assert "lag" in {item.rule for item in found.blocking}


def test_the_plan_requires_nothing_of_the_table_or_the_old_region(cloud: Cloud, tmp_path: Path) -> None:
    cloud.lose_table()
    plan = ready(cloud, tmp_path).plan
    assert plan.proof.broken == ()
    required = [call for step in plan.graph for call in step.calls if call.required]
    assert required and not [call.key for call in required if call.service == "dynamodb"]
    assert plan.hash != make(replace(plan.move, glass=None), tmp_path).hash
