"""`protection` drives everything that keeps data from being deleted, all together and nothing by halves."""

import pytest

from tests.infra.declared import Registered
from tests.infra.stacks import SCOPES, declared

STATEFUL = {
    "aws:backup/vault:Vault",
    "aws:dynamodb/table:Table",
    "aws:ecr/repository:Repository",
    "aws:kms/key:Key",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:rds/cluster:Cluster",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:rds/globalCluster:GlobalCluster",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "aws:sqs/queue:Queue",
}
SIGNED = "cloudflare:index/zoneDnssec:ZoneDnssec"
"""Holds nothing, and yet: without it the registrar's DS record makes the whole zone unreachable."""
UNGUARDED = {"aws:sqs/queue:Queue"}
"""AWS has no guard for these: Pulumi's alone protects them."""
GUARDS = {
    "deletionProtection": (True, False),
    "deletionProtectionEnabled": (True, False),
    "enableDeletionProtection": (True, False),
    "skipFinalSnapshot": (False, True),
    "deleteAutomatedBackups": (False, True),
    "forceDelete": (False, True),
    "forceDestroy": (False, True),
    "forceOverwriteReplicaSecret": (False, True),
    "recoveryWindowInDays": (30, 0),
    "deletionWindowInDays": (30, 7),
}
"""Property → its value with protection on, and off."""


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("protection", ["on", "off"])
def test_protection_is_all_or_nothing(scope: str, protection: str) -> None:
    found = [item for item in declared(scope, protection=protection).custom if item.type in STATEFUL]
    assert found
    for item in found:
        assert item.protect is (protection == "on"), item.name
        assert _guards(item) or item.type in UNGUARDED, item.name
        for key, value in _guards(item).items():
            assert value == GUARDS[key][0 if protection == "on" else 1], f"{item.name}.{key}"


@pytest.mark.parametrize("scope", SCOPES)
def test_nothing_else_is_protected_and_nothing_is_left_behind(scope: str) -> None:
    for item in declared(scope).custom:
        assert item.protect is (item.type in {*STATEFUL, SIGNED}), item.name
        assert not item.request.retainOnDelete, item.name


@pytest.mark.parametrize("scope", SCOPES)
def test_protection_changes_guards_only(scope: str) -> None:
    on, off = (
        {item.urn: item for item in declared(scope, protection=value).resources if item.package != "pulumi"}
        for value in ("on", "off")
    )
    assert on.keys() == off.keys()
    for urn, item in on.items():
        # As they travel: only there is an archive equal to another one of the same files.
        before, after = item.request.object.fields, off[urn].request.object.fields
        changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        assert changed <= {*GUARDS, "replicas", "finalSnapshotIdentifier", "rule"}, item.name


def test_the_last_snapshot_has_a_name() -> None:
    assert (
        declared("east").one("rds/cluster:Cluster").inputs["finalSnapshotIdentifier"] == "nl-fhir-production-east-final"
    )
    assert "finalSnapshotIdentifier" not in declared("east", protection="off").one("rds/cluster:Cluster").inputs


def test_audit_records_are_locked_while_protection_is_on() -> None:
    kind = "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    for protection in ("on", "off"):
        for item in declared("global", protection=protection).of(kind):
            retention = item.inputs.get("rule", {}).get("defaultRetention")
            assert retention == ({"mode": "GOVERNANCE", "days": 2192} if protection == "on" else None)


def test_the_replica_of_the_table_is_guarded_too() -> None:
    for protection, guarded in (("on", True), ("off", False)):
        (replica,) = declared("global", protection=protection).one("dynamodb/table:Table").inputs["replicas"]
        assert replica["deletionProtectionEnabled"] is guarded


def _guards(item: Registered) -> dict[str, object]:
    return {key: item.inputs[key] for key in GUARDS if key in item.inputs}
