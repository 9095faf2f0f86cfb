"""The checkout follows the record; what would lose or detach data is refused with the line as it was."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations.outcomes import Refused, Stopped
from operations.record.record import Lock, Record, RecordUnreachable
from operations.recovery import reconcile as module
from operations.recovery.active_line import diff, flip
from operations.recovery.reconcile import danger, reconcile
from operations.stacks.changes import Change, Changes
from operations.stacks.engine import EngineError

ROOT = Path(__file__).parents[3]
TEXT = """\
name: lifeline
config:
  # Who serves; a promotion flips this line.
  lifeline:active:
    value: {production: east, staging: "west"}  # one word
  lifeline:domain: clinic.example.com
"""
STACKS = ["global", "prod", "dr"]


@pytest.mark.parametrize(
    ("text", "environment", "wanted"),
    [
        (TEXT, "production", TEXT.replace("production: east", "production: west")),
        (TEXT.replace("production: east", "production: 'east'"), "production", TEXT.replace("east", "west")),
        (TEXT, "staging", TEXT.replace('"west"', "west")),
        (
            "config: {lifeline:active: {production: east}}",
            "production",
            "config: {lifeline:active: {production: west}}",
        ),
        (
            "config:\n  lifeline:active:\n    value:\n      production: east # x\n",
            "production",
            "config:\n  lifeline:active:\n    value:\n      production: west # x\n",
        ),
    ],
)
def test_only_the_one_word_changes(text: str, environment: str, wanted: str) -> None:
    assert flip(text, environment, "west") == wanted


def test_the_shipped_file_has_a_line_to_flip() -> None:
    text = (ROOT / "Pulumi.yaml").read_text()
    changed = diff(text, flip(text, "production", "west")).splitlines()
    assert [line for line in changed[2:] if line[0] in "+-"] == [
        "-    value: {production: east}",
        "+    value: {production: west}",
    ]
    assert flip(flip(text, "production", "west"), "production", "east") == text


@pytest.mark.parametrize("text", ["config: {}", "name: x", "config:\n  lifeline:active: east", TEXT])
def test_without_such_a_line_it_says_what_to_add(text: str) -> None:
    with pytest.raises(ValueError, match=r"add `value: \{preview: west\}`"):
        flip(text, "preview", "west")


def change(type: str, kind: str, *properties: str) -> Change:
    return Change(f"urn:pulumi:prod::lifeline::{type}::x", type, "x", kind, properties)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("planned", "fix"),
    [
        (change("aws:rds/cluster:Cluster", "delete"), "pulumi state delete"),
        (change("aws:rds/cluster:Cluster", "replace", "masterUsername"), "set masterUsername back"),
        (change("aws:rds/cluster:Cluster", "update", "globalClusterIdentifier"), "lifeline rejoin"),
        (change("aws:rds/cluster:Cluster", "update", "replicationSourceIdentifier"), "lifeline rejoin"),
        (change("aws:dynamodb/table:Table", "update", "replicas[0].regionName"), "lifeline rejoin"),
        (change("aws:s3/bucket:Bucket", "replace", "bucket"), "set bucket back"),
        (change("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "delete"), "lifeline rejoin"),
        (change("aws:kms/key:Key", "delete"), "put its declaration back"),
    ],
)
def test_what_loses_or_detaches_data_is_named_with_its_fix(planned: Change, fix: str) -> None:
    assert fix in str(danger(planned))


@pytest.mark.parametrize(
    "planned",
    [
        change("aws:rds/cluster:Cluster", "update", "backupRetentionPeriod"),
        change("aws:rds/cluster:Cluster", "create"),
        change("aws:ecs/service:Service", "replace", "name"),
        change("aws:appautoscaling/target:Target", "update", "minCapacity"),
        change("aws:rds/cluster:Cluster", "same"),
    ],
)
def test_everything_else_may_be_planned(planned: Change) -> None:
    assert danger(planned) is None


class Estate:
    """A checkout, a record, and an engine that plans what it is told to."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.record: Record | None = Record("west", 4, "")
        self.planned: dict[str, list[Change]] = {}
        self.dark: set[str] = set()
        self.actions: list[str] = []
        (root / "Pulumi.yaml").write_text(TEXT)
        for stack in STACKS:
            (root / f"Pulumi.{stack}.yaml").write_text("config: {}")
        monkeypatch.setattr(module, "side_by_side", self._run)

    def _run(self, engine: Any, action: str, stacks: list[str]) -> list[Changes | EngineError]:
        self.actions.append(action)
        results: list[Changes | EngineError] = []
        for stack in stacks:
            changes = Changes(stack, {item.urn: item for item in self.planned.get(stack, [])})
            results.append(EngineError(stack, 1, "no answer", changes) if stack in self.dark else changes)
        return results

    def read(self) -> Record:
        if self.record is None:
            raise RecordUnreachable("read", {"us-east-1": "down"})
        return self.record

    def run(self, say: Callable[[str], None] = lambda text: None, pilot: bool = False) -> module.Reconciled:
        return reconcile(self.root, "production", STACKS, self.read, None, say, pilot=pilot)  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        return (self.root / "Pulumi.yaml").read_text()


@pytest.fixture
def it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Estate:
    return Estate(tmp_path, monkeypatch)


def test_the_line_follows_and_nothing_is_applied(it: Estate) -> None:
    done = it.run()
    assert (done.active, done.empty, it.actions) == ("west", True, ["refresh", "preview"])
    assert "production: west" in it.text and "+    value: {production: west" in done.diff
    assert it.run().diff == ""


def test_a_plan_that_loses_data_is_refused_and_the_line_is_as_it_was(it: Estate) -> None:
    it.planned["prod"] = [change("aws:rds/cluster:Cluster", "replace", "engine")]
    with pytest.raises(Refused, match="set engine back"):
        it.run()
    assert it.text == TEXT


def test_a_stack_that_cannot_be_seen_is_unknown_and_not_fine(it: Estate) -> None:
    it.dark = {"prod"}
    with pytest.raises(Stopped, match=r"prod: not (refreshed|previewed): no answer") as stopped:
        it.run()
    assert "lifeline reconcile" in str(stopped.value)
    assert "production: west" in it.text


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (None, "cannot be read"),
        (Record("west", 4, "", Lock("ann", "today", "p1", "database")), "promotion p1 is under way"),
    ],
)
def test_without_a_settled_record_nothing_is_done(it: Estate, record: Record | None, why: str) -> None:
    it.record = record
    with pytest.raises(Refused, match=why):
        it.run()
    assert it.text == TEXT and it.actions == []


def test_a_stack_with_a_line_of_its_own_is_refused(it: Estate) -> None:
    (it.root / "Pulumi.dr.yaml").write_text("config:\n  lifeline:active: {production: east}\n")
    with pytest.raises(Refused, match=r"Pulumi.dr.yaml has an `lifeline:active` of its own"):
        it.run()
    assert it.text == TEXT


def test_only_where_the_standby_is_a_pilot_does_the_old_site_give_up_its_instances(it: Estate) -> None:
    it.planned = {"prod": [change("aws:rds/clusterInstance:ClusterInstance", "delete")]}
    assert not it.run(pilot=True).empty
    it.planned["prod"].append(change("aws:rds/cluster:Cluster", "delete"))
    with pytest.raises(Refused, match="1 changes would lose or detach data"):
        it.run(pilot=True)
    del it.planned["prod"][1]
    with pytest.raises(Refused, match="ClusterInstance"):
        it.run()


def test_what_the_promotion_made_is_adopted_and_the_stack_previewed_again(
    it: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    it.planned = {"dr": [change("aws:rds/clusterInstance:ClusterInstance", "create")]}
    monkeypatch.setattr(module, "adopt", lambda engine, changes, say: changes.stack == "dr")

    class Engine:
        def preview(self, stack: str) -> Changes:
            return Changes(stack)

    done = reconcile(it.root, "production", STACKS, it.read, Engine(), lambda text: None)  # type: ignore[arg-type]
    assert done.empty and set(done.planned) == set(STACKS)


def test_where_that_fails_it_stops_and_says_how_to_go_on(it: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(engine: Any, changes: Changes, say: Any) -> bool:
        raise EngineError(changes.stack, 1, "the state is locked", changes)

    monkeypatch.setattr(module, "adopt", fails)
    with pytest.raises(Stopped, match=r"(?s)the state is locked.*no resource was touched.*lifeline reconcile"):
        it.run()
    assert "production: west" in it.text
