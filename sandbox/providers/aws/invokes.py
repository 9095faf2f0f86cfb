"""The aws provider's functions: what a program may ask while it runs."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.providers.aws.convert import from_tags
from sandbox.providers.aws.session import Failed
from sandbox.providers.handlers import Refused, Setup
from sandbox.providers.values import Properties

Caller = Callable[..., dict[str, Any]]
Invoke = Callable[[Caller, Properties, Setup], Properties]


def _availability_zones(call: Caller, arguments: Properties, _setup: Setup) -> Properties:
    zones = call("ec2", "describe_availability_zones", AllAvailabilityZones=bool(arguments.get("allAvailabilityZones")))
    state = arguments.get("state")
    kept = [zone for zone in zones["AvailabilityZones"] if state in (None, zone["State"])]
    kept = [zone for zone in kept if zone["ZoneName"] not in arguments.get("excludeNames", ())]
    kept.sort(key=lambda zone: str(zone["ZoneName"]))
    return {
        "names": [zone["ZoneName"] for zone in kept],
        "zoneIds": [zone["ZoneId"] for zone in kept],
        "groupNames": sorted({zone.get("GroupName") or zone["RegionName"] for zone in kept}),
    }


def _caller_identity(call: Caller, _arguments: Properties, _setup: Setup) -> Properties:
    me = call("sts", "get_caller_identity")
    return {"accountId": me["Account"], "arn": me["Arn"], "userId": me["UserId"], "id": me["Account"]}


def _region(_call: Caller, arguments: Properties, setup: Setup) -> Properties:
    region = str(arguments.get("region") or arguments.get("name") or setup.region)
    return {
        "name": region,
        "region": region,
        "id": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
        "description": region,
    }


def _table_item(call: Caller, arguments: Properties, _setup: Setup) -> Properties:
    """A strongly consistent read, as in terraform-provider-aws `dynamodb/table_item_data_source.go`.

    An absent table is "couldn't find resource", an absent item of a table that answered "empty result".
    """
    key = json.loads(str(arguments["key"]))
    table = str(arguments["tableName"])
    request: dict[str, Any] = {"TableName": table, "Key": key, "ConsistentRead": True}
    if arguments.get("expressionAttributeNames"):
        request["ExpressionAttributeNames"] = arguments["expressionAttributeNames"]
    if arguments.get("projectionExpression"):
        request["ProjectionExpression"] = arguments["projectionExpression"]
    identity = "|".join([table, *(str(next(iter(value.values()))) for value in key.values())])
    try:
        item = call("dynamodb", "get_item", **request).get("Item")
    except Failed as failed:
        reason = "couldn't find resource" if failed.code == "ResourceNotFoundException" else str(failed)
        raise Refused(f"reading DynamoDB Table Item ({identity}): {reason}") from None
    if item is None:
        raise Refused(f"reading DynamoDB Table Item ({identity}): empty result")
    return {"id": identity, "item": json.dumps(item, separators=(",", ":"), default=_binary)}


def _binary(value: Any) -> str:
    return bytes(value).decode("ascii", "replace")


def _key_alias(call: Caller, arguments: Properties, _setup: Setup) -> Properties:
    name = str(arguments["name"])
    marker: dict[str, Any] = {}
    while True:
        page = call("kms", "list_aliases", **marker)
        for alias in page["Aliases"]:
            if alias["AliasName"] == name and alias.get("TargetKeyId"):
                key = call("kms", "describe_key", KeyId=alias["TargetKeyId"])["KeyMetadata"]
                arn = alias["AliasArn"]
                return {"id": arn, "arn": arn, "name": name, "targetKeyArn": key["Arn"], "targetKeyId": key["KeyId"]}
        if not page.get("Truncated"):
            raise Refused(f"reading KMS Alias ({name}): couldn't find resource")
        marker = {"Marker": page["NextMarker"]}


def _key(call: Caller, arguments: Properties, _setup: Setup) -> Properties:
    key = call("kms", "describe_key", KeyId=str(arguments["keyId"]))["KeyMetadata"]
    return {"id": key["KeyId"], "arn": key["Arn"], "keyState": key["KeyState"], "enabled": key["Enabled"]}


def _secret(call: Caller, arguments: Properties, _setup: Setup) -> Properties:
    wanted = str(arguments.get("arn") or arguments.get("name"))
    try:
        found = call("secretsmanager", "describe_secret", SecretId=wanted)
    except Failed as failed:
        if failed.code != "ResourceNotFoundException":
            raise Refused(f"reading Secrets Manager Secret ({wanted}): {failed}") from None
        found = {"DeletedDate": "never made"}
    if found.get("DeletedDate"):
        raise Refused(f"reading Secrets Manager Secret ({wanted}): couldn't find resource")
    return {
        "id": found["ARN"],
        "arn": found["ARN"],
        "name": found["Name"],
        "description": found.get("Description", ""),
        "kmsKeyId": found.get("KmsKeyId", ""),
        "policy": "",
        "tags": from_tags(found.get("Tags", [])),
        "createdDate": str(found.get("CreatedDate", "")),
        "lastChangedDate": str(found.get("LastChangedDate", "")),
    }


def _secret_version(call: Caller, arguments: Properties, _setup: Setup) -> Properties:
    """The value itself: programs mark it secret, and the record of calls keeps arguments only."""
    wanted = str(arguments["secretId"])
    request = {"SecretId": wanted, "VersionStage": arguments.get("versionStage") or "AWSCURRENT"}
    if arguments.get("versionId"):
        request = {"SecretId": wanted, "VersionId": arguments["versionId"]}
    try:
        found = call("secretsmanager", "get_secret_value", **request)
    except Failed as failed:
        absent = failed.code == "ResourceNotFoundException" or "marked for deletion" in str(failed)
        reason = "couldn't find resource" if absent else str(failed)
        raise Refused(f"reading Secrets Manager Secret Version ({wanted}): {reason}") from None
    return {
        "id": f"{wanted}|{found['VersionId']}",
        "arn": found["ARN"],
        "secretId": wanted,
        "secretString": found.get("SecretString", ""),
        "secretBinary": "",
        "versionId": found["VersionId"],
        "versionStages": found.get("VersionStages", []),
        "createdDate": str(found.get("CreatedDate", "")),
    }


def _certificate(call: Caller, arguments: Properties, _setup: Setup) -> Properties:
    domain = str(arguments.get("domain") or "")
    statuses = arguments.get("statuses") or ["ISSUED"]
    listed = call("acm", "list_certificates", CertificateStatuses=statuses)["CertificateSummaryList"]
    found = []
    for summary in listed:
        certificate = call("acm", "describe_certificate", CertificateArn=summary["CertificateArn"])["Certificate"]
        types, key_types = arguments.get("types"), arguments.get("keyTypes")
        if domain and certificate["DomainName"] != domain:
            continue
        if (types and certificate.get("Type") not in types) or (
            key_types and certificate.get("KeyAlgorithm") not in key_types
        ):
            continue
        found.append(certificate)
    if not found:
        raise Refused("reading ACM Certificates: empty result")
    if len(found) > 1 and not arguments.get("mostRecent"):
        raise Refused(f"reading ACM Certificates: too many results: wanted 1, got {len(found)}")
    found.sort(key=lambda certificate: str(certificate.get("IssuedAt") or certificate.get("CreatedAt") or ""))
    arn = found[-1]["CertificateArn"]
    tags = call("acm", "list_tags_for_certificate", CertificateArn=arn).get("Tags", [])
    return {
        "id": arn,
        "arn": arn,
        "domain": found[-1]["DomainName"],
        "status": found[-1]["Status"],
        "tags": from_tags(tags),
    }


INVOKES: Mapping[str, Invoke] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:dynamodb/getTableItem:getTableItem": _table_item,
    "aws:kms/getAlias:getAlias": _key_alias,
    "aws:kms/getKey:getKey": _key,
    "aws:secretsmanager/getSecret:getSecret": _secret,
    "aws:secretsmanager/getSecretVersion:getSecretVersion": _secret_version,
    "aws:acm/getCertificate:getCertificate": _certificate,
}
