"""CloudTrail: who did what."""

from policies.declared import declares
from policies.examples import Given, example, ref
from policies.hipaa import s3, s3_copies, s3_records
from policies.rule import Fix, Rule
from policies.sinks import BUCKET
from policies.vocabulary import all_of, cmk, not_false, present, refers_to, true, when

TRAIL = "aws:cloudtrail/trail:Trail"
KEY = "aws:kms/key:Key"

ENABLED = Rule(
    id="cloudtrail-enabled",
    pack="hipaa",
    severity="critical",
    scope="account",
    once=True,
    types=(TRAIL,),
    what="The account has a trail that records.",
    why="What was done with the API is the core of every audit; without a trail it is forgotten after 90 days.",
    fix=Fix(
        "Declare a Trail, and leave enable_logging on.",
        python='aws.cloudtrail.Trail("trail", s3_bucket_name=bucket.id, is_multi_region_trail=True)',
        yaml="type: aws:cloudtrail:Trail\nproperties:\n  s3BucketName: ${bucket.id}\n  isMultiRegionTrail: true",
    ),
    check=declares(TRAIL, not_false("enableLogging"), lacks="the stack declares no Trail"),
    passing=({}, {"enableLogging": True}),
    failing=(example(), {"enableLogging": False}),
)

MULTI_REGION = Rule(
    id="cloudtrail-multi-region",
    pack="hipaa",
    severity="high",
    types=(TRAIL,),
    what="A trail records every region, and the events of global services.",
    why="What is done in a region that nobody uses is otherwise seen by nobody.",
    fix=Fix(
        "Set is_multi_region_trail, and leave include_global_service_events on.",
        python="is_multi_region_trail=True",
        yaml="isMultiRegionTrail: true",
    ),
    check=all_of(true("isMultiRegionTrail"), not_false("includeGlobalServiceEvents")),
    passing=({"isMultiRegionTrail": True}, {"isMultiRegionTrail": True, "includeGlobalServiceEvents": True}),
    failing=({}, {"isMultiRegionTrail": False}, {"isMultiRegionTrail": True, "includeGlobalServiceEvents": False}),
)

ENCRYPTED = Rule(
    id="cloudtrail-kms",
    pack="hipaa",
    severity="high",
    types=(TRAIL,),
    what="A trail's records are encrypted with a customer-managed key.",
    why="They show who works with PHI, when and how; a key of one's own says who may read that.",
    fix=Fix("Set kms_key_id to your own key.", python="kms_key_id=key.arn", yaml="kmsKeyId: ${key.arn}"),
    check=cmk("kmsKeyId"),
    passing=(example(Given(KEY, "key"), Given(TRAIL, "trail", {"kmsKeyId": ref("key", "arn")})),),
    failing=({}, {"kmsKeyId": ""}),
)

VALIDATION = Rule(
    id="cloudtrail-validation",
    pack="hipaa",
    severity="high",
    types=(TRAIL,),
    what="A trail writes digests by which its files can be validated.",
    why="Only with digests can somebody show later that no record was altered or removed.",
    fix=Fix(
        "Set enable_log_file_validation.",
        python="enable_log_file_validation=True",
        yaml="enableLogFileValidation: true",
    ),
    check=true("enableLogFileValidation"),
    passing=({"enableLogFileValidation": True},),
    failing=({}, {"enableLogFileValidation": False}),
)

TO_CLOUDWATCH = Rule(
    id="cloudtrail-cwl",
    pack="hipaa",
    severity="medium",
    types=(TRAIL,),
    unknown_blocks=False,  # a log group's ARN has ":*" at its end, so that it is a text with an output in it
    what="A trail also writes to CloudWatch Logs.",
    why="Alarms on what must not happen need the records within minutes, and files in S3 alarm nobody.",
    fix=Fix(
        "Set cloud_watch_logs_group_arn and cloud_watch_logs_role_arn.",
        python='cloud_watch_logs_group_arn=pulumi.Output.concat(group.arn, ":*"), cloud_watch_logs_role_arn=role.arn',
        yaml="cloudWatchLogsGroupArn: ${group.arn}:*\ncloudWatchLogsRoleArn: ${role.arn}",
    ),
    check=all_of(present("cloudWatchLogsGroupArn"), present("cloudWatchLogsRoleArn")),
    passing=({"cloudWatchLogsGroupArn": "arn:of:group:*", "cloudWatchLogsRoleArn": "arn:of:role"},),
    failing=({}, {"cloudWatchLogsGroupArn": "arn:of:group:*"}, {"cloudWatchLogsRoleArn": "arn:of:role"}),
)

_HARD = all_of(
    s3.BLOCK_PUBLIC_ACCESS.check, s3.KEPT_VERSIONS.check, s3_records.ACCESS_LOGGING.check, s3_copies.LOCKED_BY_DEFAULT
)
_TRAIL = Given(TRAIL, "trail", {"s3BucketName": ref("records")})
_RECORDS = Given(
    BUCKET,
    "records",
    {
        "versioning": {"enabled": True},
        "logging": {"targetBucket": "logs"},
        "objectLockConfiguration": {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "years": 6}}},
    },
)
_BLOCK = Given(
    s3.ACCESS_BLOCK,
    "block",
    {
        "bucket": ref("records"),
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    },
)

BUCKET_HARDENED = Rule(
    id="cloudtrail-bucket-hardened",
    pack="hipaa",
    severity="high",
    scope="stack",
    level="recommended",
    types=(TRAIL,),
    what="A trail's bucket is closed to the public, versioned, logged and locked.",
    why="The records are worth only as much as the bucket in which they lie.",
    fix=Fix(
        "Give the bucket a BucketPublicAccessBlock, BucketVersioning, BucketLogging and BucketObjectLockConfiguration.",
        python=(
            'aws.s3.BucketObjectLockConfiguration("records", bucket=bucket.id, '
            'rule={"default_retention": {"mode": "COMPLIANCE", "years": 6}})'
        ),
        yaml="rule:\n  defaultRetention: {mode: COMPLIANCE, years: 6}",
    ),
    # A bucket of another stack is judged there.
    check=when(refers_to("s3BucketName", BUCKET), refers_to("s3BucketName", BUCKET, _HARD)),
    passing=(example(_TRAIL, _RECORDS, _BLOCK), {"s3BucketName": "of-another-stack"}),
    failing=(example(_TRAIL, _RECORDS), example(_TRAIL, Given(BUCKET, "records"), _BLOCK)),
)
