"""The founder's region is lost for good: the flag moves, the lost site is rebuilt elsewhere, the survivor keeps all."""

from functools import cache
from pathlib import Path

from infra.settings import Settings
from infra.settings.checks import problems
from infra.settings.load import load
from operations.stacks.changes import STATEFUL
from tests.infra.declared import Declared, run
from tests.infra.upgrade import seen
from tests.infra.upgrade.losses import losses

PROJECT = Path(__file__).parents[2] / "examples" / "appointments"
LOST, SURVIVOR, ELSEWHERE = "ireland", "frankfurt", "eu-west-3"
CLUSTER, BUCKET = "aws:rds/cluster:Cluster", "aws:s3/bucket:Bucket"
MASTER = {"masterUsername", "masterPasswordWo", "masterPasswordWoVersion"}


def before(scope: str) -> Settings:
    """As on the day before: the site that is going to be lost is founder and active; then the promotion."""
    settings = load(PROJECT, scope)
    assert settings.founder == LOST and settings.sites[LOST].region != ELSEWHERE
    return settings.model_copy(update={"active": {"production": SURVIVOR}})


def after(scope: str) -> Settings:
    """As `docs/founder-lost.md` says: another founder, and the lost site's name in another region."""
    settings = before(scope)
    sites = {
        LOST: settings.sites[LOST].model_copy(update={"region": ELSEWHERE, "founder": False}),
        SURVIVOR: settings.sites[SURVIVOR].model_copy(update={"founder": True}),
    }
    return settings.model_copy(update={"sites": sites})


@cache
def survivor(moved: bool) -> Declared:
    return run((after if moved else before)(SURVIVOR))


def test_the_settings_hold() -> None:
    assert list(problems(after(SURVIVOR))) == []
    assert after(SURVIVOR).founder == SURVIVOR


def test_nothing_of_the_survivor_is_deleted_or_replaced() -> None:
    old, new = survivor(False), survivor(True)
    # The master's name is the cluster's own already: a secondary has it from the founder, and the provider knows it.
    kept = {
        urn: {name: value for name, value in values.items() if name not in MASTER}
        for urn, values in seen.of(new).items()
    }
    assert losses(seen.of(old), kept, {}) == []
    assert {item.urn for item in old.custom} == {item.urn for item in new.custom}


def test_nothing_of_the_survivor_that_holds_data_changes_but_for_the_master_that_it_has() -> None:
    then = {item.urn: item for item in survivor(False).custom if item.type in STATEFUL}
    assert then
    for item in survivor(True).custom:
        if item.type not in STATEFUL:
            continue
        old = then[item.urn]
        changed = {
            name for name in old.inputs.keys() | item.inputs.keys() if old.inputs.get(name) != item.inputs.get(name)
        }
        assert changed <= (MASTER if item.type == CLUSTER else set()), item.urn
        assert item.inputs.get("globalClusterIdentifier") == old.inputs.get("globalClusterIdentifier")


def test_the_rebuilt_site_joins_as_a_secondary_in_its_new_region() -> None:
    rebuilt = run(after(LOST))
    (cluster,) = rebuilt.of(CLUSTER)
    assert not MASTER & {name for name, value in cluster.inputs.items() if value is not None}
    assert cluster.inputs["region"] == ELSEWHERE
    assert {item.inputs["region"] for item in rebuilt.custom if "region" in item.inputs} == {ELSEWHERE}
