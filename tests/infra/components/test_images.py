"""Images: the same repositories in both regions, and a release that is one digest."""

import json

import pytest

from infra.settings import ImagesSettings
from tests.infra.declared import Declared, run, shipped
from tests.infra.stacks import declared
from tests.infra.test_program import differences

REGIONS = {"east": "us-east-1", "west": "us-west-2"}
SITES = pytest.mark.parametrize("site", ["east", "west"])
ONCE = (
    "ecr/replicationConfiguration:ReplicationConfiguration",
    "ecr/registryScanningConfiguration:RegistryScanningConfiguration",
)
NEW = "nl-fhir/{0}@sha256:" + "a" * 64


def released(site: str, name: str) -> Declared:
    """A site after one service's digest was changed."""
    services = tuple(
        service.model_copy(update={"image": NEW.format(name)}) if service.name == name else service
        for service in shipped(site).services
    )
    return declared(site, services=services)


@SITES
def test_each_image_has_a_repository_that_is_the_regions_own(site: str) -> None:
    repositories = [
        item.inputs
        for item in declared("global").of("ecr/repository:Repository")
        if item.inputs["region"] == REGIONS[site]
    ]
    names = {"lifeline/lifeline", *(f"nl-fhir/{name}" for name in ("web", "nlp", "fhir", "review", "migration"))}
    assert {item["name"] for item in repositories} == names
    for item in repositories:
        assert item["imageTagMutability"] == "IMMUTABLE"
        assert item["imageScanningConfiguration"] == {"scanOnPush": True}
        assert item["encryptionConfigurations"] == [
            {"encryptionType": "KMS", "kmsKey": f"arn:mock:global-keys-{site}-images"}
        ]


@SITES
def test_what_is_pushed_at_one_site_is_copied_to_the_other(site: str) -> None:
    other = REGIONS["west" if site == "east" else "east"]
    config = declared("global").one(ONCE[0], f"global-images-{site}-copies").inputs
    (rule,) = config["replicationConfiguration"]["rules"]
    assert rule["destinations"] == [{"region": other, "registryId": "111122223333"}]
    assert {"filter": "nl-fhir/web", "filterType": "PREFIX_MATCH"} in rule["repositoryFilters"]


def test_nobody_of_another_account_touches_an_image_and_only_old_ones_go() -> None:
    stack = declared("global")
    for item in stack.of("ecr/repositoryPolicy:RepositoryPolicy"):
        (statement,) = item.policy()
        assert statement["Effect"] == "Deny"
        assert statement["Condition"]["StringNotEquals"] == {"aws:PrincipalAccount": "111122223333"}
    for item in stack.of("ecr/lifecyclePolicy:LifecyclePolicy"):
        untagged, many = (rule["selection"] for rule in json.loads(item.inputs["policy"])["rules"])
        assert (untagged["tagStatus"], untagged["countNumber"]) == ("untagged", 30)
        assert (many["tagStatus"], many["countNumber"]) == ("any", 200)


def test_what_an_account_has_once_can_be_somebody_elses() -> None:
    ours, theirs = declared("global"), declared("global", account_baseline="external")
    assert all(ours.of(kind) for kind in ONCE)
    assert not any(theirs.of(kind) for kind in ONCE)
    assert theirs.of("ecr/repository:Repository")


def test_a_second_environment_of_the_account_leaves_the_repositories_to_the_first() -> None:
    stack = run(shipped("global", images=ImagesSettings(repositories="external")))
    assert not [item for item in stack.resources if item.type.startswith("aws:ecr/")]
    assert stack.outputs["repository_urls"] == {}


@SITES
def test_a_release_is_one_digest_and_changes_one_task_definition(site: str) -> None:
    assert differences(declared(site), released(site, "web")) == {f"{site}-web-task": {"containerDefinitions"}}
    container = released(site, "web").one("ecs/taskDefinition:TaskDefinition", f"{site}-web-task").container()
    assert container["image"] == f"111122223333.dkr.ecr.{REGIONS[site]}.amazonaws.com/{NEW.format('web')}"


def test_a_new_migration_is_the_same_digest_at_both_sites_and_waits_where_nothing_can_be_written() -> None:
    for site in ("east", "west"):
        assert differences(declared(site), released(site, "migration")) == {
            f"{site}-migration-task": {"containerDefinitions"}
        }


def test_a_release_touches_nothing_that_spans_the_sites() -> None:
    assert differences(declared("global"), released("global", "web")) == {}
