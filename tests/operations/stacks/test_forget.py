"""A state without a region: what is taken out of it, and what of the rest pointed there."""

import copy
from typing import Any

import pytest

from operations.outcomes import Refused
from operations.stacks.forget import forget

LOST = "eu-west-1"
PREFIX = "urn:pulumi:global::appointments::"
AWS = "pulumi:providers:aws"


def urn(kind: str, name: str) -> str:
    return f"{PREFIX}{kind}::{name}"


def provider(name: str, region: str) -> dict[str, Any]:
    return {"urn": urn(AWS, name), "type": AWS, "custom": True, "id": "p-1", "inputs": {"region": region}}


def item(kind: str, name: str, by: str = "home", **more: Any) -> dict[str, Any]:
    inputs = more.pop("inputs", {})
    made = {"urn": urn(kind, name), "type": kind, "custom": True, "provider": f"{urn(AWS, by)}::p-1", "inputs": inputs}
    return {**made, **more}


KEY, BUCKET, TABLE = "aws:kms/key:Key", "aws:s3/bucket:Bucket", "aws:dynamodb/table:Table"
REPLICATION, RECORD = "aws:s3/bucketReplicationConfig:BucketReplicationConfig", "cloudflare:index/dnsRecord:DnsRecord"


def table(name: str, consistency: str, *members: str, witness: str = "eu-west-2") -> dict[str, Any]:
    replicas = [{"regionName": region, "consistencyMode": consistency} for region in members]
    return item(TABLE, name, inputs={"replicas": replicas, "globalTableWitness": {"regionName": witness}})


STATE: dict[str, Any] = {
    "manifest": {"time": "then"},
    "resources": [
        {"urn": urn("pulumi:pulumi:Stack", "global"), "type": "pulumi:pulumi:Stack", "custom": False},
        provider("home", "eu-central-1"),
        provider("there", LOST),
        {"urn": urn("lifeline:index:Stores", "stores"), "type": "lifeline:index:Stores", "custom": False},
        item(KEY, "by-provider", by="there"),
        item(KEY, "by-its-own-word", inputs={"region": LOST}),
        item(BUCKET, "elsewhere-by-its-own-word", by="home", inputs={"region": "eu-central-1"}),
        table("control", "STRONG", LOST),
        table("witnessed", "STRONG", "eu-west-3", witness=LOST),
        table("eventual", "EVENTUAL", LOST),
        item(
            REPLICATION,
            "replication",
            dependencies=[urn(BUCKET, "elsewhere-by-its-own-word"), urn(KEY, "by-its-own-word")],
            propertyDependencies={
                "bucket": [urn(BUCKET, "elsewhere-by-its-own-word")],
                "rules": [urn(KEY, "by-provider")],
            },
            deletedWith=urn(KEY, "by-provider"),
        ),
        item(RECORD, "origin", by="edge"),
    ],
}


def names(found: list[str]) -> list[str]:
    return [each.rpartition("::")[2] for each in found]


def test_what_was_there_goes_with_its_provider_and_the_tables_that_need_it() -> None:
    before = copy.deepcopy(STATE)
    found = forget(STATE, LOST)
    assert before == STATE, "the state that was given is as it was"
    assert names(found.there) == ["by-provider", "by-its-own-word", "there"]
    assert names(found.bound) == ["control", "witnessed"]
    assert names(found.stateful()) == ["by-provider", "by-its-own-word", "control", "witnessed"]
    left = names([each["urn"] for each in found.deployment["resources"]])
    assert left == ["global", "home", "stores", "elsewhere-by-its-own-word", "eventual", "replication", "origin"]
    assert found.deployment["manifest"] == {"time": "then"}


def test_what_stays_points_at_nothing_that_is_gone() -> None:
    (kept,) = [each for each in forget(STATE, LOST).deployment["resources"] if each["type"] == REPLICATION]
    bucket = urn(BUCKET, "elsewhere-by-its-own-word")
    assert kept["dependencies"] == [bucket]
    assert kept["propertyDependencies"] == {"bucket": [bucket], "rules": []}
    assert "deletedWith" not in kept


def test_a_provider_that_others_use_stays() -> None:
    state = copy.deepcopy(STATE)
    state["resources"].append(item(BUCKET, "moved", by="there", inputs={"region": "eu-west-2"}))
    found = forget(state, LOST)
    assert "there" not in names(found.there)
    assert "there" in names([each["urn"] for each in found.deployment["resources"]])


def test_another_region_changes_nothing() -> None:
    found = forget(STATE, "us-east-1")
    assert found.urns == [] and found.deployment == STATE


def test_after_a_killed_run_it_is_refused() -> None:
    with pytest.raises(Refused, match="was killed"):
        forget({**STATE, "pending_operations": [{"type": "creating"}]}, LOST)
