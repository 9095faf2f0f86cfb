"""AWS Backup: vaults with lock and policy, plans and what they select; restore tests are recorded."""

from collections.abc import Mapping
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.plain import Plain
from sandbox.providers.rules import AutoName, InPlace

RULE = {
    "schedule": "ScheduleExpression",
    "startWindow": "StartWindowMinutes",
    "completionWindow": "CompletionWindowMinutes",
    "targetVaultName": "TargetBackupVaultName",
    "destinationVaultArn": "DestinationBackupVaultArn",
    "deleteAfter": "DeleteAfterDays",
    "coldStorageAfter": "MoveToColdStorageAfterDays",
    "optInToArchiveForSupportedResources": "OptInToArchiveForSupportedResources",
}
CONDITION = {
    "stringEquals": "StringEquals",
    "stringLikes": "StringLike",
    "stringNotEquals": "StringNotEquals",
    "stringNotLikes": "StringNotLike",
}


def _plan(at: At) -> dict[str, Any]:
    from sandbox.providers.aws.convert import to_shape

    shape = at.session.input_shape("backup", at.subject.region, "create_backup_plan").members["BackupPlan"]
    rules = to_shape(at.inputs["rules"], shape.members["Rules"], RULE)
    # AWS shows a rule without copies as one without the member.
    rules = [{key: value for key, value in rule.items() if value not in ([], {})} for rule in rules]
    return {"BackupPlanName": at.inputs["name"], "Rules": rules}


def _create_plan(at: At) -> str:
    answer = at.call("create_backup_plan", BackupPlan=_plan(at))
    return str(answer["BackupPlanId"])


def _change_plan(at: At) -> None:
    at.call("update_backup_plan", BackupPlanId=at.id, BackupPlan=_plan(at))


def _shown_rules(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules as the SDK spells them: only what can be given."""
    return [_shown(rule) for rule in found]


def _shown(value: Mapping[str, Any]) -> dict[str, Any]:
    back = {member: name for name, member in RULE.items()}
    made: dict[str, Any] = {}
    for member, item in value.items():
        name = back.get(member, member[0].lower() + member[1:])
        if name == "ruleId":
            continue
        if name in ("lifecycle",):
            item = _shown(item)
        elif name == "copyActions":
            item = [_shown(each) for each in item]
        made[name] = item
    return made


def _conditions(value: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        CONDITION[name]: [{"ConditionKey": pair["key"], "ConditionValue": pair["value"]} for pair in pairs]
        for condition in value
        for name, pairs in condition.items()
    }


def _create_selection(at: At) -> str:
    inputs = at.inputs
    selection: dict[str, Any] = {"SelectionName": inputs["name"], "IamRoleArn": inputs["iamRoleArn"]}
    for name, member in (("resources", "Resources"), ("notResources", "NotResources")):
        if inputs.get(name):
            selection[member] = inputs[name]
    if inputs.get("conditions"):
        selection["Conditions"] = _conditions(inputs["conditions"])
    if inputs.get("selectionTags"):
        selection["ListOfTags"] = [
            {"ConditionType": tag["type"], "ConditionKey": tag["key"], "ConditionValue": tag["value"]}
            for tag in inputs["selectionTags"]
        ]
    return str(
        at.call("create_backup_selection", BackupPlanId=inputs["planId"], BackupSelection=selection)["SelectionId"]
    )


def _of_plan(subject: Subject) -> dict[str, Any]:
    return {"BackupPlanId": subject.value("planId"), "SelectionId": subject.id}


def _selection_from_id(subject: Subject) -> Mapping[str, Any]:
    """An import names a selection `<plan>|<selection>`."""
    plan, _, _own = subject.id.rpartition("|")
    return {"planId": plan} if plan else {}


ROWS = (
    Row(
        type="aws:backup/vault:Vault",
        service="backup",
        verb_noun="Backup Vault",
        create=Call("create_backup_vault", sends=("name", "kmsKeyArn")),
        id="=name",
        fields={
            "name": Field("BackupVaultName"),
            "kmsKeyArn": Field("EncryptionKeyArn"),
            "recoveryPoints": Field(found="NumberOfRecoveryPoints"),
        },
        read=Call("describe_backup_vault", lambda s: {"BackupVaultName": s.id}),
        gone=("ResourceNotFoundException",),
        delete=Call("delete_backup_vault", lambda s: {"BackupVaultName": s.id}),
        local=(InPlace(("forceDestroy",), "provider: read at deletion only"),),
        tags="backup",
        auto_name=AutoName("name", 50),
        defaults={"forceDestroy": False},
        computed=("kmsKeyArn",),
        outputs={"arn": "BackupVaultArn"},
    ),
    Row(
        type="aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        service="backup",
        verb_noun="Backup Vault Lock Configuration",
        create=Call("put_backup_vault_lock_configuration", sends=None),
        id="=backupVaultName",
        read=Call("describe_backup_vault", lambda s: {"BackupVaultName": s.id}),
        gone=("ResourceNotFoundException",),
        gone_states=("Locked", (False, None)),
        delete=Call("delete_backup_vault_lock_configuration", lambda s: {"BackupVaultName": s.id}),
        fields={"changeableForDays": Field("ChangeableForDays", found="-")},
        outputs={"backupVaultArn": "BackupVaultArn"},
        fixed=("backupVaultName",),
    ),
    Row(
        type="aws:backup/vaultPolicy:VaultPolicy",
        service="backup",
        verb_noun="Backup Vault Policy",
        create=Call("put_backup_vault_access_policy", sends=None),
        id="=backupVaultName",
        read=Call("get_backup_vault_access_policy", lambda s: {"BackupVaultName": s.id}),
        gone=("ResourceNotFoundException",),
        delete=Call("delete_backup_vault_access_policy", lambda s: {"BackupVaultName": s.id}),
        changes=(
            Change(
                ("policy",),
                "aws api: PutBackupVaultAccessPolicy",
                Call("put_backup_vault_access_policy", lambda s: {"BackupVaultName": s.id}),
            ),
        ),
        policies=("policy",),
        outputs={"backupVaultArn": "BackupVaultArn"},
        extended="kept, never enforced; moto has no such operation",
    ),
    Row(
        type="aws:backup/plan:Plan",
        service="backup",
        verb_noun="Backup Plan",
        create=_create_plan,
        read=Call("get_backup_plan", lambda s: {"BackupPlanId": s.id}),
        gone=("ResourceNotFoundException",),
        delete=Call("delete_backup_plan", lambda s: {"BackupPlanId": s.id}),
        fields={
            "name": Field(found="BackupPlan.BackupPlanName"),
            "rules": Field(found="BackupPlan.Rules", decode=_shown_rules),
            "advancedBackupSettings": Field("-", found="-"),
            "scanSettings": Field("-", found="-"),
        },
        changes=(Change(("rules",), "aws api: UpdateBackupPlan", _change_plan),),
        tags="backup",
        auto_name=AutoName("name", 50),
        outputs={"arn": "BackupPlanArn", "version": "VersionId"},
        extended="plans can be changed and select resources; no backup is made",
    ),
    Row(
        type="aws:backup/selection:Selection",
        service="backup",
        verb_noun="Backup Selection",
        create=_create_selection,
        read=Call("get_backup_selection", _of_plan, answer="BackupSelection"),
        gone=("ResourceNotFoundException",),
        delete=Call("delete_backup_selection", _of_plan),
        fields={
            "name": Field(found="SelectionName"),
            "conditions": Field(found="-"),
            "selectionTags": Field(found="-"),
        },
        auto_name=AutoName("name", 50),
        computed=("conditions", "notResources", "resources", "selectionTags"),
        extended="kept; moto has no such operation",
        import_parts=_selection_from_id,
        own_id=lambda at: at.id.rpartition("|")[2],
    ),
)
PLAIN = (
    Plain(
        type="aws:backup/restoreTestingPlan:RestoreTestingPlan",
        tagged=True,
        id="{name}",
        outputs={"arn": "arn:aws:backup:{region}:{account}:restore-testing-plan:{id}"},
        in_place=(
            InPlace(
                ("recoveryPointSelection", "scheduleExpression", "scheduleExpressionTimezone", "startWindowHours"),
                "aws api: UpdateRestoreTestingPlan",
            ),
        ),
        auto_name=AutoName("name", 50),
    ),
    Plain(
        type="aws:backup/restoreTestingSelection:RestoreTestingSelection",
        id="{restoreTestingPlanName}:{name}",
        in_place=(
            InPlace(
                (
                    "iamRoleArn",
                    "protectedResourceArns",
                    "protectedResourceConditions",
                    "restoreMetadataOverrides",
                    "validationWindowHours",
                ),
                "aws api: UpdateRestoreTestingSelection",
            ),
        ),
        auto_name=AutoName("name", 50),
    ),
)
