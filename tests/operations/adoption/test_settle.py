"""What becomes of each operation that a killed run had begun; the cloud is a function here."""

from typing import Any

import pytest

from operations.adoption.finders import Begun
from operations.adoption.settle import settle
from operations.outcomes import Refused

PROVIDER = {
    "urn": "urn:pulumi:prod::lifeline::pulumi:providers:aws::aws",
    "type": "pulumi:providers:aws",
    "custom": True,
    "id": "p-1",
    "inputs": {"region": "us-east-1", "allowedAccountIds": '["111122223333"]'},
}


def resource(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "urn": f"urn:pulumi:prod::lifeline::{kind}::{name}",
        "type": kind,
        "custom": True,
        "provider": f"{PROVIDER['urn']}::p-1",
        "inputs": {},
        **more,
    }


ADDRESS, BUCKET, VERSIONING = "aws:ec2/eip:Eip", "aws:s3/bucket:Bucket", "aws:s3/bucketVersioning:BucketVersioning"


def state(pending: list[tuple[str, dict[str, Any]]], *resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "resources": [PROVIDER, *resources],
        "pending_operations": [{"type": kind, "resource": item} for kind, item in pending],
    }


def cloud(*ids: str) -> Any:
    return lambda _begun: [(own, own) for own in ids]


def test_what_is_there_is_taken_into_the_state_and_what_others_have_is_not() -> None:
    mine, other = resource(ADDRESS, "a"), resource(ADDRESS, "b", id="eip-b")
    settled = settle(state([("creating", mine)], other), "prod", find=cloud("eip-b", "eip-a"))
    assert settled.adopted == {mine["urn"]: "eip-a"} and settled.to_refresh == [mine["urn"]]
    assert settled.deployment["pending_operations"] == []
    assert settled.deployment["resources"][-1] == {**mine, "id": "eip-a", "outputs": {}}


def test_alike_ones_are_told_apart_by_taking_each_once() -> None:
    two = [resource(ADDRESS, "a"), resource(ADDRESS, "b")]
    settled = settle(state([("creating", each) for each in two]), "prod", find=cloud("eip-1", "eip-2"))
    assert sorted(settled.adopted.values()) == ["eip-1", "eip-2"]
    three = [*two, resource(ADDRESS, "c")]
    settled = settle(state([("creating", each) for each in three]), "prod", find=cloud("eip-1", "eip-2"))
    assert len(settled.adopted) == 2 and settled.forgotten == [three[2]["urn"]]


def test_the_same_name_in_another_region_is_another_resource() -> None:
    kind = "aws:ecr/repository:Repository"
    east = resource(kind, "east", inputs={"region": "us-east-1", "name": "web"})
    west = resource(kind, "west", inputs={"region": "us-west-2", "name": "web"}, id="web")
    assert settle(state([("creating", east)], west), "prod").adopted == {east["urn"]: "web"}


def test_where_and_whose_it_is_follows_from_its_provider() -> None:
    topic = resource("aws:sns/topic:Topic", "high", inputs={"name": "high"})
    settled = settle(state([("creating", topic)]), "prod")
    assert settled.adopted == {topic["urn"]: "arn:aws:sns:us-east-1:111122223333:high"}


def test_what_can_be_made_twice_and_what_is_not_there_is_forgotten() -> None:
    setting, bucket = resource(VERSIONING, "v", inputs={"bucket": "b"}), resource(BUCKET, "b")
    settled = settle(state([("creating", setting), ("creating", bucket)]), "prod")
    # The bucket has no name among its arguments, so it was never asked for.
    assert settled.forgotten == [setting["urn"], bucket["urn"]] and not settled.adopted


def test_what_was_begun_in_place_of_another_is_there_to_be_deleted() -> None:
    old = resource(ADDRESS, "a", id="eip-old")
    settled = settle(state([("creating", resource(ADDRESS, "a"))], old), "prod", find=cloud("eip-old", "eip-new"))
    assert settled.superseded == {old["urn"]: "eip-new"}
    kept, orphan = settled.deployment["resources"][-2:]
    assert (kept["id"], orphan["id"], orphan["delete"]) == ("eip-old", "eip-new", True) and "delete" not in kept


def test_an_interrupted_change_is_read_again_where_the_resource_is_known() -> None:
    known, unknown = resource(BUCKET, "known", id="known"), resource(BUCKET, "unknown", id="unknown")
    settled = settle(state([("updating", known), ("deleting", known), ("reading", unknown)], known), "prod")
    assert settled.to_refresh == [known["urn"]] and settled.deployment["resources"] == [PROVIDER, known]


def test_a_type_without_a_finder_is_refused_by_name_until_the_operator_says() -> None:
    strange = resource("aws:neptune/cluster:Cluster", "graph")
    before = state([("creating", strange)])
    with pytest.raises(Refused, match=r"(?s)neptune/cluster:Cluster::graph\n.*lifeline up prod.*--adopt.*--gone"):
        settle(before, "prod")
    assert before["pending_operations"], "the state is as it was"
    assert settle(before, "prod", {strange["urn"]: "graph-1"}).adopted == {strange["urn"]: "graph-1"}
    assert settle(before, "prod", gone=[strange["urn"]]).forgotten == [strange["urn"]]


def test_an_operator_knows_better_than_a_finder() -> None:
    mine = resource(ADDRESS, "a")
    told = settle(state([("creating", mine)]), "prod", {mine["urn"]: "eip-9"}, find=cloud("eip-1"))
    assert told.adopted == {mine["urn"]: "eip-9"}
    assert settle(state([("creating", mine)]), "prod", gone=[mine["urn"]], find=cloud("eip-1")).adopted == {}


def test_a_component_has_nothing_in_the_cloud() -> None:
    component = {**resource("lifeline:components:Network", "network"), "custom": False}
    assert settle(state([("creating", component)]), "prod").forgotten == [component["urn"]]


def test_a_finder_never_takes_an_argument_for_another_that_was_not_given() -> None:
    from operations.adoption.finders import Named
    from operations.adoption.search import ids

    begun = Begun("urn", BUCKET, {}, "us-east-1", "111122223333")
    assert ids(Named("{bucket}"), begun) == []
