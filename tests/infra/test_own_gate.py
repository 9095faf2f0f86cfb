"""What the policy settings say of our own stacks is true of them."""

import json

import pytest

from tests.infra.declared import ROOT
from tests.infra.stacks import declared

CONFIG = json.loads((ROOT / "policies" / "config.json").read_text())


def test_each_parameter_of_our_own_has_its_reason_on_the_page() -> None:
    page = (ROOT / "docs" / "hipaa-and-cost.md").read_text()
    for rule, said in CONFIG.items():
        parameters = {key: value for key, value in said.items() if key != "enforcementLevel"}
        for name, value in parameters.items():
            shown = f"[{', '.join(value)}]" if isinstance(value, list) else json.dumps(value)
            assert f"| `{rule}` | `{name}: {shown}` |" in page, rule


@pytest.mark.parametrize("site", ["east", "west"])
def test_tables_that_are_said_to_be_backed_up_by_another_stack_are(site: str) -> None:
    for name in CONFIG["dynamodb-backup-plan"]["elsewhere"]:
        table = declared("global").one("dynamodb/table:Table", name).inputs
        selection = declared(site).one("backup/selection:Selection").inputs
        region = declared(site).one("backup/vault:Vault").inputs["region"]
        assert f"arn:aws:dynamodb:{region}:111122223333:table/{table['name']}" in selection["resources"]
        assert region in {table["region"], table["replicas"][0]["regionName"]}
        for condition in selection["conditions"][0]["stringEquals"]:
            key = condition["key"].removeprefix("aws:ResourceTag/")
            assert table["tags"][key] == condition["value"]


def test_secrets_that_are_made_anew_by_hand_have_a_version_to_raise() -> None:
    for name in CONFIG["secrets-rotation"]["by_hand"]:
        version = declared("global").one("secretsmanager/secretVersion:SecretVersion", f"{name}-version").inputs
        assert version["secretStringWoVersion"] == 1


def test_networks_that_may_face_the_internet_are_the_sites_own() -> None:
    named = {item.name for site in ("east", "west") for item in declared(site).of("ec2/vpc:Vpc")}
    assert set(CONFIG["vpc-igw-authorized"]["authorized_vpcs"]) == named
