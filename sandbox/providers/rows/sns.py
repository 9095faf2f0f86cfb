"""SNS topics."""

from collections.abc import Mapping

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import AutoName, InPlace

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


SUBSCRIPTION: Mapping[str, str] = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _subscribed(subject: Subject) -> dict[str, object]:
    given = {attribute: subject.inputs.get(name) for name, attribute in SUBSCRIPTION.items()}
    return {
        "TopicArn": subject.inputs["topic"],
        "Protocol": subject.inputs["protocol"],
        "Endpoint": subject.inputs["endpoint"],
        "ReturnSubscriptionArn": True,
        "Attributes": {name: _text(value) for name, value in given.items() if value not in (None, False, "")},
    }


def _change_subscription(at: At) -> None:
    for name, attribute in SUBSCRIPTION.items():
        if at.inputs.get(name) != at.subject.old_inputs.get(name):
            value = _text(at.inputs.get(name))
            at.call("set_subscription_attributes", SubscriptionArn=at.id, AttributeName=attribute, AttributeValue=value)


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
    Row(
        type="aws:sns/topicSubscription:TopicSubscription",
        service="sns",
        verb_noun="SNS Topic Subscription",
        create=Call("subscribe", _subscribed),
        id="SubscriptionArn",
        read=Call("get_subscription_attributes", lambda s: {"SubscriptionArn": s.id}, answer="Attributes"),
        delete=Call("unsubscribe", lambda s: {"SubscriptionArn": s.id}),
        gone=("NotFound", "NotFoundException"),
        changes=(Change(tuple(SUBSCRIPTION), "aws api: SetSubscriptionAttributes", _change_subscription),),
        local=(InPlace(("confirmationTimeoutInMinutes", "endpointAutoConfirms"), "provider: read at creation only"),),
        documents=("deliveryPolicy", "filterPolicy", "redrivePolicy"),
        defaults={"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": False, "rawMessageDelivery": False},
        computed=("filterPolicyScope",),
        fields={"topic": Field(found="TopicArn")},
        outputs={"arn": "SubscriptionArn", "ownerId": "Owner"},
    ),
)
