"""Names: a pure function of settings, within AWS's limits, and never shared by two environments or sites."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from infra.naming import Naming, fit, tags
from infra.settings.load import load

ROOT = Path(__file__).parents[2]
NAME = st.from_regex(r"[a-z][a-z0-9]{0,10}(-[a-z0-9]{1,6}){0,2}", fullmatch=True).filter(lambda name: len(name) <= 24)


def naming(application: str = "nl-fhir", environment: str = "production") -> Naming:
    return Naming("lifeline", application, environment, "clinic.example.com", "111122223333")


@given(NAME, NAME, NAME, NAME)
def test_names_keep_to_the_limits(application: str, environment: str, site: str, service: str) -> None:
    names = naming(application, environment)
    assert len(names.load_balancer(site)) <= 32
    assert len(names.target_group(site, service)) <= 32
    assert len(names.role(site, service)) <= 64
    assert len(names.database_cluster(site)) <= 60
    assert not names.load_balancer(site).endswith("-")


@given(st.text("abc-", min_size=33, max_size=60), st.text("abc-", min_size=33, max_size=60))
def test_two_long_names_stay_two(one: str, other: str) -> None:
    assert (fit(one, 32) == fit(other, 32)) == (one == other)


def test_staging_shares_no_name_with_production() -> None:
    production, staging = naming(), naming(environment="staging")
    for name in ("global_cluster", "control_table", "edge_host", "prefix"):
        assert getattr(production, name) != getattr(staging, name)
    for name in ("origin_host", "pool", "database_cluster", "ecs_cluster", "load_balancer", "lease_extension"):
        assert getattr(production, name)("east") != getattr(staging, name)("east")


def test_an_image_without_a_registry_is_the_accounts_own_in_the_tasks_region() -> None:
    digest = "sha256:" + "0" * 64
    own = naming().image("us-west-2", f"nl-fhir/web@{digest}")
    assert own == f"111122223333.dkr.ecr.us-west-2.amazonaws.com/nl-fhir/web@{digest}"
    assert naming().image("us-west-2", f"images.example.com/web@{digest}") == f"images.example.com/web@{digest}"


def test_tags_are_one_list() -> None:
    settings = load(ROOT, "prod")
    shared, web = tags(settings), tags(settings, settings.service("web"))
    assert set(shared) == set(web)
    assert len(shared) == 11
    assert web["epic"] == "1" and web["site"] == "east" and shared["service"] == "shared"
