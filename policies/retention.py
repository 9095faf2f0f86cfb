"""How long a bucket or a log group keeps what is written to it."""

from model.values import number
from policies.case import Case, Check
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import absent, all_of, any_of, at_least, every, linked_by, negated, one_of, param, true, when

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
OBJECT_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"

_DAYS_A_YEAR = 366
"""Six years of a lock count as six years, leap days or not."""


def bucket_keeps(days: str) -> Check:
    """No lifecycle rule of the bucket deletes earlier than the parameter `days` says, or a lock holds as long."""

    def locked(prefix: str) -> Check:
        def check(case: Case) -> Verdict:
            in_days, in_years = number(case.at(f"{prefix}.days")), number(case.at(f"{prefix}.years"))
            held = max(in_days or 0, (in_years or 0) * _DAYS_A_YEAR)
            return PASS if held >= case.value(days) else fail(f"it is not locked for {case.value(days)} days", prefix)

        return check

    late = all_of(at_least("expiration.days", param(days), or_absent=True), absent("expiration.date"))
    split = linked_by(LIFECYCLE, "bucket", every("rules", when(one_of("status", "Enabled"), late), empty=PASS))
    nothing = negated(linked_by(LIFECYCLE, "bucket"), "a lifecycle configuration is attached")
    inline = every("lifecycleRules", when(true("enabled"), late), empty=PASS)
    return any_of(
        linked_by(OBJECT_LOCK, "bucket", locked("rule.defaultRetention")),
        locked("objectLockConfiguration.rule.defaultRetention"),
        all_of(any_of(_applies(split), nothing), inline),
    )


def _applies(check: Check) -> Check:
    """Rules that are all disabled delete nothing."""

    def asked(case: Case) -> Verdict:
        verdict = check(case)
        return PASS if verdict.outcome == "not_applicable" else verdict

    return asked


def group_keeps(days: str) -> Check:
    """The log group keeps its events as long as the parameter `days` says; without a number it keeps them for ever."""
    return any_of(at_least("retentionInDays", param(days), or_absent=True), one_of("retentionInDays", 0))
