"""SNS: topics and who hears what they say."""

from policies.access import not_public
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import none_of, present

TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
KEY = "aws:kms/key:Key"

ENCRYPTED = Rule(
    id="sns-encrypted",
    pack="hipaa",
    severity="high",
    types=(TOPIC,),
    what="A topic's messages are encrypted with a KMS key.",
    why="Notifications quote what they are about, identifiers among it.",
    fix=Fix("Set kms_master_key_id.", python="kms_master_key_id=key.id", yaml="kmsMasterKeyId: ${key.id}"),
    check=present("kmsMasterKeyId"),
    passing=(
        example(Given(KEY, "key"), Given(TOPIC, "alerts", {"kmsMasterKeyId": ref("key")})),
        {"kmsMasterKeyId": "alias/alerts"},
    ),
    failing=({}, {"kmsMasterKeyId": ""}),
)


def _allow(**rest: object) -> dict[str, object]:
    return {
        "policy": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:*", "Resource": "*", **rest}]}
    }


POLICY_NOT_PUBLIC = Rule(
    id="sns-policy-not-public",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(TOPIC_POLICY, TOPIC),
    unknown_blocks=False,  # policies hold ARNs that a first preview does not know
    what="A topic's policy allows nothing to everybody.",
    why="Anybody could subscribe and read along, or publish an alarm that never was.",
    fix=Fix(
        "Name the accounts or services, or add a condition such as aws:SourceAccount.",
        python='{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}',
        yaml="Principal: {Service: events.amazonaws.com}",
    ),
    check=not_public("policy"),
    passing=(
        _allow(Principal={"Service": "events.amazonaws.com"}),
        _allow(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
        Given(TOPIC, "alerts", {}),
    ),
    failing=(_allow(), _allow(Principal={"AWS": "*"}), Given(TOPIC, "alerts", _allow())),
)

SUBSCRIPTION_TLS = Rule(
    id="sns-subscription-tls",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(SUBSCRIPTION,),
    what="No subscription is delivered over plain HTTP.",
    why="Whoever stands on the way reads what is said, and can change it.",
    fix=Fix(
        'Use the protocol "https" with an endpoint that has a certificate.',
        python='protocol="https"',
        yaml="protocol: https",
    ),
    check=none_of("protocol", "http"),
    passing=({"protocol": "https"}, {"protocol": "email"}, {"protocol": "sqs"}),
    failing=({"protocol": "http"}, {"protocol": "HTTP"}),
)
