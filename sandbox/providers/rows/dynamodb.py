"""DynamoDB tables, with their replicas and the witness of strong consistency across regions."""

from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Wait
from sandbox.providers.handlers import Refused, Subject
from sandbox.providers.rows.dynamodb_replicas import drop_replicas, replicas, replicate, update
from sandbox.providers.rules import AutoName


def _keys(hash_key: str | None, range_key: str | None) -> list[dict[str, str]]:
    pairs = [(hash_key, "HASH"), (range_key, "RANGE")]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in pairs if name]


def _throughput(inputs: dict[str, Any]) -> dict[str, int]:
    return {
        "ReadCapacityUnits": int(inputs.get("readCapacity") or 1),
        "WriteCapacityUnits": int(inputs.get("writeCapacity") or 1),
    }


def _index(entry: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "IndexName": entry["name"],
        "KeySchema": _keys(entry.get("hashKey") or table.get("hashKey"), entry.get("rangeKey")),
        "Projection": {"ProjectionType": entry["projectionType"]},
    }
    if entry.get("nonKeyAttributes"):
        made["Projection"]["NonKeyAttributes"] = entry["nonKeyAttributes"]
    return made


def _encryption(inputs: dict[str, Any]) -> dict[str, Any]:
    asked = inputs.get("serverSideEncryption") or {"enabled": False}
    made: dict[str, Any] = {"Enabled": bool(asked["enabled"])}
    if asked["enabled"]:
        made["SSEType"] = "KMS"
        if asked.get("kmsKeyArn"):
            made["KMSMasterKeyId"] = asked["kmsKeyArn"]
    return made


def _definition(subject: Subject) -> dict[str, Any]:
    inputs = subject.inputs
    if not inputs.get("hashKey"):
        raise Refused("hash_key: required field is not set")
    provisioned = inputs["billingMode"] == "PROVISIONED"
    made: dict[str, Any] = {"KeySchema": _keys(inputs["hashKey"], inputs.get("rangeKey"))}
    if provisioned:
        made["ProvisionedThroughput"] = _throughput(inputs)
    if inputs.get("globalSecondaryIndexes"):
        made["GlobalSecondaryIndexes"] = [
            {**_index(entry, inputs), **({"ProvisionedThroughput": _throughput(entry)} if provisioned else {})}
            for entry in inputs["globalSecondaryIndexes"]
        ]
    if inputs.get("localSecondaryIndexes"):
        made["LocalSecondaryIndexes"] = [_index(entry, inputs) for entry in inputs["localSecondaryIndexes"]]
    if inputs.get("serverSideEncryption"):
        made["SSESpecification"] = _encryption(inputs)
    # A replicated table needs its stream; the real provider turns it on for eventual consistency only.
    if inputs.get("streamEnabled"):
        made["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": inputs["streamViewType"]}
    return made


def _recovery(at: At) -> None:
    asked = at.inputs.get("pointInTimeRecovery")
    if asked is None and at.subject.old_inputs.get("pointInTimeRecovery") is None:
        return
    enabled = bool((asked or {}).get("enabled"))
    specification: dict[str, Any] = {"PointInTimeRecoveryEnabled": enabled}
    if enabled and (asked or {}).get("recoveryPeriodInDays"):
        specification["RecoveryPeriodInDays"] = (asked or {})["recoveryPeriodInDays"]
    at.call("update_continuous_backups", TableName=at.id, PointInTimeRecoverySpecification=specification)


def _expiry(at: At) -> None:
    asked, old = at.inputs.get("ttl"), at.subject.old_inputs.get("ttl")
    entry = asked or ({**old, "enabled": False} if old else None)
    if entry and entry.get("attributeName") and (entry.get("enabled") or old):
        at.call(
            "update_time_to_live",
            TableName=at.id,
            TimeToLiveSpecification={
                "AttributeName": entry["attributeName"],
                "Enabled": bool(entry.get("enabled", False)),
            },
        )


def _capacity(at: At) -> None:
    request: dict[str, Any] = {"BillingMode": at.inputs["billingMode"]}
    if at.inputs["billingMode"] == "PROVISIONED":
        request["ProvisionedThroughput"] = _throughput(at.inputs)
    update(at, **request)


def _encrypt(at: At) -> None:
    update(at, SSESpecification=_encryption(at.inputs))


def _stream(at: At) -> None:
    enabled = bool(at.inputs.get("streamEnabled"))
    kind = {"StreamViewType": at.inputs["streamViewType"]} if enabled else {}
    update(at, StreamSpecification={"StreamEnabled": enabled, **kind})


def _surroundings(at: At, found: Found) -> Found:
    more: Found = {}
    keys = {key["KeyType"]: key["AttributeName"] for key in found.get("KeySchema", [])}
    more["hashKey"], more["rangeKey"] = keys.get("HASH"), keys.get("RANGE")
    more["billingMode"] = (found.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    backups = at.call("describe_continuous_backups", TableName=at.id)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    more["pointInTimeRecovery"] = {"enabled": recovery.get("PointInTimeRecoveryStatus") == "ENABLED"}
    if at.subject.value("ttl"):
        expiry = at.call("describe_time_to_live", TableName=at.id)["TimeToLiveDescription"]
        more["ttl"] = {
            "enabled": expiry.get("TimeToLiveStatus") in ("ENABLED", "ENABLING"),
            "attributeName": expiry.get("AttributeName", ""),
        }
    sse = found.get("SSEDescription") or {}
    if at.subject.value("serverSideEncryption"):
        more["serverSideEncryption"] = {
            "enabled": sse.get("Status") == "ENABLED",
            "kmsKeyArn": sse.get("KMSMasterKeyArn"),
        }
    more["replicas"] = replicas(at, found)
    witnesses = found.get("GlobalTableWitnesses") or []
    more["globalTableWitness"] = {"regionName": witnesses[0]["RegionName"]} if witnesses else None
    return more


ROWS = (
    Row(
        type="aws:dynamodb/table:Table",
        service="dynamodb",
        verb_noun="DynamoDB Table",
        create=Call(
            "create_table",
            _definition,
            sends=("attributes", "billingMode", "deletionProtectionEnabled", "name", "tableClass", "tags"),
        ),
        id="=name",
        fields={
            "name": Field("TableName"),
            "attributes": Field("AttributeDefinitions", nested={"name": "AttributeName", "type": "AttributeType"}),
            "globalSecondaryIndexes": Field("-", found="-"),
            "localSecondaryIndexes": Field("-", found="-"),
            "replicas": Field("-", decode=lambda value: value),
            "tableClass": Field(found="TableClassSummary.TableClass"),
            "streamEnabled": Field("-", found="StreamSpecification.StreamEnabled"),
            "streamViewType": Field("-", found="StreamSpecification.StreamViewType"),
            "readCapacity": Field("-", found="ProvisionedThroughput.ReadCapacityUnits"),
            "writeCapacity": Field("-", found="ProvisionedThroughput.WriteCapacityUnits"),
            "onDemandThroughput": Field(found="-"),
            "warmThroughput": Field(found="-"),
        },
        read=Call("describe_table", lambda s: {"TableName": s.id}, answer="Table"),
        also_read=(_surroundings,),
        gone=("ResourceNotFoundException",),
        before_delete=(drop_replicas,),
        delete=Call("delete_table", lambda s: {"TableName": s.id}),
        waits_gone=True,
        wait=Wait("TableStatus", ("ACTIVE",)),
        after_create=(replicate, _recovery, _expiry),
        changes=(
            Change(("billingMode", "readCapacity", "writeCapacity"), "aws api: UpdateTable", _capacity),
            Change(
                ("deletionProtectionEnabled", "tableClass"),
                "aws api: UpdateTable",
                Call("update_table", lambda s: {"TableName": s.id}),
            ),
            Change(("serverSideEncryption",), "aws api: UpdateTable", _encrypt),
            Change(("streamEnabled", "streamViewType"), "aws api: UpdateTable", _stream),
            Change(("pointInTimeRecovery",), "aws api: UpdateContinuousBackups", _recovery),
            Change(("ttl",), "aws api: UpdateTimeToLive", _expiry),
            Change(("replicas", "globalTableWitness"), "aws api: UpdateTable", replicate),
        ),
        tags="dynamodb",
        auto_name=AutoName("name", 255),
        defaults={"billingMode": "PROVISIONED"},
        computed=(
            "pointInTimeRecovery",
            "readCapacity",
            "serverSideEncryption",
            "streamViewType",
            "warmThroughput",
            "writeCapacity",
        ),
        outputs={"arn": "TableArn", "streamArn": "LatestStreamArn", "streamLabel": "LatestStreamLabel"},
        extended="strongly consistent replicas and witness with a quorum (`sandbox/aws/extensions`)",
    ),
)
