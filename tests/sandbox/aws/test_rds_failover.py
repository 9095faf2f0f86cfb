"""Moving the writer between regions: planned, forced, by detachment, and what each region sees of it."""

from typing import Any

import pytest

from tests.sandbox.aws.conftest import EAST, WEST, Aws
from tests.sandbox.aws.estate import add_instance, arn, instance_status, two_sites


def global_cluster(aws: Aws, region: str, caller: str = "operator") -> dict[str, Any]:
    found = aws.client("rds", region, caller).describe_global_clusters(GlobalClusterIdentifier="shell")
    return dict(found["GlobalClusters"][0])


def writer(aws: Aws, region: str, caller: str = "operator") -> str:
    members = global_cluster(aws, region, caller)["GlobalClusterMembers"]
    return next(entry["DBClusterArn"] for entry in members if entry["IsWriter"])


def synchronized(aws: Aws, region: str) -> dict[str, str]:
    members = global_cluster(aws, region)["GlobalClusterMembers"]
    return {entry["DBClusterArn"]: entry["SynchronizationStatus"] for entry in members}


def fail_over(aws: Aws, to: str, region: str, **how: Any) -> dict[str, Any]:
    answer = aws.client("rds", region).failover_global_cluster(
        GlobalClusterIdentifier="shell", TargetDbClusterIdentifier=arn(to), **how
    )
    return dict(answer["GlobalCluster"])


def test_both_regions_describe_the_same_global_cluster(aws: Aws) -> None:
    two_sites(aws)
    assert global_cluster(aws, EAST) == global_cluster(aws, WEST)
    assert writer(aws, WEST) == arn("east")
    described = global_cluster(aws, EAST)
    assert described["TagList"] == [{"Key": "project", "Value": "lifeline"}]
    assert next(m for m in described["GlobalClusterMembers"] if m["IsWriter"])["Readers"] == [arn("west")]


def test_a_switchover_is_asynchronous_and_loses_nothing(aws: Aws) -> None:
    two_sites(aws)
    aws.databases.gate.clear()
    answer = aws.client("rds", WEST).switchover_global_cluster(
        GlobalClusterIdentifier="shell", TargetDbClusterIdentifier=arn("west")
    )["GlobalCluster"]
    assert answer["Status"] == "switching-over"
    assert answer["FailoverState"] == {
        "Status": "switching-over",
        "FromDbClusterArn": arn("east"),
        "ToDbClusterArn": arn("west"),
        "IsDataLossAllowed": False,
    }
    cluster = aws.client("rds", EAST).describe_db_clusters(DBClusterIdentifier="east")["DBClusters"][0]
    assert cluster["Status"] == "switching-over"
    rds = aws.client("rds", WEST)
    with pytest.raises(rds.exceptions.InvalidGlobalClusterStateFault):
        rds.modify_global_cluster(GlobalClusterIdentifier="shell", DeletionProtection=True)
    aws.databases.gate.set()
    aws.eventually(lambda: writer(aws, EAST) == arn("west"))
    done = global_cluster(aws, WEST)
    assert done["Status"] == "available" and "FailoverState" not in done
    assert ("switchover", "west") in aws.databases.actions()
    assert aws.databases.follows == {"east": "west"}
    assert set(synchronized(aws, WEST).values()) == {"connected"}


@pytest.mark.parametrize("how", [{}, {"Switchover": True}])
def test_a_failover_without_data_loss_is_a_switchover(aws: Aws, how: dict[str, Any]) -> None:
    two_sites(aws)
    fail_over(aws, "west", EAST, **how)
    aws.eventually(lambda: writer(aws, EAST) == arn("west"))
    assert ("switchover", "west") in aws.databases.actions()


def test_a_switchover_needs_the_primary(aws: Aws) -> None:
    two_sites(aws)
    aws.faults.dark(EAST)
    rds = aws.client("rds", WEST)
    with pytest.raises(rds.exceptions.InvalidGlobalClusterStateFault, match="AllowDataLoss"):
        fail_over(aws, "west", WEST)
    assert writer(aws, WEST) == arn("east")


def test_a_failover_needs_only_the_survivor_and_the_old_primary_rejoins_when_it_is_back(aws: Aws) -> None:
    two_sites(aws)
    aws.faults.dark(EAST)
    assert fail_over(aws, "west", WEST, AllowDataLoss=True)["Status"] == "failing-over"
    aws.eventually(lambda: writer(aws, WEST) == arn("west"))
    assert aws.databases.writers == {"east", "west"}, "the lost region goes on by itself: that is what the fence is for"
    assert synchronized(aws, WEST) == {arn("east"): "pending-resync", arn("west"): "connected"}
    assert writer(aws, EAST, caller=EAST) == arn("east"), "inside the lost region nobody knows of the failover"
    inside = aws.client("rds", EAST, EAST)
    with pytest.raises(inside.exceptions.InvalidGlobalClusterStateFault, match="cut off"):
        inside.failover_global_cluster(GlobalClusterIdentifier="shell", TargetDbClusterIdentifier=arn("east"))

    aws.faults.clear()
    aws.eventually(lambda: set(synchronized(aws, EAST).values()) == {"connected"})
    assert writer(aws, EAST, caller=EAST) == arn("west")
    assert aws.databases.writers == {"west"} and aws.databases.follows == {"east": "west"}
    calls = [
        (entry["region"], entry["outcome"])
        for entry in aws.calls.read()
        if entry["operation"] == "FailoverGlobalCluster"
    ]
    assert calls[-2:] == [(WEST, "ok"), (EAST, "error:InvalidGlobalClusterStateFault")]


def test_and_back_again(aws: Aws) -> None:
    two_sites(aws)
    fail_over(aws, "west", WEST, AllowDataLoss=True)
    aws.eventually(lambda: set(synchronized(aws, WEST).values()) == {"connected"} and writer(aws, WEST) == arn("west"))
    aws.faults.dark(WEST)
    fail_over(aws, "east", EAST, AllowDataLoss=True)
    aws.eventually(lambda: writer(aws, EAST) == arn("east"))
    aws.faults.clear()
    aws.eventually(lambda: aws.databases.follows == {"west": "east"})


def test_a_failover_that_cannot_promote_leaves_the_writer_where_it_was(aws: Aws) -> None:
    two_sites(aws)
    aws.databases.failing = "promote"
    fail_over(aws, "west", WEST, AllowDataLoss=True)
    aws.eventually(lambda: global_cluster(aws, WEST)["Status"] == "available")
    assert writer(aws, WEST) == arn("east")
    read = aws.client("rds", WEST).describe_db_instances(DBInstanceIdentifier="west-1")["DBInstances"][0]
    assert "promote failed" in read["StatusInfos"][0]["Message"]


@pytest.mark.parametrize(
    ("target", "how", "code"),
    [
        ("east", {"AllowDataLoss": True}, "InvalidGlobalClusterStateFault"),
        ("north", {"AllowDataLoss": True}, "DBClusterNotFoundFault"),
        ("west", {"AllowDataLoss": True, "Switchover": True}, "InvalidParameterCombination"),
    ],
)
def test_refused_failovers(aws: Aws, target: str, how: dict[str, Any], code: str) -> None:
    two_sites(aws)
    rds = aws.client("rds", WEST)
    with pytest.raises(rds.exceptions.ClientError, match=code):
        rds.failover_global_cluster(
            GlobalClusterIdentifier="shell",
            TargetDbClusterIdentifier=arn(target) if target != "north" else arn("west").replace("west", "north"),
            **how,
        )


def test_a_target_without_an_instance_cannot_become_the_primary(aws: Aws) -> None:
    two_sites(aws)
    rds = aws.client("rds", WEST)
    rds.delete_db_instance(DBInstanceIdentifier="west-1", SkipFinalSnapshot=True)
    with pytest.raises(rds.exceptions.InvalidDBClusterStateFault, match="no running instance"):
        fail_over(aws, "west", WEST, AllowDataLoss=True)


def test_a_member_that_is_removed_becomes_a_writer_of_its_own(aws: Aws) -> None:
    two_sites(aws)
    rds = aws.client("rds", WEST)
    with pytest.raises(rds.exceptions.InvalidGlobalClusterStateFault, match="primary"):
        rds.remove_from_global_cluster(GlobalClusterIdentifier="shell", DbClusterIdentifier=arn("east"))
    aws.faults.dark(EAST)
    aws.databases.gate.clear()
    rds.remove_from_global_cluster(GlobalClusterIdentifier="shell", DbClusterIdentifier=arn("west"))
    cluster = rds.describe_db_clusters(DBClusterIdentifier="west")["DBClusters"][0]
    assert cluster["Status"] == "promoting" and "GlobalClusterIdentifier" not in cluster
    aws.databases.gate.set()
    rds.get_waiter("db_cluster_available").wait(
        DBClusterIdentifier="west", WaiterConfig={"Delay": 0, "MaxAttempts": 500}
    )
    assert ("promote", "west") in aws.databases.actions()
    assert [member["DBClusterArn"] for member in global_cluster(aws, WEST)["GlobalClusterMembers"]] == [arn("east")]
    with pytest.raises(rds.exceptions.DBClusterNotFoundFault):
        rds.remove_from_global_cluster(GlobalClusterIdentifier="shell", DbClusterIdentifier=arn("west"))


def test_a_member_in_an_unreachable_region_cannot_be_removed(aws: Aws) -> None:
    two_sites(aws)
    aws.faults.dark(WEST)
    rds = aws.client("rds", EAST)
    with pytest.raises(rds.exceptions.InvalidGlobalClusterStateFault, match="cannot be reached"):
        rds.remove_from_global_cluster(GlobalClusterIdentifier="shell", DbClusterIdentifier=arn("west"))


def test_the_shell_is_modified_in_place(aws: Aws) -> None:
    two_sites(aws)
    rds = aws.client("rds", WEST)
    rds.modify_global_cluster(GlobalClusterIdentifier="shell", DeletionProtection=True)
    with pytest.raises(rds.exceptions.ClientError, match="protected"):
        rds.delete_global_cluster(GlobalClusterIdentifier="shell")
    with pytest.raises(rds.exceptions.ClientError, match="AllowMajorVersionUpgrade"):
        rds.modify_global_cluster(GlobalClusterIdentifier="shell", EngineVersion="18.1")
    rds.modify_global_cluster(
        GlobalClusterIdentifier="shell", NewGlobalClusterIdentifier="renamed", EngineVersion="17.5"
    )
    assert rds.describe_db_clusters(DBClusterIdentifier="west")["DBClusters"][0]["GlobalClusterIdentifier"] == "renamed"
    described = rds.describe_global_clusters(GlobalClusterIdentifier="renamed")["GlobalClusters"][0]
    assert (described["EngineVersion"], described["DeletionProtection"]) == ("17.5", True)
    resource = described["GlobalClusterArn"]
    rds.add_tags_to_resource(ResourceName=resource, Tags=[{"Key": "owner", "Value": "platform"}])
    rds.remove_tags_from_resource(ResourceName=resource, TagKeys=["project"])
    assert rds.list_tags_for_resource(ResourceName=resource)["TagList"] == [{"Key": "owner", "Value": "platform"}]


def test_a_killed_region_gets_its_database_back(aws: Aws) -> None:
    two_sites(aws)
    aws.faults.dark(EAST, kill=True)
    aws.databases.kill("east")
    aws.faults.clear()
    aws.eventually(lambda: ("start", "east") in aws.databases.actions())
    assert aws.databases.writers == {"east"}


def test_a_killed_region_gets_its_volume_back(aws: Aws) -> None:
    two_sites(aws)
    aws.client("rds", WEST).delete_db_instance(DBInstanceIdentifier="west-1", SkipFinalSnapshot=True)
    aws.eventually(lambda: aws.databases.actions()[-1] == ("shut", "west"))
    aws.faults.dark(WEST, kill=True)
    aws.databases.kill("west")
    aws.faults.clear()
    aws.eventually(lambda: aws.databases.actions()[-1] == ("mirror", "west", "east"))


def test_a_new_founder_can_join_where_the_old_one_was_lost(aws: Aws) -> None:
    two_sites(aws)
    fail_over(aws, "west", WEST, AllowDataLoss=True)
    aws.eventually(lambda: set(synchronized(aws, WEST).values()) == {"connected"} and writer(aws, WEST) == arn("west"))
    east = aws.client("rds", EAST)
    east.delete_db_instance(DBInstanceIdentifier="east-1", SkipFinalSnapshot=True)
    east.remove_from_global_cluster(GlobalClusterIdentifier="shell", DbClusterIdentifier=arn("east"))
    east.delete_db_cluster(DBClusterIdentifier="east", SkipFinalSnapshot=True)
    east.create_db_cluster(
        DBClusterIdentifier="east", Engine="aurora-postgresql", EngineVersion="17.4", GlobalClusterIdentifier="shell"
    )
    add_instance(aws, EAST, "east", index=2)
    aws.eventually(lambda: instance_status(aws, EAST, "east-2") == "available")
    assert aws.databases.follows == {"east": "west"}


def snapshots(aws: Aws, region: str) -> list[str]:
    """Those of a volume that a failover left behind."""
    shown = aws.client("rds", region).describe_db_cluster_snapshots(SnapshotType="automated")["DBClusterSnapshots"]
    names = [snapshot["DBClusterSnapshotIdentifier"] for snapshot in shown]
    return [name for name in names if name.startswith("rds:unplanned-global-failover-")]


def test_what_a_failover_left_behind_is_a_snapshot_before_the_old_primary_follows(aws: Aws) -> None:
    two_sites(aws)
    aws.faults.dark(EAST)
    fail_over(aws, "west", WEST, AllowDataLoss=True)
    aws.eventually(lambda: writer(aws, WEST) == arn("west"))
    aws.faults.clear()
    aws.eventually(lambda: set(synchronized(aws, EAST).values()) == {"connected"})
    (name,) = snapshots(aws, EAST)
    assert name.startswith("rds:unplanned-global-failover-east-") and aws.databases.copies == {name}
    assert snapshots(aws, WEST) == []

    rds = aws.client("rds", EAST)
    rds.copy_db_cluster_snapshot(SourceDBClusterSnapshotIdentifier=name, TargetDBClusterSnapshotIdentifier="kept")
    restored = rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="rescue", SnapshotIdentifier="kept", Engine="aurora-postgresql"
    )["DBCluster"]
    assert "GlobalClusterIdentifier" not in restored and restored["DBClusterIdentifier"] == "rescue"
    add_instance(aws, EAST, "rescue")
    aws.eventually(lambda: instance_status(aws, EAST, "rescue-1") == "available")
    shown = rds.describe_db_clusters(DBClusterIdentifier="rescue")["DBClusters"][0]
    assert shown["Port"] == 35432, "not the one that it was copied from"
    assert global_cluster(aws, EAST) == global_cluster(aws, WEST)
    rds.delete_db_instance(DBInstanceIdentifier="rescue-1", SkipFinalSnapshot=True)
    rds.delete_db_cluster(DBClusterIdentifier="rescue", SkipFinalSnapshot=True)
    aws.eventually(lambda: ("delete", "rescue") in aws.databases.actions())
    assert aws.databases.follows == {"east": "west"}


def test_a_switchover_leaves_nothing_behind(aws: Aws) -> None:
    two_sites(aws)
    fail_over(aws, "west", EAST)
    aws.eventually(lambda: writer(aws, EAST) == arn("west"))
    assert snapshots(aws, EAST) == [] and aws.databases.copies == set()
