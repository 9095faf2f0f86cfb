"""One stack's resources: links, tags, regions, parents."""

from typing import Any

import pytest

from model.links import identities
from model.resource import Resource
from model.types import canonical
from model.values import UNKNOWN
from model.view import View

BUCKET, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


def made(type_: str, name: str, props: dict[str, Any] | None = None, **more: Any) -> Resource:
    return Resource(f"urn:{name}", type_, name, props or {}, **more)


def names(resources: Any) -> list[str]:
    return [resource.name for resource in resources]


def linked(*blocks: Resource, **bucket: Any) -> tuple[list[str], list[str]]:
    target = made(BUCKET, "orders", **bucket)
    links = View("s", "state", [target, made(BUCKET, "other"), *blocks]).linked(target, BLOCK, "bucket")
    return names(links.found), names(links.unclear)


def test_a_link_by_dependency_by_id_by_arn_and_by_name() -> None:
    by_output = made(BLOCK, "b", {"bucket": UNKNOWN}, depends={"bucket": ("urn:orders",)})
    assert linked(by_output) == (["b"], [])
    assert linked(made(BLOCK, "b", {"bucket": "orders-1"}), id="orders-1") == (["b"], [])
    assert linked(made(BLOCK, "b", {"bucket": "arn:aws:s3:::o"}), outputs={"arn": "arn:aws:s3:::o"}) == (["b"], [])
    assert linked(made(BLOCK, "b", {"bucket": "o"}), props={"bucket": "o"}) == (["b"], [])


def test_what_a_resource_is_called_is_found_out_once_however_many_refer_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the time would grow with the square of a stack's size."""
    asked: list[Resource] = []
    monkeypatch.setattr("model.view.identities", lambda resource: (asked.append(resource), identities(resource))[1])
    buckets = [made(BUCKET, f"bucket-{number}", id=f"id-{number}") for number in range(20)]
    blocks = [made(BLOCK, f"block-{number}", {"bucket": f"id-{number}"}) for number in range(20)]
    view = View("s", "state", [*buckets, *blocks])
    for number in range(20):
        assert names(view.targets(blocks[number], "bucket", BUCKET).found) == [f"bucket-{number}"]
        assert names(view.linked(buckets[number], BLOCK, "bucket").found) == [f"block-{number}"]
    assert len(asked) == len(buckets)


def test_no_link_and_no_telling() -> None:
    elsewhere = made(BLOCK, "b", {"bucket": UNKNOWN}, depends={"bucket": ("urn:other",)})
    assert linked(elsewhere) == ([], [])
    assert linked(made(BLOCK, "b", {"bucket": "other-1"}), id="orders-1") == ([], [])
    assert linked(made(BLOCK, "b", {"bucket": UNKNOWN}, depends=None)) == ([], ["b"])
    assert linked(made(BLOCK, "b", {})) == ([], [])


def test_equal_names_in_two_regions_are_two_resources() -> None:
    here, there = ({"name": "main", "region": region} for region in ("us-east-1", "us-west-2"))
    group, cluster = "aws:rds/clusterParameterGroup:ClusterParameterGroup", "aws:rds/cluster:Cluster"
    user = made(cluster, "c", {"dbClusterParameterGroupName": "main", "region": "us-west-2"})
    view = View("s", "state", [made(group, "here", here), made(group, "there", there), user])
    assert names(view.targets(user, "dbClusterParameterGroupName", group).found) == ["there"]


def test_types_go_by_one_name() -> None:
    view = View("s", "state", [made("aws:alb/listener:Listener", "a"), made("aws:lb/listener:Listener", "b")])
    assert names(view.of("aws:lb/listener:Listener")) == ["a", "b"]
    assert canonical("aws:s3/bucketVersioningV2:BucketVersioningV2") == "aws:s3/bucketVersioning:BucketVersioning"
    assert canonical("aws:s3/bucketV2:BucketV2") == BUCKET


def test_tags_in_any_spelling_and_from_the_provider() -> None:
    provider = made("pulumi:providers:aws", "p", {"region": "us-west-2", "defaultTags": '{"tags": {"Owner": "ops"}}'})
    bucket = made(BUCKET, "b", {"tags": {"Cost_Center": "7", "owner": "data"}}, provider="urn:p")
    view = View("s", "state", [provider, bucket])
    assert [view.tag(bucket, key) for key in ("CostCenter", "cost-center", "OWNER", "none")] == ["7", "7", "data", None]
    assert view.region(bucket) == "us-west-2"
    group = made("aws:autoscaling/group:Group", "g", {"tags": [{"key": "Owner", "value": "ops"}]})
    assert view.tag(group, "owner") == "ops"
    unknown = made(BUCKET, "u", {"tags": UNKNOWN}, provider="urn:p")
    assert view.tag(unknown, "owner") == "ops"
    assert view.tag(unknown, "none") is UNKNOWN


@pytest.mark.parametrize("parent", ["urn:a", "urn:b", "urn:gone", ""])
def test_a_cycle_of_parents_ends(parent: str) -> None:
    first, second = made(BUCKET, "a", parent=parent), made(BUCKET, "b", parent="urn:a")
    assert len(View("s", "list", [first, second]).ancestors(first)) <= 1
