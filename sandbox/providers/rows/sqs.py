"""SQS queues, their policies, and who may use a queue for what it gave up on."""

from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName

GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _given(subject: Subject) -> dict[str, Any]:
    named = {**ATTRIBUTES, "fifoQueue": "FifoQueue"}
    made = {attribute: _text(subject.inputs[name]) for name, attribute in named.items() if subject.inputs.get(name)}
    return {"Attributes": made}


def _change(at: At) -> None:
    changed = {
        attribute: "" if at.inputs.get(name) is None else _text(at.inputs[name])
        for name, attribute in ATTRIBUTES.items()
        if at.inputs.get(name) != at.subject.old_inputs.get(name)
    }
    at.call("set_queue_attributes", QueueUrl=at.id, Attributes=changed)


def _attributes(at: At, _found: Found) -> Found:
    found = at.call("get_queue_attributes", QueueUrl=at.id, AttributeNames=["All"])["Attributes"]
    return {name: found[attribute] for name, attribute in ATTRIBUTES.items() if attribute in found} | {
        "arn": found["QueueArn"],
        "fifoQueue": found.get("FifoQueue") == "true",
        "Tags": at.call("list_queue_tags", QueueUrl=at.id).get("Tags", {}),
    }


def _attribute(name: str, kind: str, noun: str, **more: Any) -> Row:
    """One attribute of a queue as a resource of its own."""
    attribute = ATTRIBUTES[name]
    put = Call("set_queue_attributes", lambda s: {"Attributes": {attribute: s.inputs[name]}}, sends=("queueUrl",))
    return Row(
        type=kind,
        service="sqs",
        verb_noun=noun,
        create=put,
        id="=queueUrl",
        read=Call(
            "get_queue_attributes",
            lambda s: {"QueueUrl": s.id, "AttributeNames": [attribute]},
            answer=f"Attributes.{attribute} && {{{name}: Attributes.{attribute}}}",
        ),
        delete=Call("set_queue_attributes", lambda s: {"QueueUrl": s.id, "Attributes": {attribute: ""}}),
        gone=GONE,
        changes=(Change((name,), "aws api: SetQueueAttributes", put),),
        outputs={"queueUrl": lambda s, _f: s.id},
        **more,
    )


ROWS = (
    Row(
        type="aws:sqs/queue:Queue",
        service="sqs",
        verb_noun="SQS Queue",
        create=Call("create_queue", _given, sends=("name", "tags")),
        id="QueueUrl",
        fields={"name": Field("QueueName", found="-"), "tags": Field("tags", found="-")},
        read=Call("get_queue_url", lambda s: {"QueueName": s.id.rpartition("/")[2]}),
        also_read=(_attributes,),
        gone=GONE,
        delete=Call("delete_queue", lambda s: {"QueueUrl": s.id}),
        changes=(Change(tuple(ATTRIBUTES), "aws api: SetQueueAttributes", _change),),
        tags="sqs",
        auto_name=AutoName("name", 80, rival="namePrefix"),
        policies=("policy",),
        documents=("redrivePolicy", "redriveAllowPolicy"),
        defaults={
            "contentBasedDeduplication": False,
            "delaySeconds": 0,
            "fifoQueue": False,
            "messageRetentionSeconds": 345600,
            "receiveWaitTimeSeconds": 0,
            "visibilityTimeoutSeconds": 30,
        },
        computed=(
            "deduplicationScope",
            "fifoThroughputLimit",
            "kmsDataKeyReusePeriodSeconds",
            "maxMessageSize",
            "policy",
            "redriveAllowPolicy",
            "redrivePolicy",
            "sqsManagedSseEnabled",
        ),
        outputs={"url": lambda s, _f: s.id, "name": lambda s, _f: s.id.rpartition("/")[2]},
    ),
    _attribute("policy", "aws:sqs/queuePolicy:QueuePolicy", "SQS Queue Policy", policies=("policy",)),
    _attribute(
        "redriveAllowPolicy",
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
        "SQS Queue Redrive Allow Policy",
        documents=("redriveAllowPolicy",),
    ),
)
