"""SQS: queues."""

from policies.access import no_wildcard, not_public, tls_only
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import Verdict, fail
from policies.vocabulary import all_of, any_of, linked_by, none_of, not_false, present, unless

QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy"
REDRIVE_ALLOW = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
KEY = "aws:kms/key:Key"
_QUEUE = Given(QUEUE, "notes")


def _own_key_or_sse(case: Case) -> Verdict:
    if case.value("require_key"):
        return fail("kmsMasterKeyId is not set; it has to name a key", "kmsMasterKeyId")
    return not_false("sqsManagedSseEnabled")(case)  # on where nothing is said


ENCRYPTED = Rule(
    id="sqs-encrypted",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(QUEUE,),
    what="A queue's messages are encrypted: with a KMS key, or with SQS's own at least.",
    why="A message that waits may be the note itself, and a queue keeps it for up to two weeks.",
    fix=Fix(
        "Set kms_master_key_id to your own key; do not turn sqs_managed_sse_enabled off.",
        python="kms_master_key_id=key.arn",
        yaml="kmsMasterKeyId: ${key.arn}",
    ),
    parameters=(
        Parameter("require_key", False, "Whether only a KMS key counts, and not SQS's own encryption.", "boolean"),
    ),
    check=any_of(present("kmsMasterKeyId"), _own_key_or_sse),
    passing=(
        {},
        {"sqsManagedSseEnabled": True},
        example(Given(KEY, "key"), Given(QUEUE, "notes", {"kmsMasterKeyId": ref("key", "arn")})),
        example(Given(QUEUE, "notes", {"kmsMasterKeyId": "alias/notes"}), parameters={"require_key": True}),
    ),
    failing=(
        {"sqsManagedSseEnabled": False},
        {"sqsManagedSseEnabled": "false"},
        {"kmsMasterKeyId": "", "sqsManagedSseEnabled": False},
        {"kmsMasterKeyId": None, "sqsManagedSseEnabled": False},
        example(_QUEUE, parameters={"require_key": True}),
        example(Given(QUEUE, "notes", {"sqsManagedSseEnabled": True}), parameters={"require_key": True}),
    ),
)


def _policy(**statement: object) -> dict[str, object]:
    send = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    return {"policy": {"Version": "2012-10-17", "Statement": [{**send, **statement}]}}


_SOURCE = {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::orders"}, "StringEquals": {"aws:SourceAccount": "111122223333"}}

POLICY_NOT_PUBLIC = Rule(
    id="sqs-policy-not-public",
    pack="hipaa",
    severity="critical",
    level="recommended",
    types=(QUEUE_POLICY, QUEUE),
    unknown_blocks=False,  # policies hold ARNs that a first preview does not know
    what="A queue's policy allows nothing to everybody, and nobody everything.",
    why="Whoever may receive reads the notes, whoever may send puts records in, and sqs:* is both and more.",
    fix=Fix(
        "Name the accounts or services and the actions, or add a condition such as aws:SourceAccount.",
        python='{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}',
        yaml="Principal: {Service: events.amazonaws.com}\nAction: sqs:SendMessage",
    ),
    check=all_of(not_public("policy"), no_wildcard("policy", "sqs")),
    passing=(
        _policy(Principal={"Service": "events.amazonaws.com"}),
        _policy(Condition=_SOURCE),
        _policy(Effect="Deny", Action="sqs:*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
        example(
            Given("aws:iam/role:Role", "worker"),
            Given(QUEUE_POLICY, "notes", _policy(Principal={"AWS": ref("worker", "arn")})),
        ),
        Given(QUEUE, "notes", {}),
    ),
    failing=(
        _policy(),
        _policy(Principal={"AWS": "*"}),
        _policy(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"}),
        _policy(Condition={"StringLike": {"aws:SourceAccount": "*"}}),
        _policy(Principal={"AWS": "111122223333"}, Action="sqs:*"),
        _policy(Principal={"AWS": "111122223333"}, Action=["SQS:*"]),
        _policy(Principal={"AWS": "111122223333"}, Action=None, NotAction="sqs:DeleteQueue"),
        Given(QUEUE, "notes", _policy()),
    ),
)


def _deny(**statement: object) -> dict[str, object]:
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    return _policy(**{"Effect": "Deny", "Action": "sqs:*", "Condition": plain, **statement})


def _attached(queue: str, **statement: object) -> Given:
    return Given(QUEUE_POLICY, f"{queue}-policy", {"queueUrl": ref(queue), **_deny(**statement)})


TLS_ONLY = Rule(
    id="sqs-tls-only",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    types=(QUEUE,),
    unknown_blocks=False,  # before the first apply, the policy is one unknown text
    what="A queue's policy denies every request that does not use TLS.",
    why="SQS still answers plain HTTP, and a message that is read on the way is a note that is read on the way.",
    fix=Fix(
        "Add a QueuePolicy that denies sqs:* to everyone when aws:SecureTransport is false.",
        python=(
            'aws.sqs.QueuePolicy("notes", queue_url=queue.id, policy=pulumi.Output.json_dumps({"Version": '
            '"2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": '
            'queue.arn, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}))'
        ),
        yaml=(
            "type: aws:sqs:QueuePolicy\n"
            "properties:\n"
            "  queueUrl: ${queue.id}\n"
            "  policy:\n"
            "    fn::toJSON:\n"
            '      Version: "2012-10-17"\n'
            "      Statement:\n"
            "        - Effect: Deny\n"
            '          Principal: "*"\n'
            "          Action: sqs:*\n"
            "          Resource: ${queue.arn}\n"
            '          Condition: {Bool: {aws:SecureTransport: "false"}}'
        ),
    ),
    check=any_of(
        linked_by(
            QUEUE_POLICY, "queueUrl", tls_only("policy", "sqs:*"), lacks="no QueuePolicy is attached to this queue"
        ),
        tls_only("policy", "sqs:*"),
    ),
    passing=(
        example(_QUEUE, _attached("notes")),
        example(_QUEUE, _attached("notes", Principal={"AWS": "*"}, Action="*")),
        Given(QUEUE, "notes", _deny()),
    ),
    failing=(
        example(_QUEUE),
        example(_QUEUE, _attached("notes", Action="sqs:SendMessage"), note="one action only"),
        example(_QUEUE, _attached("notes", Principal={"AWS": "111122223333"}), note="one account only"),
        example(_QUEUE, _attached("notes", Effect="Allow")),
        example(_QUEUE, _attached("notes", Condition={"Bool": {"aws:SecureTransport": "true"}})),
        example(_QUEUE, Given(QUEUE, "other"), _attached("other"), note="another queue's"),
    ),
)

_TAKES = none_of("redriveAllowPolicy.redrivePermission", "denyAll")
_ALLOWED = all_of(present("redriveAllowPolicy.redrivePermission"), _TAKES)
_DEAD_LETTERS = any_of(
    linked_by(QUEUE, "redrivePolicy.deadLetterTargetArn"),
    linked_by(REDRIVE, "redrivePolicy.deadLetterTargetArn"),
    linked_by("aws:sns/topicSubscription:TopicSubscription", "redrivePolicy.deadLetterTargetArn"),
    linked_by("aws:cloudwatch/eventTarget:EventTarget", "deadLetterConfig.arn"),
    linked_by("aws:scheduler/schedule:Schedule", "target.deadLetterConfig.arn"),
    linked_by("aws:lambda/function:Function", "deadLetterConfig.targetArn"),
    _ALLOWED,
    linked_by(REDRIVE_ALLOW, "queueUrl", _ALLOWED),
)
"""What others give up goes there: it says so itself, or they do."""


def _gives_up(to: object) -> dict[str, object]:
    return {"redrivePolicy": {"deadLetterTargetArn": to, "maxReceiveCount": 5}}


_DEAD = Given(QUEUE, "dead", {"redriveAllowPolicy": {"redrivePermission": "byQueue"}})

DEAD_LETTERS = Rule(
    id="sqs-dlq",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(QUEUE,),
    unknown_blocks=False,  # the redrive policy has an ARN in it: at a first preview, one unknown text
    what="What a queue's readers cannot handle goes to a queue of dead letters.",
    why="A note that fails again and again otherwise disappears after a few days, and nobody knows that it was there.",
    fix=Fix(
        "Set redrive_policy with the ARN of another queue.",
        python='redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5})',
        yaml="redrivePolicy:\n  fn::toJSON: {deadLetterTargetArn: '${dead.arn}', maxReceiveCount: 5}",
    ),
    check=unless(
        _DEAD_LETTERS,
        any_of(
            present("redrivePolicy.deadLetterTargetArn"),
            linked_by(
                REDRIVE,
                "queueUrl",
                present("redrivePolicy.deadLetterTargetArn"),
                lacks="no RedrivePolicy is attached to it",
            ),
        ),
    ),
    passing=(
        example(Given(QUEUE, "dead"), Given(QUEUE, "notes", _gives_up(ref("dead", "arn")))),
        {"redrivePolicy": '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:111122223333:dead", "maxReceiveCount": 5}'},
        example(
            _QUEUE,
            Given(QUEUE, "dead"),
            Given(REDRIVE, "notes-redrive", {"queueUrl": ref("notes"), **_gives_up(ref("dead", "arn"))}),
        ),
        _DEAD,
        example(
            Given(QUEUE, "lost"),
            Given("aws:cloudwatch/eventTarget:EventTarget", "t", {"deadLetterConfig": {"arn": ref("lost", "arn")}}),
        ),
        example(
            _QUEUE,
            Given(
                REDRIVE_ALLOW,
                "allow",
                {"queueUrl": ref("notes"), "redriveAllowPolicy": {"redrivePermission": "allowAll"}},
            ),
        ),
    ),
    failing=(
        {},
        {"redrivePolicy": ""},
        {"redrivePolicy": "{}"},
        {"redrivePolicy": None},
        {"redriveAllowPolicy": {"redrivePermission": "denyAll"}},
        example(Given(QUEUE, "dead"), Given(QUEUE, "other", _gives_up(ref("dead", "arn"))), _QUEUE),
    ),
)
