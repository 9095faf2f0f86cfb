"""The founder's region does not come back: every step of docs/founder-lost.md, in the sandbox, to the way back.

The lost region stays dark to the end. What no step may do is told by the survivor's plan and by its data.
"""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from operations.stacks.changes import STATEFUL
from tests.engine.estate import Estate, estate, wait
from tests.engine.writers import Writers
from tests.examples.test_appointments import PROJECT

LOST, ELSEWHERE = "eu-west-1", "eu-west-3"

pytestmark = [pytest.mark.rehearsal, pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("appointments"), PROJECT, regions=[ELSEWHERE]) as made:
        made.up()
        made.wait_served("ireland")
        yield made


def settle_elsewhere(it: Estate) -> None:
    """Another name for the site, since the lost one's buckets keep theirs; the survivor is the founder."""
    path = it.root / "Pulumi.yaml"
    document = yaml.safe_load(path.read_text())
    document["config"]["lifeline:sites"]["value"] = {
        "paris": {"region": ELSEWHERE, "cidr": "10.50.0.0/16"},
        "frankfurt": {"region": "eu-central-1", "cidr": "10.40.0.0/16", "founder": True},
    }
    document["config"]["lifeline:control_generation"] = 2
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    lost, rebuilt = it.root / "Pulumi.ireland.yaml", it.root / "Pulumi.paris.yaml"
    shutil.move(lost, rebuilt)
    rebuilt.write_text(rebuilt.read_text().replace("scope: ireland", "scope: paris"))


def record(it: Estate, generation: str = "") -> dict[str, Any]:
    table = it.aws("dynamodb", "eu-central-1")
    key = {"pk": {"S": "record"}, "sk": {"S": "appointments"}}
    found = table.get_item(TableName=f"appointments-production-control{generation}", Key=key, ConsistentRead=True)
    return dict(found["Item"])


def ok(it: Estate, *words: str) -> str:
    done = it.lifeline(*words)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_survivor_serves_and_a_new_site_stands_by(it: Estate) -> None:
    Writers.prepare(it, "ireland")
    assert it.order("before")[0] == 201
    wait(lambda: "before" in it.orders("frankfurt"), "the order is at both sites")
    it.control.post("/dark", {"region": LOST, "kill": True})

    # 1. The survivor is promoted, and the checkout follows.
    ok(it, "promote", "--to", "frankfurt", "--yes")
    it.wait_served("frankfurt")
    stopped = it.lifeline("reconcile")
    assert stopped.returncode == 11 and "Pulumi.yaml names frankfurt; nothing was applied" in stopped.stderr

    # 2. RDS does not let go of a member that it cannot reach; the rebuilt site does not need it to.
    # 3. What is gone is forgotten.
    ok(it, "forget", LOST, "--yes")
    ok(it, "destroy", "ireland", "--yes")
    assert it.pulumi("stack", "rm", "ireland", "--yes", "--preserve-config").returncode == 0

    # 4. The settings, and 5. the survivor's plan.
    settle_elsewhere(it)
    (planned,) = json.loads(ok(it, "preview", "frankfurt", "--output", "json"))["stacks"]
    lost = [found for found in planned["resources"] if found["op"] in ("delete", "replace")]
    assert [found for found in lost if found["type"] in STATEFUL] == []

    # 6. What spans the sites, the record, the survivor, the new site.
    ok(it, "up", "global", "--yes")
    item = record(it)
    item.pop("lock", None)
    it.aws("dynamodb", "eu-central-1").put_item(
        TableName="appointments-production-control-2", Item=item, ConditionExpression="attribute_not_exists(pk)"
    )
    with Writers(it, "frankfurt") as writers:
        ok(it, "up", "frankfurt", "--yes")
    assert writers.seen["frankfurt"].writes
    ok(it, "up", "paris", "--yes")
    it.wait_served("frankfurt")
    assert it.order("after")[0] == 201
    wait(lambda: {"before", "after"} <= it.orders("paris"), "the rebuilt site has the orders")
    assert record(it, "-2")["active"] == {"S": "frankfurt"}
    for stack, changes in it.each(it.engine.preview).items():
        assert changes.empty, (stack, changes.listed())


def test_the_new_site_can_be_promoted(it: Estate) -> None:
    before = int(record(it, "-2")["epoch"]["N"])
    with Writers(it) as writers:
        ok(it, "promote", "--to", "paris", "--mode", "switchover", "--yes")
        it.wait_served("paris")
    assert writers.never_both()
    status, body, _ = it.order("at-the-new-site")
    assert status == 201 and body["site"] == "paris"
    assert int(record(it, "-2")["epoch"]["N"]) == before + 1
