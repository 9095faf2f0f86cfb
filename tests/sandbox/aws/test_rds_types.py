"""Aurora as the infrastructure makes it: a shell, a founder with credentials, a member without, and back again."""

from typing import Any

import pytest

from tests.sandbox.aws.conftest import EAST, WEST, Aws
from tests.sandbox.aws.estate import ENGINE, PASSWORD, add_instance, founder, instance_status, member, shell, two_sites


def test_nothing_runs_before_the_first_instance(aws: Aws) -> None:
    shell(aws)
    described = founder(aws)
    assert described["Endpoint"] == "127.0.0.1" and described["Port"] == 15432
    assert described["GlobalClusterIdentifier"] == "shell"
    assert aws.databases.actions() == []
    add_instance(aws, EAST, "east")
    aws.eventually(lambda: ("create", "east", "nl_fhir", "lifeline", "") in aws.databases.actions())


def test_a_second_instance_starts_nothing(aws: Aws) -> None:
    two_sites(aws)
    add_instance(aws, EAST, "east", index=2)
    assert aws.databases.actions() == [
        ("create", "east", "nl_fhir", "lifeline", ""),
        ("mirror", "west", "east"),
        ("start", "west"),
    ]
    members = aws.client("rds").describe_db_clusters(DBClusterIdentifier="east")["DBClusters"][0]["DBClusterMembers"]
    assert sorted(entry["DBInstanceIdentifier"] for entry in members) == ["east-1", "east-2"]


def test_an_instance_is_creating_until_its_database_answers(aws: Aws) -> None:
    shell(aws)
    founder(aws)
    aws.databases.gate.clear()
    created = add_instance(aws, EAST, "east")
    rds = aws.client("rds")
    assert created["DBInstanceStatus"] == "creating"
    assert rds.describe_db_instances(DBInstanceIdentifier="east-1")["DBInstances"][0]["DBInstanceStatus"] == "creating"
    aws.databases.gate.set()
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="east-1", WaiterConfig={"Delay": 0, "MaxAttempts": 500}
    )
    read = rds.describe_db_instances(DBInstanceIdentifier="east-1")["DBInstances"][0]
    assert read["Endpoint"] == {"Address": "127.0.0.1", "Port": 15432}


def test_a_database_that_does_not_start_is_reported(aws: Aws) -> None:
    shell(aws)
    founder(aws)
    aws.databases.failing = "create"
    add_instance(aws, EAST, "east")
    rds = aws.client("rds")

    def failed() -> Any:
        read = rds.describe_db_instances(DBInstanceIdentifier="east-1")["DBInstances"][0]
        return read if read["DBInstanceStatus"] == "failed" else None

    assert "no space left" in aws.eventually(failed)["StatusInfos"][0]["Message"]


def test_a_member_waits_for_its_source(aws: Aws) -> None:
    shell(aws)
    founder(aws)
    member(aws)
    add_instance(aws, WEST, "west")
    assert aws.databases.actions() == []
    add_instance(aws, EAST, "east")
    aws.eventually(lambda: aws.databases.follows == {"west": "east"})


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"MasterUsername": "x"}, "InvalidParameterCombination"),
        ({"DatabaseName": "nl_fhir"}, "InvalidParameterCombination"),
        ({"ManageMasterUserPassword": True}, "InvalidParameterCombination"),
        ({"GlobalClusterIdentifier": "other"}, "GlobalClusterNotFoundFault"),
    ],
)
def test_a_member_refuses_what_belongs_to_the_founder(aws: Aws, extra: dict[str, Any], code: str) -> None:
    shell(aws)
    founder(aws)
    rds = aws.client("rds", WEST)
    with pytest.raises(rds.exceptions.ClientError, match=code):
        member(aws, **extra)
    assert rds.describe_db_clusters()["DBClusters"] == []


def test_an_encrypted_member_brings_its_own_key(aws: Aws) -> None:
    shell(aws, StorageEncrypted=True)
    founder(aws, StorageEncrypted=True)
    rds = aws.client("rds", WEST)
    with pytest.raises(rds.exceptions.ClientError, match="KmsKeyId"):
        member(aws, StorageEncrypted=True)
    key = aws.client("kms", WEST).create_key()["KeyMetadata"]["Arn"]
    assert member(aws, StorageEncrypted=True, KmsKeyId=key)["KmsKeyId"] == key


def test_the_first_member_needs_credentials(aws: Aws) -> None:
    shell(aws)
    rds = aws.client("rds", WEST)
    with pytest.raises(rds.exceptions.ClientError, match="MasterUsername"):
        member(aws)


def test_a_member_is_shown_as_a_replica_of_the_writer(aws: Aws) -> None:
    two_sites(aws)
    west = aws.client("rds", WEST).describe_db_clusters(DBClusterIdentifier="west")["DBClusters"][0]
    east = aws.client("rds", EAST).describe_db_clusters(DBClusterIdentifier="east")["DBClusters"][0]
    assert west["ReplicationSourceIdentifier"] == east["DBClusterArn"]
    assert (west["MasterUsername"], west["Port"]) == ("lifeline", 25432)
    assert "ReplicationSourceIdentifier" not in east


def test_deletion_in_the_real_order(aws: Aws) -> None:
    two_sites(aws, DeletionProtection=True)
    east, west = aws.client("rds", EAST), aws.client("rds", WEST)
    refused = pytest.raises(east.exceptions.ClientError, match="part of a global cluster")
    with refused:
        west.delete_db_cluster(DBClusterIdentifier="west", SkipFinalSnapshot=True)
    west.delete_db_instance(DBInstanceIdentifier="west-1", SkipFinalSnapshot=True)
    aws.eventually(lambda: ("shut", "west") in aws.databases.actions())
    arn = west.describe_db_clusters(DBClusterIdentifier="west")["DBClusters"][0]["DBClusterArn"]
    west.remove_from_global_cluster(GlobalClusterIdentifier="shell", DbClusterIdentifier=arn)
    with pytest.raises(west.exceptions.ClientError, match="FinalDBSnapshotIdentifier"):
        west.delete_db_cluster(DBClusterIdentifier="west")
    with pytest.raises(west.exceptions.ClientError, match="protect"):
        west.delete_db_cluster(DBClusterIdentifier="west", SkipFinalSnapshot=True)
    west.modify_db_cluster(DBClusterIdentifier="west", DeletionProtection=False, ApplyImmediately=True)
    west.delete_db_cluster(DBClusterIdentifier="west", SkipFinalSnapshot=True)
    aws.eventually(lambda: ("delete", "west") in aws.databases.actions())
    with pytest.raises(west.exceptions.DBClusterNotFoundFault):
        west.describe_db_clusters(DBClusterIdentifier="west")

    with pytest.raises(east.exceptions.InvalidGlobalClusterStateFault):
        east.delete_global_cluster(GlobalClusterIdentifier="shell")
    east.delete_db_instance(DBInstanceIdentifier="east-1", SkipFinalSnapshot=True)
    arn = east.describe_db_clusters(DBClusterIdentifier="east")["DBClusters"][0]["DBClusterArn"]
    east.remove_from_global_cluster(GlobalClusterIdentifier="shell", DbClusterIdentifier=arn)
    east.modify_db_cluster(DBClusterIdentifier="east", DeletionProtection=False)
    east.delete_db_cluster(DBClusterIdentifier="east", FinalDBSnapshotIdentifier="last")
    east.delete_global_cluster(GlobalClusterIdentifier="shell")
    assert east.describe_global_clusters()["GlobalClusters"] == []


def test_the_last_instance_stops_the_database_and_a_new_one_starts_it_with_its_data(aws: Aws) -> None:
    two_sites(aws)
    rds = aws.client("rds", EAST)
    rds.delete_db_instance(DBInstanceIdentifier="east-1", SkipFinalSnapshot=True)
    aws.eventually(lambda: not aws.databases.running("east"))
    add_instance(aws, EAST, "east", index=3)
    aws.eventually(lambda: aws.databases.actions()[-1] == ("start", "east"))


def test_a_secondarys_volume_follows_with_instances_or_without(aws: Aws) -> None:
    two_sites(aws)
    rds = aws.client("rds", WEST)
    rds.delete_db_instance(DBInstanceIdentifier="west-1", SkipFinalSnapshot=True)
    aws.eventually(lambda: aws.databases.actions()[-1] == ("shut", "west"))
    assert aws.databases.follows == {"west": "east"}
    aws.faults.dark(EAST)
    add_instance(aws, WEST, "west", index=3)
    aws.eventually(lambda: instance_status(aws, WEST, "west-3") == "available")
    assert aws.databases.actions()[-1] == ("start", "west"), "what it has is what it opens: nothing comes from the east"


def test_a_volume_that_leaves_its_global_cluster_is_a_writers(aws: Aws) -> None:
    shell(aws)
    founder(aws)
    add_instance(aws, EAST, "east")
    own = member(aws)["DBClusterArn"]
    aws.eventually(lambda: aws.databases.follows == {"west": "east"})
    rds = aws.client("rds", WEST)
    rds.remove_from_global_cluster(GlobalClusterIdentifier="shell", DbClusterIdentifier=own)
    aws.eventually(lambda: aws.databases.writers == {"east", "west"})
    add_instance(aws, WEST, "west")
    aws.eventually(lambda: aws.databases.actions()[-1] == ("start", "west"))


def test_two_clusters_of_a_region_have_a_database_each(aws: Aws) -> None:
    two_sites(aws)
    rds = aws.client("rds", EAST)
    rds.create_db_cluster(
        DBClusterIdentifier="second", Engine=ENGINE, MasterUsername="lifeline", MasterUserPassword=PASSWORD
    )
    add_instance(aws, EAST, "second")
    aws.eventually(lambda: instance_status(aws, EAST, "second-1") == "available")
    ports = {found["DBClusterIdentifier"]: found["Port"] for found in rds.describe_db_clusters()["DBClusters"]}
    assert ports == {"east": 15432, "second": 35432}
    rds.delete_db_instance(DBInstanceIdentifier="second-1", SkipFinalSnapshot=True)
    rds.delete_db_cluster(DBClusterIdentifier="second", SkipFinalSnapshot=True)
    aws.eventually(lambda: ("delete", "second") in aws.databases.actions())
    assert aws.databases.writers == {"east"} and instance_status(aws, EAST, "east-1") == "available"


def test_a_member_cannot_be_stopped_for_the_night(aws: Aws) -> None:
    two_sites(aws)
    rds = aws.client("rds", WEST)
    with pytest.raises(rds.exceptions.InvalidDBClusterStateFault):
        rds.stop_db_cluster(DBClusterIdentifier="west")


@pytest.mark.parametrize("region", [EAST, WEST])
def test_subnet_and_parameter_groups(aws: Aws, region: str) -> None:
    ec2, rds = aws.client("ec2", region), aws.client("rds", region)
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.10.{index}.0/24", AvailabilityZone=f"{region}{letter}")["Subnet"][
            "SubnetId"
        ]
        for index, letter in enumerate("ab")
    ]
    rds.create_db_subnet_group(DBSubnetGroupName="data", DBSubnetGroupDescription="data", SubnetIds=subnets)
    read = rds.describe_db_subnet_groups(DBSubnetGroupName="data")["DBSubnetGroups"][0]
    assert {subnet["SubnetIdentifier"] for subnet in read["Subnets"]} == set(subnets)
    rds.modify_db_subnet_group(DBSubnetGroupName="data", DBSubnetGroupDescription="new", SubnetIds=subnets)

    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="fenced",
        DBParameterGroupFamily="aurora-postgresql17",
        Description="fenced",
        Tags=[{"Key": "site", "Value": "east"}],
    )
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="fenced",
        Parameters=[
            {"ParameterName": "rds.global_db_rpo", "ParameterValue": "20", "ApplyMethod": "pending-reboot"},
            {"ParameterName": "transaction_timeout", "ParameterValue": "30000", "ApplyMethod": "immediate"},
        ],
    )
    parameters = rds.describe_db_cluster_parameters(DBClusterParameterGroupName="fenced")["Parameters"]
    assert {entry["ParameterName"]: entry["ParameterValue"] for entry in parameters} == {
        "rds.global_db_rpo": "20",
        "transaction_timeout": "30000",
    }
    arn = rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName="fenced")["DBClusterParameterGroups"][0][
        "DBClusterParameterGroupArn"
    ]
    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "site", "Value": "east"}]
    rds.reset_db_cluster_parameter_group(
        DBClusterParameterGroupName="fenced",
        Parameters=[{"ParameterName": "transaction_timeout", "ApplyMethod": "immediate"}],
    )
    left = rds.describe_db_cluster_parameters(DBClusterParameterGroupName="fenced")["Parameters"]
    assert [entry["ParameterName"] for entry in left] == ["rds.global_db_rpo"]
    rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName="fenced")
    rds.delete_db_subnet_group(DBSubnetGroupName="data")


def test_settings_of_clusters_and_instances_are_kept(aws: Aws) -> None:
    shell(aws)
    founder(
        aws,
        EngineLifecycleSupport="open-source-rds-extended-support-disabled",
        EnableCloudwatchLogsExports=["postgresql"],
        EnableIAMDatabaseAuthentication=True,
        BackupRetentionPeriod=35,
        PreferredBackupWindow="07:00-08:00",
        PreferredMaintenanceWindow="sun:08:30-sun:09:30",
        CopyTagsToSnapshot=True,
        Tags=[{"Key": "site", "Value": "east"}],
    )
    rds = aws.client("rds")
    read = rds.describe_db_clusters(DBClusterIdentifier="east")["DBClusters"][0]
    assert read["EngineLifecycleSupport"] == "open-source-rds-extended-support-disabled"
    assert (read["IAMDatabaseAuthenticationEnabled"], read["EnabledCloudwatchLogsExports"]) == (True, ["postgresql"])
    assert (read["BackupRetentionPeriod"], read["PreferredBackupWindow"]) == (35, "07:00-08:00")
    rds.modify_db_cluster(
        DBClusterIdentifier="east",
        EnableIAMDatabaseAuthentication=False,
        BackupRetentionPeriod=14,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["iam-db-auth-error"], "DisableLogTypes": ["postgresql"]},
    )
    read = rds.describe_db_clusters(DBClusterIdentifier="east")["DBClusters"][0]
    assert (read["IAMDatabaseAuthenticationEnabled"], read["BackupRetentionPeriod"]) == (False, 14)
    assert read["EnabledCloudwatchLogsExports"] == ["iam-db-auth-error"]
    assert rds.list_tags_for_resource(ResourceName=read["DBClusterArn"])["TagList"] == [
        {"Key": "site", "Value": "east"}
    ]

    rds.create_db_instance(
        DBInstanceIdentifier="east-1",
        DBClusterIdentifier="east",
        Engine=ENGINE,
        DBInstanceClass="db.r7g.large",
        EnablePerformanceInsights=True,
        PerformanceInsightsRetentionPeriod=7,
        MonitoringInterval=60,
        MonitoringRoleArn="arn:aws:iam::111122223333:role/monitoring",
        PromotionTier=1,
        AutoMinorVersionUpgrade=False,
    )
    rds.modify_db_instance(
        DBInstanceIdentifier="east-1", DBInstanceClass="db.r8g.large", PromotionTier=2, ApplyImmediately=True
    )
    instance = rds.describe_db_instances(DBInstanceIdentifier="east-1")["DBInstances"][0]
    assert instance["PerformanceInsightsEnabled"] is True and instance["MonitoringInterval"] == 60
    assert (instance["DBInstanceClass"], instance["PromotionTier"]) == ("db.r8g.large", 2)
