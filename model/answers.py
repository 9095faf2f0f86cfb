"""What the clouds would answer a program that runs without one: look-ups, and outputs of resources to be made."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from model import symbols
from model.links import NAMES
from model.signatures import Scalar, Sdk, Signature, UnknownType
from model.types import canonical

Item = Mapping[str, Any]


def looked_up(token: str, given: Item, region: str, account: str) -> dict[str, Any]:
    """What a function of a provider gives. One that is not known here has an id, a name and an ARN of its own."""
    known = _FUNCTIONS.get(token)
    place = str(given.get("region") or region)
    if known is not None:
        return {"id": token, **known(given, place, account)}
    kind = token.rsplit(":", 1)[-1].removeprefix("get")
    name = str(given.get("name") or kind.lower())
    return {
        "id": f"{name}-id",
        "name": name,
        "arn": symbols.arn(f"{token[: token.rfind(':')]}:{kind}", name, place, account),
        **given,
    }


def outputs(type: str, name: str, given: Item, region: str, account: str) -> dict[str, Any]:
    """Symbolic outputs of a resource: texts that only the cloud tells, and names by which others refer to it."""
    signature = _signature(type)
    if signature is None:
        return {}
    special = _RESOURCES.get(canonical(type))
    found: dict[str, Any] = {key: value for key, value in special(given).items() if key not in given} if special else {}
    for key, declared in signature.properties.items():
        if key in given or key in found or declared.type != Scalar("str") or key == "region":
            continue
        if key == "arn" or key.endswith("Arn"):
            if key == "arn" or key in signature.computed:
                found[key] = symbols.arn(type, str(given.get("name") or name), region, account)
        elif key in signature.computed or key in NAMES:
            found[key] = name if key in NAMES and key not in signature.computed else f"{name}-{key}"
    return found


@cache
def _signature(type: str) -> Signature | None:
    try:
        return Sdk(type.split(":", 1)[0]).resource(type)
    except (UnknownType, ValueError):
        return None  # a component, or a provider whose SDK has another form


def _database(given: Item) -> Item:
    """AWS's default port of each engine (RDS user guide, "Settings for DB instances"; Aurora user guide)."""
    engine = str(given.get("engine") or "").lower()
    for name, port in (("postgres", 5432), ("mysql", 3306), ("mariadb", 3306), ("oracle", 1521), ("sqlserver", 1433)):
        if name in engine:
            return {"port": port}
    return {}


def _certificate(given: Item) -> Item:
    """One record to prove each name by DNS."""
    names = [given.get("domainName"), *(given.get("subjectAlternativeNames") or ())]
    return {
        "domainValidationOptions": [
            {
                "domainName": name,
                "resourceRecordName": f"_proof.{name}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": "_proof.acm-validations.aws.",
            }
            for name in dict.fromkeys(names)
            if isinstance(name, str)
        ]
    }


_RESOURCES: Mapping[str, Callable[[Item], Item]] = {
    "aws:acm/certificate:Certificate": _certificate,
    "aws:rds/cluster:Cluster": _database,
    "aws:rds/instance:Instance": _database,
}


def _zones(_: Item, region: str, __: str) -> Item:
    names = [f"{region}{letter}" for letter in "abcdef"]
    return {"names": names, "zoneIds": names}


def _identity(_: Item, __: str, account: str) -> Item:
    arn = f"arn:aws:iam::{account}:role/deployer"
    return {"accountId": account, "arn": arn, "userId": "deployer", "id": account}


def _document(given: Item, _: str, __: str) -> Item:
    """`aws.iam.getPolicyDocument` renders its arguments."""
    statements = [_statement(item) for item in given.get("statements") or ()]
    text = json.dumps({"Version": given.get("version") or "2012-10-17", "Statement": statements})
    return {"json": text, "minifiedJson": text}


def _statement(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": item.get("effect") or "Allow"}
    for key, name in (
        ("sid", "Sid"),
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if item.get(key):
            found[name] = item[key]
    for key, name in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        principals = item.get(key)
        if principals:
            found[name] = _principals(principals)
    conditions: dict[str, dict[str, Any]] = {}
    for condition in item.get("conditions") or ():
        conditions.setdefault(condition["test"], {})[condition["variable"]] = condition["values"]
    if conditions:
        found["Condition"] = conditions
    return found


def _principals(listed: Any) -> Any:
    found: dict[str, list[Any]] = {}
    for item in listed:
        found.setdefault(item["type"], []).extend(item["identifiers"])
    return "*" if "*" in found else found


_FUNCTIONS: Mapping[str, Callable[[Item, str, str], Item]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _identity,
    "aws:index/getPartition:getPartition": lambda _, __, ___: {"partition": "aws", "dnsSuffix": "amazonaws.com"},
    "aws:index/getRegion:getRegion": lambda _, region, __: {"name": region, "region": region, "id": region},
    "aws:iam/getPolicyDocument:getPolicyDocument": _document,
    "aws:secretsmanager/getSecretVersion:getSecretVersion": lambda _, __, ___: {"secretString": "made up"},
    "cloudflare:index/getZone:getZone": lambda given, _, __: {
        "zoneId": "zone",
        "id": "zone",
        "name": (given.get("filter") or {}).get("name"),
        "account": {"id": "account", "name": "account"},
    },
}
