"""The database: one shell, two members, and only the founder's brings a master user."""

import pytest

from tests.infra.declared import Declared, shipped
from tests.infra.stacks import declared

MASTER = {"masterUsername", "masterPasswordWo", "masterPasswordWoVersion"}


def parameters(stack: Declared) -> dict[str, str]:
    group = stack.one("rds/clusterParameterGroup:ClusterParameterGroup")
    return {item["name"]: item["value"] for item in group.inputs["parameters"]}


def test_only_the_founder_has_a_master_user() -> None:
    founder, secondary = (declared(site).one("rds/cluster:Cluster").inputs for site in ("east", "west"))
    assert founder["masterUsername"] == "lifeline"
    assert founder["masterPasswordWoVersion"] == 1
    assert not MASTER & secondary.keys()
    # Nothing else tells the two apart but place and names.
    assert founder.keys() - MASTER == secondary.keys()


def test_the_master_password_is_write_only_and_secret() -> None:
    request = declared("east").one("rds/cluster:Cluster").request
    signature = request.object.fields["masterPasswordWo"].struct_value.fields
    assert any(field.string_value == "1b47061264138c4ac30d75fd1eb44270" for field in signature.values())
    assert "masterPassword" not in request.object.fields


@pytest.mark.parametrize("site", ["east", "west"])
def test_a_member_always_names_its_global_cluster_and_never_a_database(site: str) -> None:
    member = declared(site).one("rds/cluster:Cluster")
    assert member.inputs["globalClusterIdentifier"] == "nl-fhir-production"
    # A secondary may not name one, so a member that did would be replaced when the founder moves.
    assert "databaseName" not in member.inputs
    assert declared("global").one("rds/globalCluster:GlobalCluster").inputs["databaseName"] == "nl_fhir"


def test_both_sites_have_the_same_parameters_of_their_own() -> None:
    east, west = parameters(declared("east")), parameters(declared("west"))
    assert east == west
    assert east["rds.force_ssl"] == "1"
    assert east["transaction_timeout"] == "10000"
    assert "pgaudit" in east["shared_preload_libraries"]
    # Bind parameters are PHI.
    assert east["log_parameter_max_length"] == east["log_parameter_max_length_on_error"] == "0"


@pytest.mark.parametrize("site", ["east", "west"])
def test_data_is_encrypted_with_the_region_s_own_key_in_isolated_subnets(site: str) -> None:
    stack = declared(site)
    member = stack.one("rds/cluster:Cluster").inputs
    assert member["storageEncrypted"] is True
    assert member["kmsKeyId"] == f"arn:mock:{site}-keys-data"
    subnets = stack.one("rds/subnetGroup:SubnetGroup").inputs["subnetIds"]
    assert [name.split("-")[2] for name in subnets] == ["isolated"] * 3


def test_instances_have_names_that_a_promotion_can_work_out() -> None:
    names = [item.inputs["identifier"] for item in declared("west").of("rds/clusterInstance:ClusterInstance")]
    assert sorted(names) == ["nl-fhir-production-west-1", "nl-fhir-production-west-2"]


@pytest.mark.parametrize("site", ["east", "west"])
def test_instances_stand_in_different_zones(site: str) -> None:
    instances = declared(site).of("rds/clusterInstance:ClusterInstance")
    zones = {item.inputs["identifier"][-1]: item.inputs["availabilityZone"] for item in instances}
    region = shipped(site).region
    assert zones == {"1": f"{region}a", "2": f"{region}b"}


def test_a_bound_on_what_is_lost_is_a_setting_of_both_sites() -> None:
    assert "rds.global_db_rpo" not in parameters(declared("east"))
    bounded = shipped("east").database.model_copy(update={"rpo_seconds": 60})
    for site in ("east", "west"):
        assert parameters(declared(site, database=bounded))["rds.global_db_rpo"] == "60"


def test_a_pilot_keeps_the_volume_without_instances() -> None:
    assert not declared("west", standby="pilot").of("rds/clusterInstance:ClusterInstance")
    assert declared("west", standby="pilot").of("rds/cluster:Cluster")
    instances = declared("east", standby="pilot").of("rds/clusterInstance:ClusterInstance")
    assert [item.protect for item in instances] == [False, False], "after a promotion the site gives them up"
    assert [item.protect for item in declared("east", standby="pilot").of("rds/cluster:Cluster")] == [True]


@pytest.mark.parametrize("site", ["east", "west"])
def test_only_services_that_need_the_database_reach_it(site: str) -> None:
    stack = declared(site)
    into = [
        item.inputs["referencedSecurityGroupId"]
        for item in stack.of("vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if item.inputs["securityGroupId"] == f"{site}-database-group-id"
    ]
    needing = ["web", "nlp", "fhir", "review", "migration", "warden", "fence"]
    assert sorted(into) == sorted(f"{site}-{service}-group-id" for service in needing)
