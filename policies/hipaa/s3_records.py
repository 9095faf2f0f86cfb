"""S3: who read what, and what happens to objects."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.sinks import BUCKET, LOGGING, TRAIL, access_log_sink, holds_phi
from policies.vocabulary import any_of, linked_by, present, true, unless, when

NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"

_BUCKET = Given(BUCKET, "orders")
_LOGS = Given(BUCKET, "logs")

ACCESS_LOGGING = Rule(
    id="s3-access-logging",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(BUCKET,),
    what="Every bucket writes access logs to another bucket.",
    why="Without them nobody can say afterwards which objects were read, from where, and by whom.",
    fix=Fix(
        "Add a BucketLogging for the bucket; its target is a bucket for logs only.",
        python='aws.s3.BucketLogging("orders", bucket=bucket.id, target_bucket=logs.id, target_prefix="orders/")',
        yaml=(
            "type: aws:s3:BucketLogging\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  targetBucket: ${logs.id}\n"
            "  targetPrefix: orders/"
        ),
    ),
    # A bucket that is written to by its own log would never come to an end.
    check=unless(
        access_log_sink,
        any_of(
            linked_by(LOGGING, "bucket", present("targetBucket"), lacks="no BucketLogging is attached to this bucket"),
            present("logging.targetBucket"),
        ),
    ),
    passing=(
        example(_BUCKET, _LOGS, Given(LOGGING, "orders-log", {"bucket": ref("orders"), "targetBucket": ref("logs")})),
        {"logging": {"targetBucket": "logs-of-another-stack"}},
    ),
    failing=(
        example(_BUCKET),
        example(_BUCKET, _LOGS, Given(LOGGING, "logs-log", {"bucket": ref("logs"), "targetBucket": "elsewhere"})),
    ),
)


def _notification(bucket: str, **props: object) -> Given:
    return Given(NOTIFICATION, f"{bucket}-events", {"bucket": ref(bucket), **props})


EVENT_NOTIFICATIONS = Rule(
    id="s3-event-notifications",
    pack="hipaa",
    severity="low",
    scope="stack",
    types=(BUCKET,),
    what="A bucket with PHI tells of what happens to its objects.",
    why="What nobody expects (a mass deletion, an upload at night) can then be acted on while it happens.",
    fix=Fix(
        "Add a BucketNotification for the bucket, to EventBridge or to a queue, topic or function.",
        python='aws.s3.BucketNotification("orders", bucket=bucket.id, eventbridge=True)',
        yaml="type: aws:s3:BucketNotification\nproperties:\n  bucket: ${bucket.id}\n  eventbridge: true",
    ),
    check=when(
        holds_phi,
        linked_by(
            NOTIFICATION,
            "bucket",
            any_of(true("eventbridge"), present("lambdaFunctions"), present("queues"), present("topics")),
            lacks="no BucketNotification is attached to this bucket",
        ),
    ),
    passing=(
        example(_BUCKET, _notification("orders", eventbridge=True)),
        example(_BUCKET, _notification("orders", queues=[{"events": ["s3:ObjectRemoved:*"], "queueArn": "arn"}])),
        {"tags": {"data-classification": "internal"}},
        example(
            Given(BUCKET, "trail", {}),
            Given(TRAIL, "trail-of-all", {"s3BucketName": ref("trail")}),
            note="audit records only",
        ),
    ),
    failing=(
        example(_BUCKET),
        example(_BUCKET, _notification("orders", eventbridge=False)),
        example(_BUCKET, Given(BUCKET, "other"), _notification("other", eventbridge=True)),
    ),
)
