"""S3: copies elsewhere, and what keeps objects from being rewritten or lost."""

from policies.case import Case, Check
from policies.examples import Given, example, ref
from policies.hipaa import s3
from policies.retention import LIFECYCLE, OBJECT_LOCK
from policies.rule import Fix, Parameter, Rule
from policies.sinks import BUCKET, TRAIL, audit_sink, named
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import (
    all_of,
    any_of,
    at_least,
    contains,
    in_production,
    linked_by,
    not_true,
    one_of,
    param,
    refers_to,
    true,
    when,
)

VERSIONING = s3.VERSIONING

_BUCKET = Given(BUCKET, "orders")
_AUDIT_NAMES = Parameter(
    "names", ["audit", "trail", "cloudtrail"], "Words in a bucket's name that make it an audit bucket.", "array"
)

_RETENTION = "rule.defaultRetention"
_MODES = ("COMPLIANCE", "GOVERNANCE")


def _backup(case: Case) -> Verdict:
    return PASS if named(case, "backup_names") else fail("it is no backup bucket")


def _held(retention: str) -> Check:
    """It says how, and for some time."""
    return all_of(
        one_of(f"{retention}.mode", *_MODES),
        any_of(at_least(f"{retention}.days", 1), at_least(f"{retention}.years", 1)),
    )


# A lock without a default retention locks nothing by itself: CloudTrail and AWS Config set none on what they write.
# Backup programs do set one on each object.
LOCKED_BY_DEFAULT = any_of(
    linked_by(
        OBJECT_LOCK,
        "bucket",
        _held(_RETENTION),
        lacks="no BucketObjectLockConfiguration with a default retention is attached to this bucket",
    ),
    _held(f"objectLockConfiguration.{_RETENTION}"),
)
_CAN_BE_LOCKED = any_of(
    true("objectLockEnabled"),
    linked_by(OBJECT_LOCK, "bucket"),
    one_of("objectLockConfiguration.objectLockEnabled", "Enabled"),
)


def _lock(bucket: str, **retention: object) -> Given:
    return Given(OBJECT_LOCK, f"{bucket}-lock", {"bucket": ref(bucket), "rule": {"defaultRetention": retention}})


OBJECT_LOCKED = Rule(
    id="s3-object-lock",
    pack="hipaa",
    severity="medium",
    types=(BUCKET,),
    unknown_blocks=False,  # a bucket's name often has the account's number in it
    what="Audit buckets lock what is written to them; backup buckets have object lock on.",
    why="Whoever can rewrite the audit trail can hide what was done; whoever can delete backups can demand a ransom.",
    fix=Fix(
        "Set object_lock_enabled, and add a BucketObjectLockConfiguration with a default retention.",
        python=(
            'aws.s3.BucketObjectLockConfiguration("audit", bucket=bucket.id, '
            'rule={"default_retention": {"mode": "COMPLIANCE", "years": 6}})'
        ),
        yaml=(
            "type: aws:s3:BucketObjectLockConfiguration\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  rule:\n"
            "    defaultRetention: {mode: COMPLIANCE, years: 6}"
        ),
    ),
    parameters=(
        _AUDIT_NAMES,
        Parameter(
            "backup_names", ["backup", "backups"], "Words in a bucket's name that make it a backup bucket.", "array"
        ),
    ),
    check=all_of(when(audit_sink, LOCKED_BY_DEFAULT), when(_backup, _CAN_BE_LOCKED)),
    passing=(
        example(
            Given(BUCKET, "records"),
            Given(TRAIL, "trail", {"s3BucketName": ref("records")}),
            _lock("records", mode="GOVERNANCE", days=400),
        ),
        Given(
            BUCKET,
            "audit",
            {"objectLockConfiguration": {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "years": 6}}}},
        ),
        Given(BUCKET, "east-backups", {"objectLockEnabled": True}),
        Given(BUCKET, "audition", {}),
    ),
    failing=(
        example(Given(BUCKET, "records"), Given(TRAIL, "trail", {"s3BucketName": ref("records")})),
        Given(BUCKET, "main", {"bucket": "acme-audit-east", "objectLockEnabled": True}),
        Given(BUCKET, "backup", {}),
        example(Given(BUCKET, "audit"), Given(BUCKET, "other"), _lock("other", mode="COMPLIANCE", years=6)),
        example(Given(BUCKET, "audit"), _lock("audit", mode="COMPLIANCE", days=0), note="for no time"),
    ),
)

LIFECYCLE_DEFINED = Rule(
    id="s3-lifecycle",
    pack="hipaa",
    severity="low",
    scope="stack",
    types=(BUCKET,),
    what="A bucket that keeps versions has a lifecycle rule.",
    why="How long PHI is kept, and when old versions are disposed of, has to be decided and not to just happen.",
    fix=Fix(
        "Add a BucketLifecycleConfiguration for the bucket with an Enabled rule.",
        python=(
            'aws.s3.BucketLifecycleConfiguration("orders", bucket=bucket.id, rules=[{"id": "old", '
            '"status": "Enabled", "noncurrent_version_expiration": {"noncurrent_days": 90}}])'
        ),
        yaml=(
            "type: aws:s3:BucketLifecycleConfiguration\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  rules:\n"
            "    - {id: old, status: Enabled, noncurrentVersionExpiration: {noncurrentDays: 90}}"
        ),
    ),
    # Asked of the bucket: the catalogue names the configuration, which can not tell that it is missing.
    check=when(
        s3.KEPT_VERSIONS.check,
        any_of(
            linked_by(
                LIFECYCLE,
                "bucket",
                contains("rules[*].status", "Enabled"),
                lacks="no BucketLifecycleConfiguration is attached to this bucket",
            ),
            contains("lifecycleRules[*].enabled", True),
        ),
    ),
    passing=(
        example(
            Given(BUCKET, "orders", {"versioning": {"enabled": True}}),
            Given(LIFECYCLE, "a", {"bucket": ref("orders"), "rules": [{"status": "Disabled"}, {"status": "Enabled"}]}),
        ),
        {"versioning": {"enabled": True}, "lifecycleRules": [{"enabled": True}]},
        {},
    ),
    failing=(
        {"versioning": {"enabled": True}},
        example(
            Given(BUCKET, "orders", {"versioning": {"enabled": True}}),
            Given(LIFECYCLE, "old", {"bucket": ref("orders"), "rules": [{"status": "Disabled"}]}),
        ),
    ),
)

_LOCKED = refers_to(
    "bucket", BUCKET, linked_by(OBJECT_LOCK, "bucket", one_of(f"{_RETENTION}.mode", param("lock_modes")))
)

MFA_DELETE = Rule(
    id="s3-mfa-delete",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(VERSIONING,),
    what="Versions in an audit bucket can be deleted with a second factor only, or not at all.",
    why="One stolen key is otherwise enough to remove the evidence of its own use.",
    fix=Fix(
        "Lock the bucket in compliance mode, or set mfa_delete (the root user has to apply that, with its device).",
        python='versioning_configuration={"status": "Enabled", "mfa_delete": "Enabled"}',
        yaml="versioningConfiguration:\n  status: Enabled\n  mfaDelete: Enabled",
    ),
    parameters=(
        _AUDIT_NAMES,
        Parameter(
            "lock_modes",
            ["COMPLIANCE"],
            "Modes of a default lock that are enough instead. GOVERNANCE can be ended by who may bypass it.",
            "array",
        ),
    ),
    # A lock in compliance mode does more: nobody deletes a version at all, with whatever device.
    check=when(
        refers_to("bucket", BUCKET, audit_sink),
        any_of(one_of("versioningConfiguration.mfaDelete", "Enabled"), _LOCKED),
    ),
    passing=(
        example(
            Given(BUCKET, "audit"),
            Given(VERSIONING, "v", {"bucket": ref("audit"), "versioningConfiguration": {"mfaDelete": "Enabled"}}),
        ),
        example(
            Given(BUCKET, "audit"),
            Given(VERSIONING, "v", {"bucket": ref("audit")}),
            _lock("audit", mode="COMPLIANCE", years=6),
        ),
        example(Given(BUCKET, "orders"), Given(VERSIONING, "v", {"bucket": ref("orders")})),
        example(
            Given(BUCKET, "audit"),
            Given(VERSIONING, "v", {"bucket": ref("audit")}),
            _lock("audit", mode="GOVERNANCE", years=6),
            parameters={"lock_modes": ["COMPLIANCE", "GOVERNANCE"]},
        ),
    ),
    failing=(
        example(Given(BUCKET, "audit"), Given(VERSIONING, "v", {"bucket": ref("audit")})),
        example(
            Given(BUCKET, "audit"),
            Given(VERSIONING, "v", {"bucket": ref("audit"), "versioningConfiguration": {"mfaDelete": "Disabled"}}),
            _lock("audit", mode="GOVERNANCE", years=6),
        ),
    ),
)

NO_FORCE_DESTROY = Rule(
    id="s3-force-destroy",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(BUCKET,),
    what="In production a bucket that holds something can not be destroyed.",
    why="With force_destroy, removing the bucket from the program deletes every object and every version in it.",
    fix=Fix("Remove force_destroy.", python="force_destroy=False", yaml="forceDestroy: false"),
    check=in_production(not_true("forceDestroy")),
    passing=({}, {"forceDestroy": False}, example(Given(BUCKET, "b", {"forceDestroy": True}), environment="staging")),
    failing=(
        {"forceDestroy": True},
        example(
            Given(BUCKET, "b", {"forceDestroy": True, "tags": {"Environment": "production"}}), environment="staging"
        ),
    ),
)
