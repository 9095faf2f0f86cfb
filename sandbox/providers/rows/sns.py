"""SNS topics."""

from collections.abc import Mapping

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName

ATTRIBUTES: Mapping[str, str] = {
    "archivePolicy": "ArchivePolicy",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "fifoThroughputScope": "FifoThroughputScope",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}


def _attributes(subject: Subject) -> dict[str, str]:
    made = {}
    for name, attribute in {**ATTRIBUTES, "fifoTopic": "FifoTopic"}.items():
        value = subject.inputs.get(name)
        if value not in (None, False, ""):
            made[attribute] = str(value).lower() if isinstance(value, bool) else str(value)
    return made


def _change(at: At) -> None:
    for name, attribute in ATTRIBUTES.items():
        value = at.inputs.get(name)
        if value != at.subject.old_inputs.get(name):
            text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            at.call("set_topic_attributes", TopicArn=at.id, AttributeName=attribute, AttributeValue=text)


ROWS = (
    Row(
        type="aws:sns/topic:Topic",
        service="sns",
        verb_noun="SNS Topic",
        create=Call("create_topic", lambda s: {"Attributes": _attributes(s)}, sends=("name", "tags")),
        id="TopicArn",
        read=Call("get_topic_attributes", lambda s: {"TopicArn": s.id}, answer="Attributes"),
        delete=Call("delete_topic", lambda s: {"TopicArn": s.id}),
        gone=("NotFound", "NotFoundException"),
        changes=(Change(tuple(ATTRIBUTES), "aws api: SetTopicAttributes", _change),),
        tags="sns",
        auto_name=AutoName("name", 256, rival="namePrefix"),
        policies=("policy",),
        documents=("deliveryPolicy", "archivePolicy"),
        defaults={"fifoTopic": False, "contentBasedDeduplication": False},
        computed=("policy", "signatureVersion", "tracingConfig", "fifoThroughputScope"),
        fields={"name": Field(found="-")},
        outputs={"arn": "TopicArn", "owner": "Owner", "name": lambda s, _f: s.id.rsplit(":", 1)[-1]},
    ),
)
