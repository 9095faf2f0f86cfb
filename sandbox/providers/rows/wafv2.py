"""Web ACLs, what they stand before, and their logs. Kept, compared, never asked: the edge's requests pass by them."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.providers.aws.convert import Field, request
from sandbox.providers.aws.row import At, Call, Change, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName

SHAPED = ("defaultAction", "description", "rules", "visibilityConfig", "associationConfig", "captchaConfig")


def _named(subject: Subject) -> dict[str, Any]:
    return {"Name": subject.value("name"), "Id": subject.id, "Scope": subject.value("scope")}


def _token(at: At) -> str:
    """A change must show the token of the last one."""
    return str(at.call("get_web_acl", **_named(at.subject))["LockToken"])


def _update(at: At) -> None:
    shape = at.session.input_shape("wafv2", at.subject.region, "update_web_acl")
    given = {name: at.inputs[name] for name in SHAPED if at.inputs.get(name) is not None}
    at.call("update_web_acl", **_named(at.subject), **request(given, shape, {}), LockToken=_token(at))


def _delete(at: At) -> None:
    at.call("delete_web_acl", **_named(at.subject), LockToken=_token(at))


def _from_id(subject: Subject) -> Mapping[str, Any]:
    """An import names an ACL `<id>/<name>/<scope>`."""
    _, *parts = subject.id.split("/")
    return dict(zip(("name", "scope"), parts, strict=False))


def _associate(at: At) -> str:
    given = {"WebACLArn": at.inputs["webAclArn"], "ResourceArn": at.inputs["resourceArn"]}
    at.call("associate_web_acl", **given)
    return f"{given['WebACLArn']},{given['ResourceArn']}"


def _resource(subject: Subject) -> dict[str, Any]:
    return {"ResourceArn": subject.id.split(",", 1)[1]}


def _spelt(field: Mapping[str, Any], spell: Callable[[str], str]) -> dict[str, Any]:
    return {spell(name): {spell(key): text for key, text in held.items()} for name, held in field.items()}


def _redacted(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_spelt(field, lambda name: name[0].upper() + name[1:]) for field in value]


def _shown_redacted(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_spelt(field, lambda name: name[0].lower() + name[1:]) for field in value]


def _put_logging(at: At) -> str:
    configuration: dict[str, Any] = {
        "ResourceArn": at.inputs["resourceArn"],
        "LogDestinationConfigs": at.inputs["logDestinationConfigs"],
    }
    if at.inputs.get("redactedFields"):
        configuration["RedactedFields"] = _redacted(at.inputs["redactedFields"])
    at.call("put_logging_configuration", LoggingConfiguration=configuration)
    return str(at.inputs["resourceArn"])


def _change_logging(at: At) -> None:
    _put_logging(at)


ROWS = (
    Row(
        type="aws:wafv2/webAcl:WebAcl",
        service="wafv2",
        verb_noun="WAFv2 WebACL",
        create=Call("create_web_acl", sends=(*SHAPED, "name", "scope", "tags")),
        id="Summary.Id",
        read=Call("get_web_acl", _named, answer="WebACL"),
        gone=("WAFNonexistentItemException",),
        delete=_delete,
        fields={
            "arn": Field(found="ARN"),
        },
        changes=(Change(SHAPED, "aws api: UpdateWebACL", _update),),
        tags="wafv2",
        auto_name=AutoName("name", 128, rival="namePrefix"),
        outputs={"arn": "ARN", "capacity": "Capacity"},
        import_parts=_from_id,
        own_id=lambda at: at.id.split("/")[0],
    ),
    Row(
        type="aws:wafv2/webAclAssociation:WebAclAssociation",
        service="wafv2",
        verb_noun="WAFv2 WebACL Association",
        create=_associate,
        read=Call("get_web_acl_for_resource", _resource, answer="WebACL"),
        gone=("WAFNonexistentItemException",),
        delete=Call("disassociate_web_acl", _resource),
        fields={"webAclArn": Field(found="ARN")},
    ),
    Row(
        type="aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        service="wafv2",
        verb_noun="WAFv2 WebACL Logging Configuration",
        create=_put_logging,
        read=Call("get_logging_configuration", lambda s: {"ResourceArn": s.id}, answer="LoggingConfiguration"),
        gone=("WAFNonexistentItemException",),
        delete=Call("delete_logging_configuration", lambda s: {"ResourceArn": s.id}),
        fields={"redactedFields": Field("-", found="RedactedFields", decode=_shown_redacted)},
        changes=(
            Change(
                ("logDestinationConfigs", "loggingFilter", "redactedFields"),
                "aws api: PutLoggingConfiguration",
                _change_logging,
            ),
        ),
    ),
)
