"""KMS keys and aliases."""

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.rules import AutoName, InPlace


def _rotation(at: At) -> None:
    if at.inputs.get("enableKeyRotation"):
        period = at.inputs.get("rotationPeriodInDays")
        at.call("enable_key_rotation", KeyId=at.id, **({"RotationPeriodInDays": period} if period else {}))
    elif at.subject.old_inputs.get("enableKeyRotation"):
        at.call("disable_key_rotation", KeyId=at.id)


def _enabled(at: At) -> None:
    if at.inputs.get("isEnabled") is False:
        at.call("disable_key", KeyId=at.id)
    elif at.subject.old_inputs.get("isEnabled") is False:
        at.call("enable_key", KeyId=at.id)


def _set_policy(at: At) -> None:
    if at.inputs.get("policy"):
        at.call(
            "put_key_policy",
            KeyId=at.id,
            PolicyName="default",
            Policy=at.inputs["policy"],
            BypassPolicyLockoutSafetyCheck=bool(at.inputs.get("bypassPolicyLockoutSafetyCheck")),
        )


def _policy_and_rotation(at: At, found: Found) -> Found:
    if found["KeyState"] == "PendingDeletion":
        return {}
    more: Found = {"Policy": at.call("get_key_policy", KeyId=at.id, PolicyName="default")["Policy"]}
    if found.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT":
        rotation = at.call("get_key_rotation_status", KeyId=at.id)
        more["enableKeyRotation"] = rotation["KeyRotationEnabled"]
        if rotation["KeyRotationEnabled"]:
            more["rotationPeriodInDays"] = rotation.get("RotationPeriodInDays")
    return more


def _this_alias(at: At, _found: Found) -> Found:
    marker: Found = {}
    while True:
        page = at.call("list_aliases", **marker)
        alias = next((item for item in page["Aliases"] if item["AliasName"] == at.id), None)
        if alias or not page.get("Truncated"):
            return {"alias": alias, **(alias or {})}
        marker = {"Marker": page["NextMarker"]}


def _key_arn(at: At, found: Found) -> Found:
    target = found.get("TargetKeyId")
    if not target:
        return {}
    key = at.call("describe_key", KeyId=target)["KeyMetadata"]
    asked = str(at.inputs.get("targetKeyId", ""))
    # The program may name the key by ARN; AWS answers with the id.
    return {"TargetKeyArn": key["Arn"], "TargetKeyId": key["Arn"] if asked.startswith("arn:") else key["KeyId"]}


ROWS = (
    Row(
        type="aws:kms/key:Key",
        service="kms",
        verb_noun="KMS Key",
        create=Call("create_key", sends=None),
        id="KeyMetadata.KeyId",
        read=Call("describe_key", lambda s: {"KeyId": s.id}, answer="KeyMetadata"),
        also_read=(_policy_and_rotation,),
        gone=("NotFoundException",),
        gone_states=("KeyState", ("PendingDeletion", "PendingReplicaDeletion")),
        delete=Call(
            "schedule_key_deletion",
            lambda s: {"KeyId": s.id, "PendingWindowInDays": int(s.value("deletionWindowInDays") or 30)},
        ),
        fields={
            "customerMasterKeySpec": Field("KeySpec"),
            "isEnabled": Field("-", found="Enabled"),
        },
        after_create=(_rotation, _enabled),
        changes=(
            Change(
                ("description",),
                "aws api: UpdateKeyDescription",
                Call("update_key_description", lambda s: {"KeyId": s.id}),
            ),
            Change(("policy",), "aws api: PutKeyPolicy", _set_policy),
            Change(
                ("enableKeyRotation", "rotationPeriodInDays"),
                "aws api: EnableKeyRotation, DisableKeyRotation",
                _rotation,
            ),
            Change(("isEnabled",), "aws api: EnableKey, DisableKey", _enabled),
        ),
        local=(
            InPlace(("deletionWindowInDays", "bypassPolicyLockoutSafetyCheck"), "aws api: parameters of the call only"),
        ),
        tags="kms",
        policies=("policy",),
        defaults={
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "keyUsage": "ENCRYPT_DECRYPT",
            "enableKeyRotation": False,
            "isEnabled": True,
            "bypassPolicyLockoutSafetyCheck": False,
        },
        computed=("policy", "description", "multiRegion", "rotationPeriodInDays"),
    ),
    Row(
        type="aws:kms/alias:Alias",
        service="kms",
        verb_noun="KMS Alias",
        create=Call("create_alias", sends=("targetKeyId",)),
        id="=name",
        fields={"name": Field("AliasName")},
        read=Call("list_aliases"),
        also_read=(_this_alias, _key_arn),
        gone_states=("alias", (None,)),
        gone=("NotFoundException",),
        delete=Call("delete_alias", lambda s: {"AliasName": s.id}),
        changes=(
            Change(
                ("targetKeyId",),
                "aws api: UpdateAlias",
                Call("update_alias", lambda s: {"AliasName": s.id}),
            ),
        ),
        auto_name=AutoName("name", 256, prefix="alias/", rival="namePrefix"),
        outputs={"arn": "AliasArn", "targetKeyArn": "TargetKeyArn"},
    ),
)
