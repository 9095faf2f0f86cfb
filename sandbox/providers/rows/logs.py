"""CloudWatch log groups."""

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.rules import AutoName, InPlace


def _retention(at: At) -> None:
    days = at.inputs.get("retentionInDays")
    if days:
        at.call("put_retention_policy", logGroupName=at.id, retentionInDays=days)
    elif at.subject.old_inputs.get("retentionInDays"):
        at.call("delete_retention_policy", logGroupName=at.id)


def _key(at: At) -> None:
    if at.inputs.get("kmsKeyId"):
        at.call("associate_kms_key", logGroupName=at.id, kmsKeyId=at.inputs["kmsKeyId"])
    else:
        at.call("disassociate_kms_key", logGroupName=at.id)


def _exact(at: At, found: Found) -> Found:
    """DescribeLogGroups finds by prefix."""
    group = next((group for group in found["logGroups"] if group["logGroupName"] == at.id), None)
    return {"group": group, **(group or {}), "retentionInDays": (group or {}).get("retentionInDays", 0)}


def _remove(at: At) -> None:
    if not at.subject.value("skipDestroy"):
        at.call("delete_log_group", logGroupName=at.id)


ROWS = (
    Row(
        type="aws:cloudwatch/logGroup:LogGroup",
        service="logs",
        verb_noun="CloudWatch Logs Log Group",
        create=Call("create_log_group", sends=("kmsKeyId", "logGroupClass", "name", "tags")),
        id="=name",
        fields={"name": Field("logGroupName"), "deletionProtectionEnabled": Field("-")},
        read=Call("describe_log_groups", lambda s: {"logGroupNamePrefix": s.id}),
        also_read=(_exact,),
        gone=("ResourceNotFoundException",),
        gone_states=("group", (None,)),
        delete=_remove,
        after_create=(_retention,),
        changes=(
            Change(("retentionInDays",), "aws api: PutRetentionPolicy, DeleteRetentionPolicy", _retention),
            Change(("kmsKeyId",), "aws api: AssociateKmsKey, DisassociateKmsKey", _key),
        ),
        local=(InPlace(("skipDestroy",), "provider: read at deletion only"),),
        tags="logs",
        auto_name=AutoName("name", 512, rival="namePrefix"),
        defaults={"retentionInDays": 0, "skipDestroy": False},
        computed=("logGroupClass", "deletionProtectionEnabled"),
        outputs={"arn": lambda _s, f: str(f["arn"]).removesuffix(":*")},
    ),
)
