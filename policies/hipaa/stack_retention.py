"""The stack: how long audit records are kept."""

from model.values import truth
from policies.asking import ask
from policies.case import Case, Check
from policies.examples import Given, example, joined, ref
from policies.retention import LIFECYCLE, OBJECT_LOCK, bucket_keeps, group_keeps
from policies.rule import Fix, Parameter, Rule
from policies.sinks import BALANCER, BUCKET, TRAIL, WAF_LOGGING, named
from policies.verdict import NOT_APPLICABLE, Verdict, fail, unknown

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LOGPUSH = "cloudflare:index/logpushJob:LogpushJob"
FIREHOSE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"

_BUCKET_KEEPS = bucket_keeps("min_days")
_GROUP_KEEPS = group_keeps("min_days")
_NOWHERE = fail("no place to which it writes keeps its records long enough")


def _stream_keeps(case: Case) -> Verdict:
    return _some(case, (("extendedS3Configuration.bucketArn", BUCKET, _BUCKET_KEEPS),))


_PLACES: dict[str, tuple[tuple[str, str, Check], ...]] = {
    TRAIL: (("s3BucketName", BUCKET, _BUCKET_KEEPS), ("cloudWatchLogsGroupArn", LOG_GROUP, _GROUP_KEEPS)),
    WAF_LOGGING: (
        ("logDestinationConfigs", BUCKET, _BUCKET_KEEPS),
        ("logDestinationConfigs", LOG_GROUP, _GROUP_KEEPS),
        ("logDestinationConfigs", FIREHOSE, _stream_keeps),
    ),
    BALANCER: (("accessLogs.bucket", BUCKET, _BUCKET_KEEPS),),
    LOGPUSH: (("destinationConf", BUCKET, _BUCKET_KEEPS),),
}


def _kept(case: Case) -> Verdict:
    """Somewhere: a log group for the alarms may be short-lived where the bucket keeps everything."""
    kind = case.resource.kind
    if kind == BUCKET:
        # Its trail stands in another stack; one of this stack answers for it.
        mine = named(case, "names") and not case.view.linked(case.resource, TRAIL, "s3BucketName").found
        return _BUCKET_KEEPS(case) if mine else NOT_APPLICABLE
    if kind == BALANCER and truth(case.at("accessLogs.enabled")) is not True:
        return NOT_APPLICABLE
    return _some(case, _PLACES[kind])


def _some(case: Case, places: tuple[tuple[str, str, Check], ...]) -> Verdict:
    verdicts, unclear = [], False
    for property_, type_, check in places:
        links = case.view.targets(case.resource, property_, type_)
        verdicts += [ask(check, case.about(place)) for place in links.found]
        unclear = unclear or bool(links.unclear)
    for outcome in ("pass", "unknown"):
        for verdict in verdicts:
            if verdict.outcome == outcome:
                return verdict
    if unclear:
        return unknown("where it writes to is not known yet")
    if not verdicts:
        return NOT_APPLICABLE  # another stack's places
    return fail(f"{_NOWHERE.message}: {verdicts[0].message}")


def _lifecycle(**expiration: object) -> Given:
    rules = [{"status": "Enabled", "expiration": expiration}]
    return Given(LIFECYCLE, "old", {"bucket": ref("records"), "rules": rules})


_RECORDS = Given(BUCKET, "records")
_TRAIL = Given(TRAIL, "trail", {"s3BucketName": ref("records")})
_GROUP = Given(LOG_GROUP, "events", {"retentionInDays": 365})
_LOCK = Given(OBJECT_LOCK, "lock", {"bucket": ref("records"), "rule": {"defaultRetention": {"years": 6}}})

AUDIT_RETENTION = Rule(
    id="stack-audit-retention-6y",
    pack="hipaa",
    severity="high",
    scope="stack",
    level="recommended",
    types=(TRAIL, WAF_LOGGING, BALANCER, LOGPUSH, BUCKET),
    unknown_blocks=False,  # a log group's ARN has ":*" at its end, so that it is a text with an output in it
    what="Audit records are kept for six years in at least one place to which they are written.",
    why="What is asked about an incident is often asked years later, and records that have expired answer nothing.",
    fix=Fix(
        "Let no lifecycle rule of the bucket expire objects earlier than 2192 days, or lock it for six years.",
        python='rules=[{"id": "expire", "status": "Enabled", "expiration": {"days": 2192}}]',
        yaml="rules:\n  - {id: expire, status: Enabled, expiration: {days: 2192}}",
    ),
    parameters=(
        Parameter("min_days", 2192, "How many days audit records are kept at least.", "integer", minimum=1),
        Parameter(
            "names", ["audit", "trail", "cloudtrail"], "Words in a bucket's name that make it an audit bucket.", "array"
        ),
    ),
    check=_kept,
    passing=(
        example(_RECORDS, _TRAIL),
        example(_RECORDS, _TRAIL, _lifecycle(days=2192)),
        example(_RECORDS, _TRAIL, _lifecycle(days=30), _LOCK),
        example(
            _RECORDS,
            _GROUP,
            Given(TRAIL, "trail", {"s3BucketName": ref("records"), "cloudWatchLogsGroupArn": ref("events", "arn")}),
            note="the log group is for alarms; the bucket keeps them",
        ),
        example(_RECORDS, Given(BALANCER, "front", {"accessLogs": {"bucket": ref("records"), "enabled": True}})),
        example(_RECORDS, Given(LOGPUSH, "edge", {"destinationConf": joined("s3://", ref("records"), "/edge")})),
    ),
    failing=(
        example(_RECORDS, _TRAIL, _lifecycle(days=2191)),
        example(_GROUP, Given(WAF_LOGGING, "waf", {"logDestinationConfigs": [ref("events", "arn")]})),
        example(
            _RECORDS,
            _lifecycle(days=90),
            Given(BALANCER, "front", {"accessLogs": {"bucket": ref("records"), "enabled": True}}),
        ),
        Given(BUCKET, "audit", {"lifecycleRules": [{"enabled": True, "expiration": {"days": 400}}]}),
    ),
)
