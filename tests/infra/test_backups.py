"""Backups: where they are made, who else gets a copy, what keeps them, and that restores are tried."""

import re
from typing import Any, get_args

import pytest

from infra.settings.backup import EVERY_HOURS, Frequency, hours_of
from tests.infra.declared import Declared
from tests.infra.stacks import declared
from tests.infra.variants import REGIONS, looser, stricter

SITES = pytest.mark.parametrize("site", ["east", "west"])


def plan(stack: Declared) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.one("backup/plan:Plan").inputs["rules"]
    return found


@pytest.mark.parametrize(("site", "peer"), [("east", "west"), ("west", "east")])
def test_backups_are_made_at_the_active_site_and_copied_to_the_peer_s_vault(site: str, peer: str) -> None:
    daily, monthly = plan(declared(site, active=site))
    vault = f"arn:aws:backup:{REGIONS[peer]}:111122223333:backup-vault:nl-fhir-production-{peer}"
    for rule in (daily, monthly):
        assert [copy["destinationVaultArn"] for copy in rule["copyActions"]] == [vault]
        assert (rule["startWindow"], rule["completionWindow"]) == (60, 360)
    assert daily["schedule"] == "cron(0 5 * * ? *)" and daily["lifecycle"] == {"deleteAfter": 35}
    assert monthly["schedule"] == "cron(0 5 1 * ? *)" and monthly["lifecycle"] == {"deleteAfter": 365}
    assert declared(peer).one("backup/vault:Vault").inputs["name"] == vault.rsplit(":", 1)[1]
    (standing_by,) = plan(declared(site, active=peer))
    assert standing_by["ruleName"] == "monthly" and not standing_by.get("copyActions")


@pytest.mark.parametrize(
    ("frequency", "hours"),
    [
        ("daily", [5]),
        ("twice-daily", [5, 17]),
        ("every-six-hours", [5, 11, 17, 23]),
        ("hourly", list(range(24))),
    ],
)
def test_how_often_is_a_setting(frequency: str, hours: list[int]) -> None:
    assert hours_of(frequency, 5) == hours
    assert set(get_args(Frequency)) == set(EVERY_HOURS)


def test_a_second_account_gets_a_copy_too() -> None:
    often, _ = plan(stricter())
    assert often["schedule"] == "cron(0 5,17 * * ? *)"
    arns = [copy["destinationVaultArn"] for copy in often["copyActions"]]
    assert arns[1:] == ["arn:aws:backup:us-east-1:999900001111:backup-vault:vault-of-last-resort"]


def test_a_second_account_may_read_what_is_backed_up_and_nothing_else() -> None:
    let_in = {item.name for item in stricter().of("kms/key:Key") if "999900001111" in item.inputs["policy"]}
    assert let_in == {"east-keys-data", "east-keys-backup"}
    assert "999900001111" not in str([item.inputs for item in declared("east").of("kms/key:Key")])


@SITES
def test_a_vault_is_locked_and_nobody_deletes_from_it(site: str) -> None:
    stack = declared(site)
    lock = stack.one("backup/vaultLockConfiguration:VaultLockConfiguration").inputs
    assert (lock["minRetentionDays"], lock["maxRetentionDays"]) == (35, 365)
    assert "changeableForDays" not in lock, "compliance mode cannot be undone: it must be asked for"
    (deny,) = stack.one("backup/vaultPolicy:VaultPolicy").policy()
    assert deny["Effect"] == "Deny" and "backup:DeleteRecoveryPoint" in deny["Action"]


def test_compliance_mode_is_asked_for_and_needs_protection() -> None:
    kind = "backup/vaultLockConfiguration:VaultLockConfiguration"
    assert stricter().one(kind).inputs["changeableForDays"] == 30
    assert "changeableForDays" not in looser("east").one(kind).inputs


@SITES
def test_what_is_backed_up_is_selected_by_tags_that_it_has(site: str) -> None:
    selection = declared(site).one("backup/selection:Selection").inputs
    (conditions,) = selection["conditions"]
    wanted = {pair["key"].removeprefix("aws:ResourceTag/"): pair["value"] for pair in conditions["stringEquals"]}
    assert wanted == {"project": "lifeline", "environment": "production"}
    cluster = declared(site).one("rds/cluster:Cluster").inputs["tags"]
    table = declared("global").one("dynamodb/table:Table").inputs
    for tags in (cluster, table["tags"]):
        assert wanted.items() <= tags.items()
    assert f"arn:aws:dynamodb:{REGIONS[site]}:111122223333:table/{table['name']}" in selection["resources"]
    assert f"arn:aws:rds:{REGIONS[site]}:111122223333:cluster:*" in selection["resources"]


@SITES
def test_restores_are_tried_from_the_site_s_own_vault(site: str) -> None:
    stack = declared(site)
    tests = stack.one("backup/restoreTestingPlan:RestoreTestingPlan").inputs
    assert tests["recoveryPointSelection"]["includeVaults"] == [f"arn:mock:{site}-backup-vault"]
    assert re.fullmatch(r"[a-zA-Z0-9_]{1,50}", tests["name"])
    kinds = {
        item.inputs["protectedResourceType"]
        for item in stack.of("backup/restoreTestingSelection:RestoreTestingSelection")
    }
    assert kinds == {"Aurora", "DynamoDB", "S3"}
