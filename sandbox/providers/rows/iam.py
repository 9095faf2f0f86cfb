"""IAM roles and their inline policies. IAM is one namespace for all regions."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.aws.session import Failed
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName, InPlace


def document(value: Any) -> str:
    """A policy document as text: boto3 gives an object, the API a quoted text."""
    return unquote(value) if isinstance(value, str) else json.dumps(value)


def _boundary(at: At) -> None:
    if at.inputs.get("permissionsBoundary"):
        at.call("put_role_permissions_boundary", RoleName=at.id, PermissionsBoundary=at.inputs["permissionsBoundary"])
    else:
        at.call("delete_role_permissions_boundary", RoleName=at.id)


def _managed(at: At) -> None:
    old, new = set(at.subject.old_inputs.get("managedPolicyArns") or ()), set(at.inputs.get("managedPolicyArns") or ())
    for arn in sorted(old - new):
        at.call("detach_role_policy", RoleName=at.id, PolicyArn=arn)
    for arn in sorted(new - old):
        at.call("attach_role_policy", RoleName=at.id, PolicyArn=arn)


def _inline(at: At) -> None:
    old = {entry.get("name") for entry in at.subject.old_inputs.get("inlinePolicies") or () if entry}
    new = {entry["name"]: entry["policy"] for entry in at.inputs.get("inlinePolicies") or () if entry.get("name")}
    for name in old - new.keys():
        if name:
            at.call("delete_role_policy", RoleName=at.id, PolicyName=name)
    for name, text in new.items():
        at.call("put_role_policy", RoleName=at.id, PolicyName=name, PolicyDocument=text)


def _let_go(at: At) -> None:
    """What the role itself declared goes with it; what others attached stops the deletion, unless forced."""
    everything = bool(at.subject.value("forceDetachPolicies"))
    attached = at.call("list_attached_role_policies", RoleName=at.id)["AttachedPolicies"]
    mine = set(at.subject.value("managedPolicyArns") or ())
    for policy in attached:
        if everything or policy["PolicyArn"] in mine:
            at.call("detach_role_policy", RoleName=at.id, PolicyArn=policy["PolicyArn"])
    inline = {entry.get("name") for entry in at.subject.value("inlinePolicies") or () if entry}
    for name in at.call("list_role_policies", RoleName=at.id)["PolicyNames"]:
        if everything or name in inline:
            at.call("delete_role_policy", RoleName=at.id, PolicyName=name)


def _attached(at: At, _found: Found) -> Found:
    answer = at.call("list_attached_role_policies", RoleName=at.id)
    return {"managedPolicyArns": [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]}


def _put(at: At) -> str:
    role, name = at.inputs["role"], at.inputs["name"]
    at.call("put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=at.inputs["policy"])
    return f"{role}:{name}"


def _parts(subject: Subject) -> Mapping[str, str]:
    role, _, name = subject.id.partition(":")
    return {"RoleName": role, "PolicyName": name}


def _replace_policy(at: At) -> None:
    at.call("put_role_policy", **_parts(at.subject), PolicyDocument=at.inputs["policy"])


def _remove_policy(at: At) -> None:
    try:
        at.call("delete_role_policy", **_parts(at.subject))
    except Failed as failed:
        if failed.code != "NoSuchEntity":
            raise


ROWS = (
    Row(
        type="aws:iam/role:Role",
        service="iam",
        verb_noun="IAM Role",
        create=Call("create_role", sends=None),
        id="=name",
        fields={
            "name": Field("RoleName"),
            "assumeRolePolicy": Field("AssumeRolePolicyDocument", decode=document),
            "permissionsBoundary": Field(found="PermissionsBoundary.PermissionsBoundaryArn"),
            "uniqueId": Field(found="RoleId"),
            "inlinePolicies": Field("-", found="-"),
        },
        read=Call("get_role", lambda s: {"RoleName": s.id}, answer="Role"),
        also_read=(_attached,),
        gone=("NoSuchEntity",),
        before_delete=(_let_go,),
        delete=Call("delete_role", lambda s: {"RoleName": s.id}),
        after_create=(_managed, _inline),
        changes=(
            Change(
                ("assumeRolePolicy",),
                "aws api: UpdateAssumeRolePolicy",
                lambda at: _trust(at),
            ),
            Change(
                ("description", "maxSessionDuration"),
                "aws api: UpdateRole",
                Call("update_role", lambda s: {"RoleName": s.id}, sends=("description", "maxSessionDuration")),
            ),
            Change(("permissionsBoundary",), "aws api: PutRolePermissionsBoundary", _boundary),
            Change(("managedPolicyArns",), "aws api: AttachRolePolicy, DetachRolePolicy", _managed),
            Change(("inlinePolicies",), "aws api: PutRolePolicy, DeleteRolePolicy", _inline),
        ),
        local=(InPlace(("forceDetachPolicies",), "provider: read at deletion only"),),
        tags="iam-role",
        policies=("assumeRolePolicy",),
        auto_name=AutoName("name", 64, rival="namePrefix"),
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        computed=("managedPolicyArns", "inlinePolicies"),
        outputs={"createDate": lambda _s, f: f["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ")},
        extended="AWS's own managed policies can be attached; nothing is authorised by them",
    ),
    Row(
        type="aws:iam/rolePolicy:RolePolicy",
        service="iam",
        verb_noun="IAM Role Policy",
        create=_put,
        read=Call("get_role_policy", lambda s: _parts(s)),
        gone=("NoSuchEntity",),
        delete=_remove_policy,
        fields={
            "policy": Field("PolicyDocument", decode=document),
            "name": Field("PolicyName"),
            "role": Field("RoleName"),
        },
        changes=(Change(("policy",), "aws api: PutRolePolicy", _replace_policy),),
        policies=("policy",),
        auto_name=AutoName("name", 128, rival="namePrefix"),
    ),
)


def _trust(at: At) -> None:
    at.call("update_assume_role_policy", RoleName=at.id, PolicyDocument=at.inputs["assumeRolePolicy"])
