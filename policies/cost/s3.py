"""S3: what is kept that nobody needs, and what each request to a key costs."""

from collections.abc import Mapping

from model.values import UNKNOWN, UnknownMet
from policies.case import Case, Check
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import (
    all_of,
    any_of,
    at_least,
    by_type,
    linked_by,
    one_of,
    present,
    some,
    true,
    when,
)

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

_ON = one_of("status", "Enabled")
_NONE = "no BucketLifecycleConfiguration is attached to this bucket"


def _of_everything(*narrowed_by: str) -> Check:
    """A rule is for the whole bucket: no prefix, tag or size narrows it."""

    def check(case: Case) -> Verdict:
        for path in narrowed_by:
            value = case.at(path)
            if value is UNKNOWN:
                raise UnknownMet(case.where(path))
            if isinstance(value, Mapping):
                value = [item for item in value.values() if item not in (None, "")]
            if value:
                return fail(f"{case.where(path)} narrows it", case.where(path))
        return PASS

    return check


_WHOLE = _of_everything("filter", "prefix")
_WHOLE_INLINE = _of_everything("prefix", "tags")


def _rules(*rules: object, bucket: str = "orders") -> Given:
    return Given(LIFECYCLE, f"{bucket}-old", {"bucket": ref(bucket), "rules": list(rules)})


_BUCKET = Given(BUCKET, "orders")
_VERSIONED = Given(
    VERSIONING, "orders-versions", {"bucket": ref("orders"), "versioningConfiguration": {"status": "Enabled"}}
)
_OLD = {"id": "old", "status": "Enabled", "noncurrentVersionExpiration": {"noncurrentDays": 90}}
_PARTS = {"id": "parts", "status": "Enabled", "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}

LIFECYCLE_EXISTS = Rule(
    id="cost-s3-lifecycle",
    pack="cost",
    severity="high",
    scope="stack",
    types=(BUCKET,),
    what="Every bucket says what becomes of its objects: a lifecycle rule of it is on.",
    why="Without one everything is kept at the full price for ever, what was deleted and what was never finished too.",
    fix=Fix(
        "Add a BucketLifecycleConfiguration; for records that have to be kept, one that moves them to cheaper storage.",
        python=(
            'aws.s3.BucketLifecycleConfiguration("orders", bucket=bucket.id, rules=[{"id": "archive", "status": '
            '"Enabled", "filter": {"prefix": ""}, "transitions": [{"days": 90, "storage_class": "GLACIER_IR"}]}])'
        ),
        yaml=(
            "type: aws:s3:BucketLifecycleConfiguration\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  rules:\n"
            "    - id: archive\n"
            "      status: Enabled\n"
            "      filter: {prefix: ''}\n"
            "      transitions: [{days: 90, storageClass: GLACIER_IR}]"
        ),
    ),
    # What has to be kept for years by HIPAA's rules is moved, not deleted: any rule that is on will do here.
    check=any_of(
        linked_by(LIFECYCLE, "bucket", some("rules", _ON, "none of its lifecycle rules is on"), lacks=_NONE),
        some("lifecycleRules", true("enabled"), "none of its own lifecycleRules is on either"),
    ),
    passing=(
        example(_BUCKET, _rules(_OLD)),
        {"lifecycleRules": [{"enabled": True, "expiration": {"days": 90}}]},
    ),
    failing=(
        example(_BUCKET),
        example(_BUCKET, _rules({**_OLD, "status": "Disabled"})),
        example(_BUCKET, _rules()),
        {"lifecycleRules": [{"enabled": "false", "expiration": {"days": 90}}]},
        {"lifecycleRules": None},
        example(Given(BUCKET, "other"), _rules(_OLD, bucket="other"), _BUCKET, note="another bucket's"),
    ),
)

_EXPIRES = all_of(
    _ON,
    _WHOLE,
    any_of(
        at_least("noncurrentVersionExpiration.noncurrentDays", 1),
        at_least("noncurrentVersionExpiration.newerNoncurrentVersions", 1),
    ),
)
_EXPIRES_INLINE = all_of(true("enabled"), _WHOLE_INLINE, at_least("noncurrentVersionExpiration.days", 1))
_KEEPS_VERSIONS = any_of(
    linked_by(VERSIONING, "bucket", one_of("versioningConfiguration.status", "Enabled", "Suspended")),
    true("versioning.enabled"),
)
_LACKS = "no rule for the whole bucket expires noncurrent versions"

NONCURRENT = Rule(
    id="cost-s3-noncurrent-expiry",
    pack="cost",
    severity="medium",
    scope="stack",
    types=(BUCKET,),
    what="A bucket that keeps versions lets those expire that nobody can see any more.",
    why="Versioning, which HIPAA's rules ask for, keeps every object that was ever overwritten or deleted, and each is "
    "paid for like a current one.",
    fix=Fix(
        "Add a lifecycle rule with noncurrent_version_expiration; as late as the records have to be kept.",
        python=(
            'rules=[{"id": "old-versions", "status": "Enabled", "filter": {"prefix": ""}, '
            '"noncurrent_version_expiration": {"noncurrent_days": 90}}]'
        ),
        yaml=(
            "rules:\n"
            "  - id: old-versions\n"
            "    status: Enabled\n"
            "    filter: {prefix: ''}\n"
            "    noncurrentVersionExpiration: {noncurrentDays: 90}"
        ),
    ),
    # How late is not asked: six years for audit records are as good here as 30 days for a cache. Versions of before
    # stay when versioning is suspended.
    check=when(
        _KEEPS_VERSIONS,
        any_of(
            linked_by(LIFECYCLE, "bucket", some("rules", _EXPIRES, _LACKS), lacks=_NONE),
            some("lifecycleRules", _EXPIRES_INLINE, _LACKS),
        ),
    ),
    passing=(
        example(_BUCKET, _VERSIONED, _rules(_PARTS, _OLD)),
        example(_BUCKET, _VERSIONED, _rules({**_OLD, "filter": {"prefix": ""}})),
        example(_BUCKET, _VERSIONED, _rules({**_OLD, "noncurrentVersionExpiration": {"newerNoncurrentVersions": 3}})),
        {
            "versioning": {"enabled": True},
            "lifecycleRules": [{"enabled": True, "noncurrentVersionExpiration": {"days": 2192}}],
        },
        example(_BUCKET, note="it keeps no versions"),
    ),
    failing=(
        example(_BUCKET, _VERSIONED),
        example(_BUCKET, _VERSIONED, _rules(_PARTS)),
        example(_BUCKET, _VERSIONED, _rules({**_OLD, "status": "Disabled"})),
        example(_BUCKET, _VERSIONED, _rules({**_OLD, "filter": {"prefix": "tmp/"}}), note="a part of the bucket only"),
        example(_BUCKET, _VERSIONED, _rules({**_OLD, "filter": {"tag": {"key": "k", "value": "v"}}})),
        example(_BUCKET, _VERSIONED, _rules({**_OLD, "noncurrentVersionExpiration": {"noncurrentDays": 0}})),
        example(_BUCKET, _VERSIONED, _rules({**_OLD, "noncurrentVersionExpiration": None, "expiration": {"days": 9}})),
        {"versioning": {"enabled": "true"}, "lifecycleRules": [{"enabled": True, "expiration": {"days": 90}}]},
    ),
)

_ABORTS = all_of(_ON, _WHOLE, at_least("abortIncompleteMultipartUpload.daysAfterInitiation", 1))
_ABORTS_INLINE = all_of(true("enabled"), _WHOLE_INLINE, at_least("abortIncompleteMultipartUploadDays", 1))
_NO_ABORT = "no rule for the whole bucket gives up unfinished uploads"

MULTIPART = Rule(
    id="cost-s3-abort-multipart",
    pack="cost",
    severity="low",
    types=(LIFECYCLE, BUCKET),
    what="Uploads that were never finished are given up after a while.",
    why="Their parts are in no listing and are paid for like objects, for ever.",
    fix=Fix(
        "Add a lifecycle rule with abort_incomplete_multipart_upload.",
        python=(
            'rules=[{"id": "abandoned", "status": "Enabled", "filter": {"prefix": ""}, '
            '"abort_incomplete_multipart_upload": {"days_after_initiation": 7}}]'
        ),
        yaml=(
            "rules:\n"
            "  - id: abandoned\n"
            "    status: Enabled\n"
            "    filter: {prefix: ''}\n"
            "    abortIncompleteMultipartUpload: {daysAfterInitiation: 7}"
        ),
    ),
    # A bucket without rules of its own is asked for a configuration by cost-s3-lifecycle.
    check=by_type(
        {
            LIFECYCLE: some("rules", _ABORTS, _NO_ABORT),
            BUCKET: when(present("lifecycleRules"), some("lifecycleRules", _ABORTS_INLINE, _NO_ABORT)),
        }
    ),
    passing=(
        {"rules": [_OLD, _PARTS]},
        {"rules": [{**_PARTS, "filter": {}}]},
        Given(BUCKET, "orders", {"lifecycleRules": [{"enabled": True, "abortIncompleteMultipartUploadDays": 7}]}),
        Given(BUCKET, "orders", {}),
    ),
    failing=(
        {},
        {"rules": [_OLD]},
        {"rules": [{**_PARTS, "status": "Disabled"}]},
        {"rules": [{**_PARTS, "filter": {"prefix": "uploads/"}}]},
        {"rules": [{**_PARTS, "filter": {"and": {"prefix": "a/", "objectSizeGreaterThan": 1}}}]},
        {"rules": [{**_PARTS, "prefix": "uploads/"}]},
        {"rules": [{**_PARTS, "abortIncompleteMultipartUpload": None}]},
        Given(BUCKET, "orders", {"lifecycleRules": [{"enabled": True, "expiration": {"days": 90}}]}),
    ),
)
