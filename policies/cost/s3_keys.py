"""S3: what the encryption of objects costs."""

from policies.examples import Given
from policies.rule import Fix, Rule
from policies.vocabulary import by_type, every, one_of, true, when

BUCKET = "aws:s3/bucket:Bucket"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

# aws:kms:dsse has no bucket keys, and S3's own encryption needs none.
_WITH_KEY = when(one_of("applyServerSideEncryptionByDefault.sseAlgorithm", "aws:kms"), true("bucketKeyEnabled"))


def _rule(algorithm: str, **rest: object) -> dict[str, object]:
    return {"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm}, **rest}


BUCKET_KEY = Rule(
    id="cost-s3-bucket-key",
    pack="cost",
    severity="medium",
    types=(ENCRYPTION, BUCKET),
    what="A bucket that is encrypted with a KMS key has a bucket key.",
    why="Without it every read and write of an object is a request to KMS that is paid for; with it S3 asks once in a "
    "while. What is in the audit trail is then the bucket, not the object.",
    fix=Fix(
        "Set bucket_key_enabled beside the algorithm.",
        python=(
            'rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": '
            'key.arn}, "bucket_key_enabled": True}]'
        ),
        yaml=(
            "rules:\n"
            "  - applyServerSideEncryptionByDefault: {sseAlgorithm: aws:kms, kmsMasterKeyId: '${key.arn}'}\n"
            "    bucketKeyEnabled: true"
        ),
    ),
    check=by_type(
        {ENCRYPTION: every("rules", _WITH_KEY), BUCKET: every("serverSideEncryptionConfiguration.rule", _WITH_KEY)}
    ),
    passing=(
        {"rules": [_rule("aws:kms", bucketKeyEnabled=True)]},
        {"rules": [_rule("AES256")]},
        {"rules": [_rule("aws:kms:dsse")]},
        Given(BUCKET, "orders", {}),
        Given(BUCKET, "orders", {"serverSideEncryptionConfiguration": {"rule": _rule("AES256")}}),
    ),
    failing=(
        {"rules": [_rule("aws:kms")]},
        {"rules": [_rule("aws:kms", bucketKeyEnabled=False)]},
        {"rules": _rule("aws:kms", bucketKeyEnabled="false")},
        {"rules": [_rule("aws:kms", bucketKeyEnabled=None)]},
        Given(BUCKET, "orders", {"serverSideEncryptionConfiguration": {"rule": _rule("aws:kms")}}),
    ),
)
