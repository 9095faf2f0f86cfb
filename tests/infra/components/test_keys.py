"""Keys: one for each data class and region, let in by condition, or taken over from somebody."""

import pytest

from infra.lookup import ProgramError
from infra.settings import Settings
from infra.settings.existing import Existing
from tests.infra.declared import Declared, Fails, World, run, shipped
from tests.infra.stacks import declared

ARN = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
OWN = {"data", "logs", "alerts", "backup"}
SPANNING = {"secrets", "documents", "audit", "images"}
GET_KEY = "aws:kms/getKey:getKey"


def existing(scope: str, **keys: str) -> Settings:
    """The shipped settings, with keys that the site `east` takes over."""
    settings = shipped(scope)
    east = settings.sites["east"].model_copy(update={"existing": Existing(keys=keys)})  # type: ignore[arg-type]
    return settings.model_copy(update={"sites": {**settings.sites, "east": east}})


def aliases(stack: Declared) -> dict[str, str]:
    return {item.inputs["name"]: item.inputs["targetKeyId"] for item in stack.of("kms/alias:Alias")}


def test_each_region_has_a_key_for_each_data_class() -> None:
    for site in ("east", "west"):
        own = {name.rpartition("-")[2] for name in aliases(declared(site))}
        spanning = {name.rpartition("-")[2] for name in aliases(declared("global")) if f"-{site}-" in name}
        spanning -= {"trail"}
        assert (own, spanning) == (OWN, SPANNING)
        for item in declared(site).of("kms/key:Key"):
            assert item.inputs["enableKeyRotation"] is True


@pytest.mark.parametrize("scope", ["global", "east", "west"])
def test_a_service_gets_in_only_for_this_account(scope: str) -> None:
    for item in declared(scope).of("kms/key:Key"):
        first, *services = item.policy()
        assert first["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
        for statement in services:
            assert list(statement["Principal"]) == ["Service"]
            conditions = str(statement["Condition"])
            assert "111122223333" in conditions, item.name
            assert not any(action == "kms:*" for action in statement["Action"])


def test_only_the_keys_of_audit_records_and_of_the_trail_let_the_trail_in() -> None:
    letting = {item.name for item in declared("global").of("kms/key:Key") if "cloudtrail" in item.inputs["policy"]}
    assert letting == {"global-keys-east-audit", "global-keys-west-audit", "global-trail-keys-trail"}


def test_a_key_that_is_there_only_gets_the_alias_by_which_others_know_it() -> None:
    stack = run(existing("east", data=ARN))
    assert aliases(stack)["alias/nl-fhir-production-east-data"] == ARN
    assert "east-keys-data" not in [item.name for item in stack.resources]
    assert stack.one("rds/cluster:Cluster").inputs["kmsKeyId"] == ARN
    assert len(stack.of("kms/key:Key")) == len(declared("east").of("kms/key:Key")) - 1


def test_a_key_named_by_alias_is_looked_up_in_its_own_region() -> None:
    stack = run(existing("global", documents="alias/clinic-documents"))
    (call,) = [call for call in stack.invokes if call.token == GET_KEY]
    assert call.arguments == {"keyId": "alias/clinic-documents", "region": "us-east-1"}
    found = "arn:aws:kms:us-east-1:111122223333:key/of-alias/clinic-documents"
    assert aliases(stack)["alias/nl-fhir-production-east-documents"] == found
    # The peer's copies are still encrypted with a key of its own making.
    assert aliases(stack)["alias/nl-fhir-production-west-documents"] == "global-keys-west-documents-key"


def test_a_key_that_is_not_there_stops_even_a_preview() -> None:
    world = World({GET_KEY: Fails("NotFoundException: Alias is not found")})
    with pytest.raises(ProgramError, match=r"alias/gone was not found in us-east-1: .*; correct lifeline:sites\.east"):
        run(existing("east", data="alias/gone"), world=world, preview=True)
