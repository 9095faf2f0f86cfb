"""S3: the copy of a bucket in another region."""

from policies.case import Check
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.sinks import BUCKET, REPLICATION, copy_of_another, holds_phi
from policies.vocabulary import all_of, any_of, linked_by, negated, one_of, present, some, when

ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

# Of two buckets that are copied to each other, each has to send what is written to it.
_END_OF_THE_WAY = all_of(
    copy_of_another,
    negated(any_of(linked_by(REPLICATION, "bucket"), present("replicationConfiguration")), "it is copied on"),
)

_ALGORITHM = "applyServerSideEncryptionByDefault.sseAlgorithm"
_KMS = any_of(
    linked_by(ENCRYPTION, "bucket", some("rules", one_of(_ALGORITHM, "aws:kms", "aws:kms:dsse"), "not with KMS")),
    one_of(f"serverSideEncryptionConfiguration.rule.{_ALGORITHM}", "aws:kms", "aws:kms:dsse"),
)
_ENABLED = one_of("status", "Enabled")
_ENABLED_FOR_KMS = all_of(_ENABLED, one_of("sourceSelectionCriteria.sseKmsEncryptedObjects.status", "Enabled"))


def _replicated(rule: Check) -> Check:
    """By a rule of its replication, in either form."""
    lacks = "none of its rules is Enabled, and for what is encrypted with a KMS key where the bucket has one"
    return any_of(
        linked_by(
            REPLICATION,
            "bucket",
            some("rules", rule, lacks),
            lacks="no BucketReplicationConfig is attached to this bucket",
        ),
        some("replicationConfiguration.rules", rule, lacks),
    )


_BUCKET = Given(BUCKET, "orders")
_KMS_KEY = Given(
    ENCRYPTION,
    "key",
    {"bucket": ref("orders"), "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]},
)
_WITH_KMS = {"sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}}}


def _to_copy(**more: object) -> Given:
    rule = {"status": "Enabled", "destination": {"bucket": ref("copy", "arn")}, **more}
    return Given(REPLICATION, "to-copy", {"bucket": ref("orders"), "rules": [rule]})


REPLICATED = Rule(
    id="s3-replication",
    pack="hipaa",
    severity="low",
    scope="stack",
    types=(BUCKET,),
    what="A bucket with PHI is replicated, what is encrypted with a KMS key too, or is itself the copy of another.",
    why="With one copy in one region, the loss of that region, or of the bucket, is the loss of the documents.",
    fix=Fix(
        "Add a BucketReplicationConfig with an Enabled rule to a bucket in another region; both need versioning. A "
        "bucket with a KMS key needs source_selection_criteria too: S3 leaves out what is encrypted with one.",
        python=(
            'aws.s3.BucketReplicationConfig("orders", bucket=bucket.id, role=role.arn, '
            'rules=[{"status": "Enabled", "destination": {"bucket": copy.arn}, '
            '"source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}}}])'
        ),
        yaml=(
            "type: aws:s3:BucketReplicationConfig\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  role: ${role.arn}\n"
            "  rules:\n"
            "    - status: Enabled\n"
            "      destination: {bucket: '${copy.arn}'}\n"
            "      sourceSelectionCriteria: {sseKmsEncryptedObjects: {status: Enabled}}"
        ),
    ),
    check=when(
        all_of(holds_phi, negated(_END_OF_THE_WAY, "it is a copy")),
        all_of(_replicated(_ENABLED), when(_KMS, _replicated(_ENABLED_FOR_KMS))),
    ),
    passing=(
        example(
            _BUCKET,
            Given(BUCKET, "copy"),
            _to_copy(),
        ),
        {"replicationConfiguration": {"rules": [{"status": "Enabled"}]}},
        example(_BUCKET, _KMS_KEY, Given(BUCKET, "copy"), _to_copy(**_WITH_KMS)),
        {"tags": {"data-classification": "public"}},
    ),
    failing=(
        example(_BUCKET),
        example(_BUCKET, Given(REPLICATION, "off", {"bucket": ref("orders"), "rules": [{"status": "Disabled"}]})),
        example(
            _BUCKET,
            Given(BUCKET, "other"),
            Given(REPLICATION, "other", {"bucket": ref("other"), "rules": [{"status": "Enabled"}]}),
        ),
        example(
            _BUCKET,
            Given(BUCKET, "copy"),
            _to_copy(status="Disabled"),
            Given(
                REPLICATION,
                "back",
                {
                    "bucket": ref("copy"),
                    "rules": [{"status": "Enabled", "destination": {"bucket": ref("orders", "arn")}}],
                },
            ),
            note="both ways, and one of them is off",
        ),
        example(_BUCKET, _KMS_KEY, Given(BUCKET, "copy"), _to_copy(), note="it copies nothing: all is encrypted"),
    ),
)
