"""Staging beside production, both up in one sandbox: promoted alone, and taken away again."""

import json
import shutil
from collections.abc import Iterator

import pytest
import yaml

from sandbox.load import Load
from tests.engine.estate import ROOT, Estate, estate, wait
from tests.engine.writers import Writers

SWITCHOVER = ("promote", "--to", "west", "--mode", "switchover", "--yes", "--output", "json")


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("beside"), active={"production": "east", "staging": "east"}) as it:
        for file in (ROOT / "examples" / "staging").glob("Pulumi.*.yaml"):
            shutil.copy(file, it.root)
        it.up()
        it.wait_served("east")
        yield it


@pytest.fixture(scope="module")
def staging(production: Estate) -> Estate:
    it = Estate(production.root, serving="staging")
    it.up()
    it.wait_served("east")
    return it


pytestmark = [pytest.mark.rehearsal, pytest.mark.timeout(1800)]


def test_each_has_a_database_of_its_own(production: Estate, staging: Estate) -> None:
    assert production.order("for-production")[0] == 201 and staging.order("for-staging")[0] == 201
    assert "for-staging" not in production.orders("east") and "for-production" not in staging.orders("east")
    for it in (production, staging):
        for stack, changes in it.each(it.engine.preview).items():
            assert changes.empty, (stack, changes.listed())


def test_staging_is_promoted_while_production_takes_orders(production: Estate, staging: Estate) -> None:
    url = f"http://127.0.0.1:{production.running.edge}"
    load = Load(url, production.running.host, None, production.folder.acknowledged, rate=20.0)
    Writers.prepare(staging, "east")
    with Writers(staging) as writers:
        ordering = load.start()
        try:
            moved = staging.lifeline(*SWITCHOVER)
            assert moved.returncode == 0, moved.stderr
            staging.wait_served("west")
        finally:
            done = ordering.stop()
    assert writers.never_both()
    assert json.loads(moved.stdout.splitlines()[-1])["outcome"] == "promoted"
    assert done.sent > 100 and done.acknowledged == done.sent, done.outcomes
    assert set(done.by_site) == {"east"}
    assert production.database_at("east")["writer"] is True and staging.database_at("west")["writer"] is True


def test_production_fails_over_with_the_region_that_staging_has_left(production: Estate, staging: Estate) -> None:
    wait(lambda: staging.database_at("east")["writer"] is False, "staging's old primary follows")
    assert production.order("before-the-loss")[0] == 201
    production.control.post("/dark", {"region": "us-east-1"})
    moved = production.lifeline("promote", "--to", "west", "--yes")
    assert moved.returncode == 0, moved.stderr
    production.wait_served("west")
    assert staging.order("staging-goes-on")[0] == 201
    production.control.post("/clear", {})
    woken = production.lifeline("rejoin", "east")
    assert woken.returncode == 0, woken.stderr
    wait(lambda: production.database_at("east")["writer"] is False, "production's old primary follows")
    assert staging.database_at("east")["writer"] is False, "staging's was left alone"


def test_staging_is_taken_away_and_production_stays(production: Estate, staging: Estate) -> None:
    for it in (production, staging):
        reconciled = it.lifeline("reconcile", "--output", "json")
        assert reconciled.returncode == 0, reconciled.stderr
        done = json.loads(reconciled.stdout)
        assert done["active"] == "west" and done["empty"], [stack["resources"] for stack in done["stacks"]]
    path = production.root / "Pulumi.yaml"
    document = yaml.safe_load(path.read_text())
    assert document["config"]["lifeline:active"]["value"] == {"production": "west", "staging": "west"}
    staging.configure(protection="off")
    staging.up()
    destroyed = staging.lifeline("destroy", "--yes")
    assert destroyed.returncode == 0, destroyed.stderr
    staging.configure(protection=None)
    assert production.order("after-staging")[0] == 201
    for stack, changes in production.each(production.engine.preview).items():
        assert changes.empty, (stack, changes.listed())
    assert all("staging" not in name for name in production.status()["databases"])
