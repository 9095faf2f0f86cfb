"""The product's way to the volume that a failover left behind, over the emulated RDS."""

from types import SimpleNamespace
from typing import Any

import pytest

from operations.recovery import left_behind
from operations.recovery.left_behind import PREFIX, LeftBehind
from tests.sandbox.aws.conftest import EAST, WEST, Aws
from tests.sandbox.aws.estate import arn, two_sites


@pytest.fixture
def left(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> LeftBehind:
    monkeypatch.setattr(left_behind, "_POLL_SECONDS", 0.01)
    two_sites(aws)
    topology: Any = SimpleNamespace(one=lambda role, site: SimpleNamespace(id=site))
    return LeftBehind(topology, "east", aws.client("rds", EAST), seconds=10)


def lose_east(aws: Aws) -> None:
    lose(aws, EAST, "east", WEST, "west")


def lose(aws: Aws, region: str, lost: str, survivor: str, site: str) -> None:
    aws.faults.dark(region)
    aws.client("rds", survivor).failover_global_cluster(
        GlobalClusterIdentifier="shell", TargetDbClusterIdentifier=arn(site), AllowDataLoss=True
    )
    aws.eventually(lambda: aws.databases.writers == {"east", "west"})
    aws.faults.clear()
    aws.eventually(lambda: aws.databases.follows == {lost: site})


def test_a_volume_of_a_member_that_was_made_as_a_secondary_is_opened_too(aws: Aws, left: LeftBehind) -> None:
    """It never had a master user of its own."""
    lose_east(aws)
    lose(aws, WEST, "west", EAST, "east")
    topology: Any = SimpleNamespace(one=lambda role, site: SimpleNamespace(id=site))
    wests = LeftBehind(topology, "west", aws.client("rds", WEST), seconds=10)
    copy = wests.restore(wests.keep(aws.eventually(wests.newest)))
    assert copy.cluster == "west-rescue"
    wests.remove()


def test_without_a_failover_there_is_nothing(left: LeftBehind) -> None:
    assert left.newest() is None


def test_it_is_kept_opened_and_removed_however_often_one_begins_again(aws: Aws, left: LeftBehind) -> None:
    lose_east(aws)
    name = aws.eventually(left.newest)
    assert name.startswith(f"{PREFIX}east-")
    kept = left.keep(name)
    assert left.keep(name) == kept and not kept.startswith("rds:"), "a manual snapshot stays, an automatic one goes"
    copy = left.restore(kept)
    assert (copy.cluster, copy.port) == ("east-rescue", 35432) and left.restore(kept) == copy
    left.remove()
    left.remove()
    clusters = aws.client("rds", EAST).describe_db_clusters()["DBClusters"]
    assert [cluster["DBClusterIdentifier"] for cluster in clusters] == ["east"]
    assert left.newest() == name, "the snapshots stay"


def test_one_that_does_not_come_up_ends_with_what_was_waited_for(aws: Aws, left: LeftBehind) -> None:
    lose_east(aws)
    kept = left.keep(aws.eventually(left.newest))
    aws.databases.failing = "restore"
    left._seconds = 0.05  # what a test need not wait for
    with pytest.raises(TimeoutError, match="instance east-rescue-1 is available"):
        left.restore(kept)
    left.remove()


def test_a_site_without_an_instance_has_no_class_to_copy(aws: Aws, left: LeftBehind) -> None:
    lose_east(aws)
    kept = left.keep(aws.eventually(left.newest))
    aws.client("rds", EAST).delete_db_instance(DBInstanceIdentifier="east-1", SkipFinalSnapshot=True)
    with pytest.raises(LookupError, match="no instance whose class"):
        left.restore(kept)
