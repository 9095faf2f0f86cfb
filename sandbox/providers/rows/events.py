"""EventBridge rules and their targets. The rules' patterns are kept; no service here sends an event."""

from collections.abc import Mapping
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName, InPlace

RULE = ("description", "eventPattern", "roleArn", "scheduleExpression", "state")
NESTED = (
    "arn",
    "deadLetterConfig",
    "ecsTarget",
    "input",
    "inputPath",
    "inputTransformer",
    "retryPolicy",
    "roleArn",
    "sqsTarget",
)
"""What of a target the sandbox carries; the rest of the SDK's kinds of target is recorded only."""


def _bus(subject: Subject) -> dict[str, Any]:
    name = subject.value("eventBusName")
    return {"EventBusName": name} if name else {}


def _put_rule(at: At) -> None:
    """PutRule replaces the whole rule; it ignores the tags of one that exists."""
    given = {name[0].upper() + name[1:]: at.inputs[name] for name in RULE if at.inputs.get(name)}
    at.call("put_rule", Name=at.id, **_bus(at.subject), **given)


def _target_id(subject: Subject) -> str:
    return str(subject.value("targetId"))


def _transformer(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"InputPathsMap": value.get("inputPaths") or {}, "InputTemplate": value["inputTemplate"]}


def _from_transformer(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"inputPaths": value.get("InputPathsMap") or {}, "inputTemplate": value["InputTemplate"]}


def _target(at: At) -> dict[str, Any]:
    """The entry of PutTargets, from botocore's shape."""
    from sandbox.providers.aws.convert import request

    shape = at.session.input_shape("events", at.subject.region, "put_targets").members["Targets"].member
    given = {name: at.inputs[name] for name in NESTED if at.inputs.get(name) is not None}
    return {"Id": _target_id(at.subject), **request(given, shape, TARGET)}


def _put_target(at: At) -> None:
    at.call("put_targets", Rule=at.inputs["rule"], **_bus(at.subject), Targets=[_target(at)])


def _create_target(at: At) -> str:
    _put_target(at)
    return f"{at.inputs['rule']}-{_target_id(at.subject)}"


def _target_from_id(subject: Subject) -> Mapping[str, Any]:
    """An import names a target `<rule>/<target id>`, with its bus before it where that is not the default one."""
    *bus, rule, target = subject.id.split("/")
    return {"rule": rule, "targetId": target, **({"eventBusName": bus[0]} if bus else {})}


def _this_target(at: At, found: Found) -> Found:
    target = next((item for item in found["Targets"] if item["Id"] == _target_id(at.subject)), None)
    return {"target": target, **(target or {})}


TARGET = {"inputTransformer": Field(encode=_transformer, decode=_from_transformer)}

ROWS = (
    Row(
        type="aws:cloudwatch/eventRule:EventRule",
        service="events",
        verb_noun="EventBridge Rule",
        create=Call("put_rule", _bus, sends=(*RULE, "name", "tags")),
        id="=name",
        read=Call("describe_rule", lambda s: {"Name": s.id, **_bus(s)}),
        delete=Call("delete_rule", lambda s: {"Name": s.id, **_bus(s)}),
        gone=("ResourceNotFoundException",),
        changes=(Change(RULE, "aws api: PutRule", _put_rule),),
        local=(InPlace(("forceDestroy",), "provider: read at deletion only"),),
        tags="events",
        documents=("eventPattern",),
        auto_name=AutoName("name", 64, rival="namePrefix"),
        defaults={"eventBusName": "default", "forceDestroy": False},
        computed=("state",),
        outputs={"arn": "Arn"},
    ),
    Row(
        type="aws:cloudwatch/eventTarget:EventTarget",
        service="events",
        verb_noun="EventBridge Target",
        create=_create_target,
        read=Call("list_targets_by_rule", lambda s: {"Rule": s.value("rule"), **_bus(s)}),
        also_read=(_this_target,),
        gone=("ResourceNotFoundException",),
        gone_states=("target", (None,)),
        delete=Call("remove_targets", lambda s: {"Rule": s.value("rule"), **_bus(s), "Ids": [_target_id(s)]}),
        fields={**TARGET, "targetId": Field(found="Id"), "rule": Field("-")},
        changes=(Change(NESTED, "aws api: PutTargets", _put_target),),
        local=(InPlace(("forceDestroy",), "provider: read at deletion only"),),
        auto_name=AutoName("targetId", 64),
        import_parts=_target_from_id,
        own_id=lambda at: f"{at.inputs['rule']}-{_target_id(at.subject)}",
        defaults={"eventBusName": "default", "forceDestroy": False},
    ),
)
