"""Secrets, their replicas in other regions, and their versions."""

from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.aws.session import Failed
from sandbox.providers.handlers import Refused
from sandbox.providers.rules import AutoName, InPlace


def _replica(entry: dict[str, Any]) -> dict[str, Any]:
    wanted = {"Region": entry["region"]}
    return {**wanted, "KmsKeyId": entry["kmsKeyId"]} if entry.get("kmsKeyId") else wanted


def _change_replicas(at: At) -> None:
    def by_region(entries: Any) -> dict[str, dict[str, Any]]:
        return {entry["region"]: _replica(entry) for entry in entries or ()}

    old, new = by_region(at.subject.old_inputs.get("replicas")), by_region(at.inputs.get("replicas"))
    lost = [region for region in old if old[region] != new.get(region)]
    if lost:
        at.call("remove_regions_from_replication", SecretId=at.id, RemoveReplicaRegions=lost)
    added = [entry for region, entry in new.items() if old.get(region) != entry]
    if added:
        at.call(
            "replicate_secret_to_regions",
            SecretId=at.id,
            AddReplicaRegions=added,
            ForceOverwriteReplicaSecret=bool(at.inputs.get("forceOverwriteReplicaSecret")),
        )


def _drop_replicas(at: At) -> None:
    regions = [entry["region"] for entry in at.subject.value("replicas") or ()]
    if regions:
        at.call("remove_regions_from_replication", SecretId=at.id, RemoveReplicaRegions=regions)


def _set_policy(at: At) -> None:
    if at.inputs.get("policy"):
        at.call("put_resource_policy", SecretId=at.id, ResourcePolicy=at.inputs["policy"])
    elif at.subject.old_inputs.get("policy"):
        at.call("delete_resource_policy", SecretId=at.id)


def _remove(at: At) -> None:
    days = at.subject.value("recoveryWindowInDays")
    if days == 0:
        at.call("delete_secret", SecretId=at.id, ForceDeleteWithoutRecovery=True)
    else:
        at.call("delete_secret", SecretId=at.id, RecoveryWindowInDays=int(days or 30))


def _put_value(at: At) -> str:
    inputs = at.inputs
    request: dict[str, Any] = {"SecretId": inputs["secretId"]}
    text = inputs.get("secretStringWo") if inputs.get("secretStringWo") is not None else inputs.get("secretString")
    if text is not None:
        request["SecretString"] = text
    elif inputs.get("secretBinary") is not None:
        request["SecretBinary"] = str(inputs["secretBinary"]).encode()
    else:
        raise Refused("one of `secretBinary,secretString,secretStringWo` must be specified")
    if inputs.get("versionStages"):
        request["VersionStages"] = inputs["versionStages"]
    return f"{inputs['secretId']}|{at.call('put_secret_value', **request)['VersionId']}"


def _this_version(at: At, found: Found) -> Found:
    secret, _, version = at.id.rpartition("|")
    stages = found.get("VersionIdsToStages", {}).get(version)
    if stages is None or found.get("DeletedDate"):
        return {"version": None}
    more: Found = {
        "version": version,
        "VersionId": version,
        "VersionStages": stages,
        "SecretArn": found["ARN"],
        "HasSecretStringWo": "secretStringWoVersion" in at.inputs or bool(at.subject.outputs.get("hasSecretStringWo")),
        "secretId": secret,
    }
    if at.subject.value("secretString") is not None:
        # Only a value that is in the state anyway is read back: a write-only one is looked at by nobody.
        more["SecretString"] = at.call("get_secret_value", SecretId=secret, VersionId=version).get("SecretString")
    return more


def _forget_version(at: At) -> None:
    secret, _, version = at.id.rpartition("|")
    stages = at.subject.outputs.get("versionStages") or []
    for stage in stages:
        if stage == "AWSCURRENT":
            continue  # AWS keeps a current version as long as the secret lives
        try:
            at.call("update_secret_version_stage", SecretId=secret, VersionStage=stage, RemoveFromVersionId=version)
        except Failed as failed:
            if failed.code not in ("ResourceNotFoundException", "InvalidParameterException"):
                raise


ROWS = (
    Row(
        type="aws:secretsmanager/secret:Secret",
        service="secretsmanager",
        verb_noun="Secrets Manager Secret",
        create=Call("create_secret", sends=None),
        id="ARN",
        read=Call("describe_secret", lambda s: {"SecretId": s.id}),
        gone=("ResourceNotFoundException",),
        gone_states=("DeletedDate != null", (True,)),
        before_delete=(_drop_replicas,),
        delete=_remove,
        fields={
            "replicas": Field(
                "AddReplicaRegions", found="ReplicationStatus", encode=lambda entries: [_replica(e) for e in entries]
            ),
            "type": Field("-"),
        },
        after_create=(_set_policy,),
        changes=(
            Change(
                ("description", "kmsKeyId"),
                "aws api: UpdateSecret",
                Call("update_secret", lambda s: {"SecretId": s.id}, sends=("description", "kmsKeyId")),
            ),
            Change(("replicas",), "aws api: ReplicateSecretToRegions, RemoveRegionsFromReplication", _change_replicas),
            Change(("policy",), "aws api: PutResourcePolicy, DeleteResourcePolicy", _set_policy),
        ),
        local=(
            InPlace(("recoveryWindowInDays", "forceOverwriteReplicaSecret"), "aws api: parameters of the call only"),
        ),
        tags="secretsmanager",
        policies=("policy",),
        auto_name=AutoName("name", 512, rival="namePrefix"),
        defaults={"recoveryWindowInDays": 30, "forceOverwriteReplicaSecret": False},
        computed=("policy", "replicas"),
        outputs={"arn": "ARN"},
    ),
    Row(
        type="aws:secretsmanager/secretVersion:SecretVersion",
        service="secretsmanager",
        verb_noun="Secrets Manager Secret Version",
        create=_put_value,
        read=Call("describe_secret", lambda s: {"SecretId": s.id.rpartition("|")[0]}),
        also_read=(_this_version,),
        gone=("ResourceNotFoundException",),
        gone_states=("version", (None,)),
        delete=_forget_version,
        write_only=("secretStringWo",),
        computed=("versionStages",),
        outputs={"arn": "ARN"},
    ),
)
