"""What is read from the SDKs' sources, held against what the same sources say in another place."""

import re

import pytest

from infra.sdk_parts import snake
from model.signatures import Map, Object, Scalar, Sdk, Sequence, UnknownType

TOKEN = re.compile(r"super\(\w+, __self__\)\.__init__\(\n\s+'([\w:/]+:\w+)'")
REQUIRED = re.compile(r"Missing required property '(\w+)'")
PLACES = (("aws", "dynamodb"), ("aws", "ec2"), ("aws", "lambda_"), ("aws", "lb"), ("aws", "rds"), ("cloudflare", ""))


@pytest.mark.parametrize(("package", "folder"), PLACES)
def test_every_type_is_found_with_the_properties_that_its_constructor_requires(package: str, folder: str) -> None:
    sdk = Sdk(package)
    wrong, seen = [], 0
    for path in sorted((sdk.root / folder).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        found = TOKEN.search(text)
        if found is None:
            continue
        signature = sdk.resource(found.group(1))
        required = {snake(entry.name) for entry in signature.inputs.values() if entry.required}
        if required != set(REQUIRED.findall(text)) or not signature.properties:
            wrong.append((found.group(1), sorted(required)))
        seen += 1
    assert seen > 5
    assert wrong == []


def test_types_are_what_the_annotations_say() -> None:
    inputs = Sdk("aws").resource("aws:dynamodb/table:Table").inputs
    assert inputs["hashKey"].type == Scalar("str")
    assert inputs["tags"].type == Map(Scalar("str"))
    replicas = inputs["replicas"].type
    assert isinstance(replicas, Sequence)
    assert isinstance(replicas.of, Object)
    assert replicas.of.properties["pointInTimeRecovery"].type == Scalar("bool")
    assert replicas.of.properties["regionName"].required
    # A text or one of the SDK's enumeration: the text counts.
    assert Sdk("aws").resource("aws:rds/cluster:Cluster").inputs["engine"].type == Scalar("str")


def test_what_is_secret_and_what_only_the_cloud_tells() -> None:
    password = Sdk("random").resource("random:index/randomPassword:RandomPassword")
    assert password.secret_outputs == {"bcryptHash", "result"}
    assert password.computed == {"bcryptHash", "result"}


def test_arguments_of_functions() -> None:
    known = Sdk("aws").function("aws:dynamodb/getTableItem:getTableItem")
    assert {"tableName", "key", "region"} <= known
    with pytest.raises(UnknownType, match="no such type or function"):
        Sdk("aws").function("aws:dynamodb/getNothing:getNothing")


def test_a_deprecated_argument_has_its_wire_name_too() -> None:
    inputs = Sdk("aws").resource("aws:s3/bucket:Bucket").inputs
    assert {"serverSideEncryptionConfiguration", "lifecycleRules", "objectLockConfiguration"} <= set(inputs)
    # A reason of several lines, one of which begins in the first column.
    assert "foundationDns" in Sdk("cloudflare").resource("cloudflare:index/zoneDnsSettings:ZoneDnsSettings").inputs
    assert not [name for name in inputs if "_" in name]
