"""Whole promotions in process: what is refused before the first change, what stops, and how it goes on."""

import random
from pathlib import Path
from typing import Any

import pytest

from operations.outcomes import Refused
from operations.record.store import RecordStore
from operations.recovery.abort import abort
from operations.recovery.begin import prepare
from operations.recovery.dry_run import foresee
from operations.recovery.move import Mode
from operations.recovery.outcome import Ended
from operations.recovery.promotion import execute
from operations.steps.call import Call, spelled
from tests.operations.recovery.cloud import Cloud
from tests.operations.recovery.story import at_the_end, begin, go_on, reasons, wish


def states(ended: Ended) -> dict[str, str]:
    return {step.id: step.state for step in ended.run.steps}


@pytest.mark.parametrize("mode", ["failover", "switchover"])
def test_there_and_back(cloud: Cloud, tmp_path: Path, mode: Mode) -> None:
    there = begin(cloud, tmp_path, wish("west", mode))
    assert there.outcome == "promoted" and set(states(there).values()) <= {"done", "nothing"}, states(there)
    assert cloud.capacity("west") == {"web": (2, 2, 8), "nlp": (2, 2, 12)}
    assert {name: held[1:] for name, held in cloud.capacity("east").items()} == {"web": (1, 2), "nlp": (1, 2)}
    assert cloud.backups.roles == {"us-west-2": "active", "us-east-1": "standby"}
    assert cloud.backups.rules("us-west-2") == ["daily", "monthly"] and cloud.backups.rules("us-east-1") == ["monthly"]
    assert there.run.notes["queues"]["nlp"] == {  # type: ignore[index,call-overload]
        "ApproximateNumberOfMessages": 0,
        "ApproximateNumberOfMessagesNotVisible": 0,
    }
    back = begin(cloud, tmp_path, wish("east", mode), intent="west")
    assert (back.outcome, back.epoch) == ("promoted", 2)
    assert cloud.databases.moves == [(mode, "west", mode == "failover"), (mode, "east", mode == "failover")]
    assert cloud.wardens.history == [("east", 0), ("west", 1), ("east", 2)]


def test_with_the_active_region_dark_no_call_there_is_needed(cloud: Cloud, tmp_path: Path) -> None:
    cloud.dark = {"us-east-1"}
    ended = begin(cloud, tmp_path, wish(overrides=reasons("lag")))
    assert cloud.wardens.violations == []
    assert ended.outcome == "promoted" and ended.run.notes["fence"]["how"] == "waited"  # type: ignore[index,call-overload]
    assert ended.run.notes["protection"]["old_site"].startswith("does not answer")  # type: ignore[index,call-overload,union-attr]
    assert cloud.balancer.pools()["nl-fhir-production-east"].enabled is False, "stays closed until somebody is there"
    assert cloud.backups.rules("us-west-2") == ["daily", "monthly"], "the promoted site is backed up from now on"
    assert "not reached" in ended.run.notes["backups"]["east"]  # type: ignore[index,call-overload,operator]


def test_traffic_comes_after_a_write(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.read_only = {"west"}
    ended = begin(cloud, tmp_path, wish())
    assert ended.outcome == "stopped" and ended.run.failed == "writable"
    assert "read-only" in ended.problem and "--resume" in ended.problem
    assert states(ended)["edge-order"] == "waiting" and cloud.balancer.order().fallback == "nl-fhir-production-east"
    cloud.databases.read_only = set()
    assert go_on(cloud, tmp_path, wish(mode="switchover")).outcome == "promoted"
    assert len(cloud.databases.moves) == 1


def test_another_machine_goes_on_from_the_table(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.read_only = {"west"}
    begin(cloud, tmp_path / "one", wish())
    cloud.databases.read_only = set()
    with pytest.raises(Refused, match="ann@desk holds the lock since"):
        go_on(cloud, tmp_path / "two", wish(mode="switchover", by="bob@laptop"))
    ended = go_on(cloud, tmp_path / "two", wish(mode="switchover", by="bob@laptop", take_over="ann is asleep"))
    assert ended.outcome == "promoted"
    assert any(entry.kind == "resume" and entry.data["took_over"] == "ann is asleep" for entry in ended.journal)


def test_a_second_operator_is_told_who_is_at_which_step(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.read_only = {"west"}
    begin(cloud, tmp_path, wish())
    for to in ("west", "east"):
        with pytest.raises(Refused, match=r"ann@desk holds the lock since .* at step writable") as refused:
            begin(cloud, tmp_path / "other", wish(to, by="bob@laptop"))
        assert "lifeline promote --to west --resume" in str(refused.value)


def test_of_two_at_once_one_moves_the_record(cloud: Cloud, tmp_path: Path) -> None:
    first, second = (
        prepare(cloud.topology, wish(by=by), "east", tmp_path, cloud.world, letters=True) for by in ("ann", "bob")
    )
    assert execute(first, tmp_path, lambda _: None).outcome == "promoted"
    lost = execute(second, tmp_path, lambda _: None)
    assert lost.outcome == "refused" and "the record has moved meanwhile" in lost.problem
    assert cloud.wardens.record() == ("west", 1) and "lock" not in cloud.table.record


def test_half_of_all_calls_throttled_only_takes_longer(cloud: Cloud, tmp_path: Path) -> None:
    ready = prepare(cloud.topology, wish(), "east", tmp_path, cloud.world, letters=True)
    chance = random.Random(7)
    cloud.throttle = lambda: chance.random() < 0.5
    ended = execute(ready, tmp_path, lambda _: None)
    while ended.outcome == "stopped":  # six refusals in a row end a call; the operator goes on
        ended = go_on(cloud, tmp_path, wish(mode="switchover"))
    assert ended.outcome == "promoted" and len(cloud.databases.moves) == 1


@pytest.mark.parametrize(
    "operation", ["FailoverGlobalCluster", "UpdateService", "RegisterScalableTarget", "UpdateItem"]
)
def test_an_answer_lost_after_the_effect_repeats_nothing(cloud: Cloud, tmp_path: Path, operation: str) -> None:
    cloud.deaf[spelled(operation)] = 1
    ended = begin(cloud, tmp_path, wish())
    assert ended.outcome == "promoted" and len(cloud.databases.moves) == 1
    assert cloud.wardens.record() == ("west", 1)


@pytest.mark.parametrize(("lost", "verdict"), [(1, "pass"), (2, "unknown")])
def test_a_rule_is_asked_once_more_where_nobody_answered(cloud: Cloud, tmp_path: Path, lost: int, verdict: str) -> None:
    cloud.deaf[spelled("DescribeCertificate")] = lost
    ready = prepare(cloud.topology, wish(), "east", tmp_path, cloud.world, letters=True)
    assert [item.verdict for item in ready.findings if item.rule == "certificate"] == [verdict]


def test_a_failover_that_takes_its_time_is_asked_for_once(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.slow = 20
    assert begin(cloud, tmp_path, wish()).outcome == "promoted"
    assert cloud.count("failover_global_cluster") == 1


@pytest.mark.parametrize("broken", ["down", "lying"])
def test_without_the_edge_s_api_it_is_slower_and_says_so(cloud: Cloud, tmp_path: Path, broken: str) -> None:
    setattr(cloud.balancer, broken, True)
    ended = begin(cloud, tmp_path, wish())
    accelerators = {"close-edge", "edge-order"}
    assert {name for name, state in states(ended).items() if state == "degraded"} >= accelerators, states(ended)
    # Traffic follows the lease all the same: the order end to end was taken at west.
    assert states(ended)["end-to-end"] == "done" and all("west" in key for key in cloud.orders)
    assert ended.outcome == "promoted", "what was left degraded before is not waited for again"
    if broken == "lying":
        assert states(ended)["settle"] == "degraded" and "edge-order" in ended.run.notes["accepted"]  # type: ignore[operator]
    setattr(cloud.balancer, broken, False)
    mended = go_on(cloud, tmp_path, wish())
    assert mended.outcome == "promoted" and states(mended)["edge-order"] == states(mended)["settle"] == "done"
    assert cloud.balancer.order().fallback == "nl-fhir-production-west"
    assert all(pool.enabled for pool in cloud.balancer.pools().values()), "closing the old pool would come too late now"
    assert "lock" not in cloud.table.record and len(cloud.databases.moves) == 1
    with pytest.raises(Refused, match="no promotion is under way"):
        go_on(cloud, tmp_path, wish())


def test_capacity_that_stays_short_is_offered_as_degraded(cloud: Cloud, tmp_path: Path) -> None:
    cloud.most = {"web": 1}
    # All steps share one virtual clock: less patience than any step beside it has.
    recovery = cloud.topology.recovery.model_copy(update={"capacity_seconds": 90})
    cloud.topology = cloud.topology.model_copy(update={"recovery": recovery})
    ended = begin(cloud, tmp_path, wish())
    assert ended.run.failed == "capacity-web" and "--override capacity-web --reason" in ended.problem
    ended = go_on(cloud, tmp_path, wish(mode="switchover", overrides=reasons("capacity-web")))
    assert ended.outcome == "promoted" and states(ended)["capacity-web"] == states(ended)["settle"] == "degraded"
    settled = next(step for step in ended.run.steps if step.id == "settle")
    assert "LESS THAN ALL" in settled.note and "web: 1 of 2 tasks run" in settled.note
    cloud.most = {}
    ended = go_on(cloud, tmp_path, wish())
    assert states(ended)["capacity-web"] == states(ended)["settle"] == "done", "tried again, without asking again"


def test_schedules_are_suspended_first(cloud: Cloud, tmp_path: Path) -> None:
    cloud.schedule("west", "web")
    ended = begin(cloud, tmp_path, wish())
    assert states(ended)["schedules"] == "done"
    operations = [entry.what for entry in ended.journal if entry.kind == "call" and "autoscaling" in entry.what]
    assert ended.journal and operations[0] == "application-autoscaling:RegisterScalableTarget@us-west-2"


def test_a_switchover_waits_for_the_last_byte(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.behind = 900
    ended = begin(cloud, tmp_path, wish(mode="switchover"))
    assert ended.outcome == "promoted" and ended.run.notes["zero-lag"] == {"position": 1000}
    steps = [entry.step for entry in ended.journal if entry.kind == "state" and entry.what == "done"]
    assert steps.index("fence") < steps.index("zero-lag") < steps.index("database")


def test_a_switchover_whose_primary_dies_may_become_a_failover(cloud: Cloud, tmp_path: Path) -> None:
    ready = prepare(cloud.topology, wish(mode="switchover"), "east", tmp_path, cloud.world, letters=True)
    cloud.dark = {"us-east-1"}
    ended = execute(ready, tmp_path, lambda _: None)
    assert ended.run.failed == "zero-lag" and cloud.databases.moves == []
    ended = go_on(cloud, tmp_path, wish(mode="failover"))
    assert (ended.outcome, ended.mode) == ("promoted", "failover")
    assert cloud.databases.moves == [("failover", "west", True)]


def test_given_up_before_the_database_moved(cloud: Cloud, tmp_path: Path) -> None:
    cloud.dark = {"us-east-1"}
    ready = prepare(
        cloud.topology, wish(mode="switchover", overrides=reasons("lag")), "east", tmp_path, cloud.world, letters=False
    )
    cloud.dark = set()
    cloud.wardens.silent = {"east"}
    ended = execute(type(ready)(ready.plan, (), ready.wish), tmp_path, lambda _: None)
    assert ended.run.failed == "zero-lag" and "lifeline promote abort" in ended.problem
    cloud.wardens.silent = set()
    done = abort(cloud.topology, wish(), tmp_path, cloud.world, lambda _: None)
    assert (done.site, done.epoch, done.warnings) == ("east", 2, ())
    assert cloud.wardens.serves("east") and cloud.balancer.order().fallback == "nl-fhir-production-east"
    assert begin(cloud, tmp_path, wish(mode="switchover")).epoch == 3, "and the next one may begin"


def test_the_point_of_no_return_is_said(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.read_only = {"west"}
    begin(cloud, tmp_path, wish())
    with pytest.raises(Refused, match="that point has passed"):
        abort(cloud.topology, wish(), tmp_path, cloud.world, lambda _: None)


def test_a_wall_clock_that_jumps_decides_nothing(cloud: Cloud, tmp_path: Path) -> None:
    ready = prepare(cloud.topology, wish(), "east", tmp_path, cloud.world, letters=True)
    cloud.wardens.silent = {"east"}
    cloud.jump(-48)
    began = cloud.clock.monotonic()
    assert execute(ready, tmp_path, lambda _: None).outcome == "promoted"
    bound = cloud.topology.lease_seconds + cloud.topology.transaction_seconds
    assert cloud.clock.monotonic() - began >= bound


@pytest.mark.parametrize("hours", [-48, 1])
def test_a_clock_that_is_wrong_is_refused(cloud: Cloud, tmp_path: Path, hours: float) -> None:
    cloud.jump(hours)
    with pytest.raises(Refused, match=r"clock: fail: this machine's clock is \d+ s off AWS's") as refused:
        begin(cloud, tmp_path, wish())
    assert "set it (NTP)" in str(refused.value)
    assert cloud.table.record == {} and cloud.databases.moves == [] and not list(tmp_path.iterdir())


def test_a_dry_run_changes_nothing(cloud: Cloud, tmp_path: Path) -> None:
    ready = prepare(cloud.topology, wish(), "east", tmp_path, cloud.world, letters=False)
    seen = {item.step.id: item.need for item in foresee(ready.plan)}
    assert seen["record"] == "needed" and seen["secrets"] == "nothing" and "unknown" not in seen.values()
    made = [
        Call(service, "".join(part.title() for part in name.split("_")), region)
        for service, name, region in cloud.calls
    ]
    assert made and not [call.key for call in made if call.mutates]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("to", "more", "intent", "said"),
    [
        ("north", {}, "east", "'north' is no site: one of east, west"),
        ("east", {}, "east", "east is the active site already"),
        ("west", {}, "west", "the checkout names west, the record east"),
        ("west", {"overrides": {"single-writer": "I know better"}}, "east", "not to be overridden: single-writer"),
        ("west", {"overrides": {"lag": " "}}, "east", "each need --reason"),
        ("west", {"skips": {"fence": "no time"}}, "east", "not to be skipped: fence"),
        ("west", {"plan": "0123456789abcdef"}, "east", "the plan 0123456789abcdef is stale"),
    ],
)
def test_bad_input_changes_nothing(
    cloud: Cloud, tmp_path: Path, to: str, more: dict[str, Any], intent: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        begin(cloud, tmp_path, wish(to, **more), intent)
    assert cloud.table.record == {} and cloud.databases.moves == []


def test_a_plan_rests_on_record_and_topology(cloud: Cloud, tmp_path: Path) -> None:
    agreed = prepare(cloud.topology, wish(), "east", tmp_path, cloud.world, letters=False).plan.hash
    assert prepare(cloud.topology, wish(), "east", tmp_path, cloud.world, letters=False).plan.hash == agreed
    begin(cloud, tmp_path, wish(plan=agreed))
    begin(cloud, tmp_path, wish("east"), intent="west")
    with pytest.raises(Refused, match="is stale"):
        begin(cloud, tmp_path, wish(plan=agreed))


def test_a_resume_from_another_checkout_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.read_only = {"west"}
    begin(cloud, tmp_path, wish())
    cloud.topology = cloud.topology.model_copy(update={"lease_seconds": 61})
    with pytest.raises(Refused, match="is stale: it was"):
        go_on(cloud, tmp_path, wish(mode="switchover"))


def test_the_table_out_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    cloud.table_out = True
    cloud.forget_calls()
    with pytest.raises(Refused, match="the control record cannot be read") as refused:
        begin(cloud, tmp_path, wish())
    assert "--break-glass" in str(refused.value) and cloud.changes == 0 and not list(tmp_path.iterdir())


def test_a_malformed_journal_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.read_only = {"west"}
    begin(cloud, tmp_path, wish())
    gone = next(key for key in cloud.table.items if key[0].startswith("journal#") and key[1] == "000004")
    del cloud.table.items[gone]
    _refused_unchanged(cloud, tmp_path, "cannot be gone on with: entry 4 is number 5")


def test_a_line_of_the_journal_s_file_that_is_none_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    cloud.databases.read_only = {"west"}
    begin(cloud, tmp_path, wish())
    (file,) = (tmp_path / ".lifeline" / "promotions").glob("*.jsonl")
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:2], "{half a line", *lines[3:]]) + "\n")
    _refused_unchanged(cloud, tmp_path, "line 3 is no entry of a journal")


def _refused_unchanged(cloud: Cloud, root: Path, said: str) -> None:
    """Going on, beginning anew and giving up: none changes anything."""
    cloud.databases.read_only = set()
    before = at_the_end(cloud)
    cloud.forget_calls()
    for attempt in (
        lambda: go_on(cloud, root, wish(mode="switchover")),
        lambda: begin(cloud, root, wish()),
        lambda: abort(cloud.topology, wish(), root, cloud.world, lambda _: None),
    ):
        with pytest.raises(Refused, match=said):
            attempt()
    assert cloud.changes == 0 and at_the_end(cloud) == before


def test_a_foreign_lock_without_a_journal_can_be_taken_over(cloud: Cloud, tmp_path: Path) -> None:
    store = RecordStore("", "nl-fhir", cloud.topology.control_regions, "east", cloud.world.aws)
    store.acquire_lock("dr.grace", "elsewhere", "database")
    with pytest.raises(Refused, match=r"dr.grace holds the lock .* --take-over-lock"):
        begin(cloud, tmp_path, wish())
    ended = begin(cloud, tmp_path, wish(take_over="she has left"))
    assert ended.outcome == "promoted" and ended.journal[0].data["took_over"] == "she has left"


def test_every_start_has_an_end_in_both_books(cloud: Cloud, tmp_path: Path) -> None:
    ended = begin(cloud, tmp_path, wish())
    assert (ended.journal[0].kind, ended.journal[-1].kind, ended.journal[-1].what) == ("begin", "end", "promoted")
    mine = [key for key in cloud.table.items if key[0] == f"journal#{ended.promotion}"]
    (file,) = (tmp_path / ".lifeline" / "promotions").glob("*.jsonl")
    assert len(mine) == len(file.read_text().splitlines()) == len(ended.journal)
    assert at_the_end(cloud)["locked"] is False
