"""An estate that the last release made is brought to today's program without a deletion or a replacement."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.infra.components.snapshots import UPDATE
from tests.infra.declared import Declared
from tests.infra.stacks import declared
from tests.infra.upgrade import released, seen
from tests.infra.upgrade.losses import losses
from tests.infra.upgrade.seen import Seen

CLUSTER = "aws:rds/cluster:Cluster"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    tag = released.last_tag()
    if tag is not None:
        return released.of_tag(tag, tmp_path_factory.mktemp("released"))
    if os.environ.get(UPDATE):
        now = {scope: seen.of(declared(scope)) for scope in seen.SCOPES}
        released.KEPT.write_text(json.dumps(now, indent=0, sort_keys=True) + "\n")
    return released.kept()


@pytest.mark.parametrize("scope", seen.SCOPES)
def test_no_release_loses_what_the_one_before_made(scope: str, before: dict[str, Seen]) -> None:
    today = declared(scope)
    assert losses(before[scope], seen.of(today), seen.aliases(today)) == []


def renamed(stack: Declared, type_: str, to: str) -> Declared:
    """The stack with one resource under another name in the program."""
    (old,) = stack.of(type_)
    new = replace(old, name=to, urn=old.urn.rpartition("::")[0] + f"::{to}")
    return Declared([new if item is old else item for item in stack.resources])


def test_a_rename_is_a_loss_unless_it_carries_an_alias(before: dict[str, Seen]) -> None:
    """Seeded, so that the test above is known to fail where it should."""
    moved = renamed(declared("east"), CLUSTER, "east-db")
    (told,) = losses(before["east"], seen.of(moved), {})
    assert told.startswith("deleted:") and f"{CLUSTER}::east-database-cluster" in told
    (old,) = declared("east").of(CLUSTER)
    (new,) = moved.of(CLUSTER)
    assert losses(before["east"], seen.of(moved), {old.urn: new.urn}) == []


def test_a_change_that_replaces_is_a_loss_and_one_in_place_is_none(before: dict[str, Seen]) -> None:
    stack = declared("east")
    (cluster,) = stack.of(CLUSTER)

    def changed(**inputs: object) -> Seen:
        other = replace(cluster, inputs={**cluster.inputs, **inputs})
        return seen.of(Declared([other if item is cluster else item for item in stack.resources]))

    (told,) = losses(before["east"], changed(storageEncrypted=False), {})
    assert told.startswith("replaced:") and "storageEncrypted" in told
    assert losses(before["east"], changed(backupRetentionPeriod=7), {}) == []


def test_a_new_resource_is_no_loss(before: dict[str, Seen]) -> None:
    now = {**before["east"], "urn:pulumi:east::lifeline::aws:sqs/queue:Queue::new": {"name": "1"}}
    assert losses(before["east"], now, {}) == []


@pytest.mark.rehearsal
def test_the_program_of_a_commit_is_looked_at_in_a_tree_of_its_own(tmp_path: Path) -> None:
    """As for a tag, on the commit that is checked out: the same program, so nothing is lost."""
    then = released.of_tag("HEAD", tmp_path)
    for scope in seen.SCOPES:
        today = declared(scope)
        assert len(then[scope]) > 200
        assert losses(then[scope], seen.of(today), seen.aliases(today)) == []
