"""Operations see roles: from settings, or from a file that says the same."""

from pathlib import Path

import pytest

from infra.settings import SettingsError
from infra.settings.load import load
from operations.topology import Topology, from_file, from_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def topology() -> Topology:
    return from_settings(load(ROOT, "prod"))


def test_both_producers_agree(topology: Topology, tmp_path: Path) -> None:
    path = tmp_path / "estate.yaml"
    path.write_text(topology.to_yaml())
    assert from_file(path) == topology
    assert from_file(path).digest() == topology.digest()


def test_every_stack_of_an_environment_sees_the_same_estate(topology: Topology) -> None:
    assert from_settings(load(ROOT, "dr")) == topology == from_settings(load(ROOT, "global"))


def test_a_role_leads_to_a_resource_at_its_site(topology: Topology) -> None:
    database = topology.one("database", "west")
    assert database.region == "us-west-2"
    assert database.arn == "arn:aws:rds:us-west-2:111122223333:cluster:nl-fhir-production-west"
    assert topology.one("service", "east", "web").region == "us-east-1"
    assert {item.name for item in topology.all("scalable_target", "east")} == {"web", "nlp", "fhir", "review"}


def test_what_a_promotion_acts_on_is_named(topology: Topology) -> None:
    queues = {item.name: item.id for item in topology.all("queue", "west")}
    assert queues["nlp"] == "nl-fhir-production-west-nlp" and queues["nlp, given up"].endswith("-nlp-dead")
    assert topology.one("bucket", "east").id == "nl-fhir-production-east-documents-111122223333"
    assert (
        topology.one("vault", "west").arn
        == "arn:aws:backup:us-west-2:111122223333:backup-vault:nl-fhir-production-west"
    )
    assert {item.id for item in topology.all("repository", "west")} >= {"nl-fhir/web", "lifeline/lifeline"}


def test_a_backup_plan_is_the_one_that_the_site_declares(topology: Topology) -> None:
    """Property by property; the provider's names differ from the API's."""
    from tests.infra.stacks import declared

    for site, active in (("west", "west"), ("west", "east")):
        rules = declared(site, active=active).one("backup/plan:Plan").inputs["rules"]
        wanted = topology.backup_plans[site].document(active=site == active)["Rules"]
        assert [rule["ruleName"] for rule in rules] == [rule["RuleName"] for rule in wanted]
        for rule, want in zip(rules, wanted, strict=True):
            assert rule["schedule"] == want["ScheduleExpression"]
            assert rule["targetVaultName"] == want["TargetBackupVaultName"]
            assert (rule["startWindow"], rule["completionWindow"]) == (
                want["StartWindowMinutes"],
                want["CompletionWindowMinutes"],
            )
            assert rule["lifecycle"] == {"deleteAfter": want["Lifecycle"]["DeleteAfterDays"]}
            assert rule["recoveryPointTags"] == want["RecoveryPointTags"]
            copies = [copy["destinationVaultArn"] for copy in rule["copyActions"]]
            assert copies == [copy["DestinationBackupVaultArn"] for copy in want["CopyActions"]]


def test_a_role_that_is_missing_or_ambiguous_says_so(topology: Topology) -> None:
    with pytest.raises(LookupError, match="8 resources for target_group"):
        topology.one("target_group")
    with pytest.raises(LookupError, match="0 resources for service payroll at east"):
        topology.one("service", "east", "payroll")


def test_the_digest_follows_what_a_plan_may_rest_on(topology: Topology) -> None:
    assert topology.model_copy(update={"lease_seconds": 61}).digest() != topology.digest()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "application: is missing"),
        ("application: [1]", "application: is [1]"),
        ("applicatoin: x", "applicatoin: is no setting; did you mean application?"),
    ],
)
def test_a_bad_file_gives_clear_lines(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "estate.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        from_file(path)
    assert any(f"estate.yaml: {line}" in str(problem) for problem in caught.value.problems)


def test_a_resource_at_a_site_that_is_none_is_refused(topology: Topology, tmp_path: Path) -> None:
    path = tmp_path / "estate.yaml"
    before, resources = topology.to_yaml().split("\nresources:")
    path.write_text(f"{before}\nresources:{resources.replace('site: west', 'site: north', 1)}")
    with pytest.raises(SettingsError, match=r"resources\[\d+\].site: 'north' is no site; one of east, west"):
        from_file(path)
