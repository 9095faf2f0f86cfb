"""Names, shapes and values between Pulumi and the clouds, without either."""

from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.signatures import Sdk
from sandbox.providers.aws.convert import Field, from_shape, from_tags, properties, request
from sandbox.providers.cloudflare.convert import from_api, to_api
from sandbox.providers.diff import diff
from sandbox.providers.imports import inputs_refreshed
from sandbox.providers.rules import InPlace, Rules
from sandbox.providers.values import UNKNOWN, Secret, holds_secret, holds_unknown, opened, read, write


def shape(service: str, operation: str) -> Any:
    client = boto3.client(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    return client.meta.service_model.operation_model(operation).input_shape


def test_names_match_without_regard_to_case_and_numbers_become_whole() -> None:
    sent = request(
        {"cidrBlock": "10.0.0.0/16", "ipv4NetmaskLength": 16.0, "region": "x"}, shape("ec2", "CreateVpc"), {}
    )
    assert sent == {"CidrBlock": "10.0.0.0/16", "Ipv4NetmaskLength": 16}


def test_renames_nested_names_and_tags() -> None:
    fields = {
        "name": Field("TableName"),
        "attributes": Field("AttributeDefinitions", nested={"name": "AttributeName", "type": "AttributeType"}),
    }
    given_ = {"name": "t", "attributes": [{"name": "pk", "type": "S"}], "tags": {"a": "b"}}
    assert request(given_, shape("dynamodb", "CreateTable"), fields) == {
        "TableName": "t",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    assert request({"tags": {"a": "b"}}, shape("kms", "CreateKey"), {}) == {"Tags": [{"TagKey": "a", "TagValue": "b"}]}
    assert request({"tags": {"a": "b"}}, shape("ecs", "CreateCluster"), {}) == {"tags": [{"key": "a", "value": "b"}]}
    assert request({"tags": {"a": "b"}}, shape("logs", "CreateLogGroup"), {}) == {"tags": {"a": "b"}}


def test_a_single_object_fits_where_aws_wants_a_list_and_back() -> None:
    table = Sdk("aws").resource("aws:dynamodb/table:Table").properties
    assert from_shape([{"AttributeName": "pk"}], table["attributes"].type, {"name": "AttributeName"}) == [
        {"name": "pk"}
    ]
    assert from_shape([{"RegionName": "us-east-2"}], table["globalTableWitness"].type) == {"regionName": "us-east-2"}


def test_what_the_sdk_does_not_know_is_dropped_and_kinds_are_the_sdk_s() -> None:
    signature = Sdk("aws").resource("aws:ec2/subnet:Subnet")
    types = {name: entry.type for name, entry in signature.properties.items()}
    found = {"SubnetId": "subnet-1", "CidrBlock": "10.0.0.0/24", "MapPublicIpOnLaunch": "true", "OwnerId": 111}
    assert properties(found, types, {}) == {
        "cidrBlock": "10.0.0.0/24",
        "mapPublicIpOnLaunch": True,
        "ownerId": "111",
    }


def test_tags_of_every_form_are_one_and_the_clouds_own_are_left_out() -> None:
    assert from_tags([{"Key": "a", "Value": "1"}, {"Key": "aws:x", "Value": "2"}]) == {"a": "1"}
    assert from_tags([{"TagKey": "a", "TagValue": "1"}]) == from_tags([{"key": "a", "value": "1"}]) == {"a": "1"}
    assert from_tags({"a": "1"}) == {"a": "1"}
    assert from_tags(None) == {}


def test_cloudflare_spells_with_underscores_and_headers_as_http_does() -> None:
    pool = Sdk("cloudflare").resource("cloudflare:index/loadBalancerPool:LoadBalancerPool").properties
    given_ = {"minimumOrigins": 1, "origins": [{"name": "east", "header": {"hosts": ["a.example.com"]}}]}
    sent = to_api(given_, pool)
    assert sent == {"minimum_origins": 1, "origins": [{"name": "east", "header": {"Host": ["a.example.com"]}}]}
    assert from_api(sent, pool) == given_
    monitor = Sdk("cloudflare").resource("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor").properties
    assert to_api({"header": {"X-Own-Name": ["v"]}}, monitor) == {"header": {"X-Own-Name": ["v"]}}


VALUES = st.recursive(
    st.booleans() | st.integers(-(2**50), 2**50) | st.text() | st.just(UNKNOWN),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner) | inner.map(Secret),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a machine with other work is slow
@given(st.dictionaries(st.text(min_size=1), VALUES))
def test_every_value_survives_the_wire(value: dict[str, Any]) -> None:
    back = read(write(value))
    assert back == value
    assert holds_secret(back) == holds_secret(value)
    assert holds_unknown(back) == holds_unknown(value)
    assert not holds_secret(opened(back))


RULES = Rules(
    in_place=(InPlace(("tags", "ports"), "test"),), ordered=("steps",), computed=("zone",), documents=("json",)
)
TYPES = Sdk("aws").resource("aws:sns/topic:Topic").inputs


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"tags": {"a": "1"}}, {"tags": {"a": "1"}}, []),
        ({"tags": {"a": "1"}}, {"tags": {"a": "2", "b": "3"}}, [("tags.a", "update"), ("tags.b", "add")]),
        ({"tags": {"cost-center": "1"}}, {"tags": {}}, [('tags["cost-center"]', "delete")]),
        ({"ports": [1, 2]}, {"ports": [2, 1]}, []),
        ({"steps": [1, 2]}, {"steps": [2, 1]}, [("steps", "update")]),
        ({"ports": []}, {}, []),
        ({"name": "a"}, {}, [("name", "delete")]),
        ({"zone": "a"}, {}, []),
        ({"name": "a"}, {"name": UNKNOWN}, [("name", "update")]),
        ({"json": '{"a": 1}'}, {"json": '{ "a":1 }'}, []),
        ({"json": '{"a": [1, 2]}'}, {"json": '{"a": [2, 1]}'}, [("json", "update")]),
        ({"__defaults": ["a"]}, {"__defaults": []}, []),
    ],
)
def test_differences(before: dict[str, Any], after: dict[str, Any], changes: list[tuple[str, str]]) -> None:
    found = diff(before, after, RULES, TYPES)
    assert [(change.path, change.kind) for change in found.changes] == changes


def test_a_property_without_a_source_replaces() -> None:
    found = diff({"name": "a", "tags": {}}, {"name": "b", "tags": {"x": "y"}}, RULES, TYPES)
    assert found.replaces == ("name",)
    assert {change.path: change.replaces for change in found.changes} == {"name": True, "tags.x": False}


def test_drift_is_seen_only_in_what_was_asked_for() -> None:
    signature = Sdk("aws").resource("aws:lb/targetGroup:TargetGroup")
    asked = {"port": 80, "healthCheck": {"path": "/health"}}
    found = {"port": 80, "healthCheck": {"path": "/health", "interval": 30}, "slowStart": 0}
    assert inputs_refreshed(asked, found, signature, Rules()) == asked
    drifted = {**found, "healthCheck": {"path": "/other", "interval": 30}}
    assert inputs_refreshed(asked, drifted, signature, Rules()) == {"port": 80, "healthCheck": {"path": "/other"}}
