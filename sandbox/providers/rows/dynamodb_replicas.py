"""A DynamoDB table's replicas in other regions, and the witness of strong consistency across regions."""

import time
from dataclasses import replace
from typing import Any

from sandbox.providers.aws.row import At, Found
from sandbox.providers.handlers import Refused


def replicate(at: At) -> None:
    """Replicas and witness go in one call: strong consistency is decided for the table as a whole."""
    old = {entry["regionName"]: entry for entry in at.subject.old_inputs.get("replicas") or ()}
    new = {entry["regionName"]: entry for entry in at.inputs.get("replicas") or ()}
    lost, added = [name for name in old if name not in new], [name for name in new if name not in old]
    was = (at.subject.old_inputs.get("globalTableWitness") or {}).get("regionName")
    witness = (at.inputs.get("globalTableWitness") or {}).get("regionName")
    strong = any(entry.get("consistencyMode") == "STRONG" for entry in (*new.values(), *old.values()))
    if strong and (witness or was):
        updates = [{"Delete": {"RegionName": name}} for name in lost] + [
            {"Create": _replica(new[name])} for name in added
        ]
        request: dict[str, Any] = {"ReplicaUpdates": updates} if updates else {}
        if added:
            request["MultiRegionConsistency"] = "STRONG"
        if witness != was:
            request["GlobalTableWitnessUpdates"] = [
                *([{"Delete": {"RegionName": was}}] if was else []),
                *([{"Create": {"RegionName": witness}}] if witness else []),
            ]
        if request:
            update(at, **request)
    else:
        # DynamoDB takes one replica a call otherwise.
        for name in lost:
            update(at, ReplicaUpdates=[{"Delete": {"RegionName": name}}])
        for name in added:
            consistency = {"MultiRegionConsistency": "STRONG"} if new[name].get("consistencyMode") == "STRONG" else {}
            update(at, ReplicaUpdates=[{"Create": _replica(new[name])}], **consistency)
    for name, entry in new.items():
        if entry != old.get(name):
            _tune_replica(at, name, entry)


def _replica(entry: dict[str, Any]) -> dict[str, Any]:
    made = {"RegionName": entry["regionName"]}
    return {**made, "KMSMasterKeyId": entry["kmsKeyArn"]} if entry.get("kmsKeyArn") else made


def update(at: At, **request: Any) -> None:
    """UpdateTable, then the wait for the table and all its replicas."""
    at.call("update_table", TableName=at.id, **request)
    _await_active(at)


def _await_active(at: At) -> None:
    for _ in range(200):
        table = at.call("describe_table", TableName=at.id)["Table"]
        replicas = [replica.get("ReplicaStatus", "ACTIVE") for replica in table.get("Replicas", [])]
        if table["TableStatus"] == "ACTIVE" and all(status == "ACTIVE" for status in replicas):
            return
        time.sleep(0.1)
    raise Refused("timeout while waiting for state to become 'ACTIVE'")


def _tune_replica(at: At, region: str, entry: dict[str, Any]) -> None:
    """What a replica has of its own is set in its own region."""
    if entry.get("pointInTimeRecovery") is not None:
        at.session.call(
            "dynamodb",
            region,
            "update_continuous_backups",
            {
                "TableName": at.id,
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": bool(entry["pointInTimeRecovery"])},
            },
        )
    if entry.get("deletionProtectionEnabled") is not None:
        at.session.call(
            "dynamodb",
            region,
            "update_table",
            {"TableName": at.id, "DeletionProtectionEnabled": bool(entry["deletionProtectionEnabled"])},
        )
    tags = at.inputs.get("tags")
    if entry.get("propagateTags") and tags:
        arn = at.call("describe_table", TableName=at.id)["Table"]["TableArn"].split(":")
        arn[3] = region
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        at.session.call("dynamodb", region, "tag_resource", {"ResourceArn": ":".join(arn), "Tags": pairs})


def drop_replicas(at: At) -> None:
    """A table goes after its replicas, and its witness with them."""
    replicas = at.subject.value("replicas") or []
    if replicas:
        emptied = {**at.subject.inputs, "replicas": [], "globalTableWitness": None}
        asked = {"replicas": replicas, "globalTableWitness": at.subject.value("globalTableWitness")}
        replicate(At(at.session, at.service, replace(at.subject, inputs=emptied, old_inputs=asked)))


def replicas(at: At, found: Found) -> list[dict[str, Any]]:
    """The others as this region describes them; each one's own settings are asked for in its own region."""
    asked = {entry["regionName"]: entry for entry in at.subject.value("replicas") or ()}
    made = []
    for replica in found.get("Replicas", []):
        region = replica["RegionName"]
        if region == at.subject.region:
            continue
        arn = found["TableArn"].split(":")
        arn[3] = region
        entry = {**asked.get(region, {}), "regionName": region, "arn": ":".join(arn)}
        entry["consistencyMode"] = found.get("MultiRegionConsistency") or "EVENTUAL"
        if replica.get("KMSMasterKeyId"):
            entry["kmsKeyArn"] = replica["KMSMasterKeyId"]
        backups = at.session.call("dynamodb", region, "describe_continuous_backups", {"TableName": at.id})
        recovery = backups["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        entry["pointInTimeRecovery"] = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
        made.append(entry)
    return made
