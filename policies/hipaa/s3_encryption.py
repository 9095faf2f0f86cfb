"""S3: how objects are encrypted at rest."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.sinks import BALANCER, BUCKET, LOGGING, access_log_sink
from policies.vocabulary import all_of, any_of, cmk, linked_by, one_of, present, unless

ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
KEY = "aws:kms/key:Key"
_SPLIT = "rules[*].applyServerSideEncryptionByDefault"
_INLINE = "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault"
_LACKS = "no BucketServerSideEncryptionConfiguration is attached to this bucket"

_BUCKET = Given(BUCKET, "orders")
_KEY = Given(KEY, "key")


def _encryption(bucket: str, **default: object) -> Given:
    rules = [{"applyServerSideEncryptionByDefault": default}]
    return Given(ENCRYPTION, f"{bucket}-encryption", {"bucket": ref(bucket), "rules": rules})


def _inline(**default: object) -> dict[str, object]:
    return {"serverSideEncryptionConfiguration": {"rule": {"applyServerSideEncryptionByDefault": default}}}


ENCRYPTION_DEFAULT = Rule(
    id="s3-encryption-default",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(BUCKET,),
    what="The program says how objects of the bucket are encrypted by default.",
    why="S3 encrypts with its own key where nothing is said; written down, a change of the key is seen and reviewed.",
    fix=Fix(
        "Add a BucketServerSideEncryptionConfiguration for the bucket with an sse_algorithm.",
        python=(
            'aws.s3.BucketServerSideEncryptionConfiguration("orders", bucket=bucket.id, '
            'rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", '
            '"kms_master_key_id": key.arn}, "bucket_key_enabled": True}])'
        ),
        yaml=(
            "type: aws:s3:BucketServerSideEncryptionConfiguration\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  rules:\n"
            "    - applyServerSideEncryptionByDefault: {sseAlgorithm: aws:kms, kmsMasterKeyId: '${key.arn}'}\n"
            "      bucketKeyEnabled: true"
        ),
    ),
    check=any_of(
        linked_by(ENCRYPTION, "bucket", present(f"{_SPLIT}.sseAlgorithm"), lacks=_LACKS),
        present(f"{_INLINE}.sseAlgorithm"),
    ),
    passing=(example(_BUCKET, _encryption("orders", sseAlgorithm="AES256")), _inline(sseAlgorithm="AES256")),
    failing=(
        example(_BUCKET),
        example(_BUCKET, Given(BUCKET, "other"), _encryption("other", sseAlgorithm="AES256")),
    ),
)

ENCRYPTION_KMS = Rule(
    id="s3-encryption-kms",
    pack="hipaa",
    severity="high",
    scope="stack",
    types=(BUCKET,),
    unknown_blocks=False,  # the key is named inside a list, next to what a first preview does not know
    what="Objects of the bucket are encrypted with a customer-managed KMS key by default.",
    why="Every decryption is then in the audit trail, and taking the key away takes away every copy of the objects.",
    fix=Fix(
        'Set sse_algorithm to "aws:kms" and kms_master_key_id to your own key.',
        python=(
            'rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", '
            '"kms_master_key_id": key.arn}, "bucket_key_enabled": True}]'
        ),
        yaml=(
            "rules:\n"
            "  - applyServerSideEncryptionByDefault: {sseAlgorithm: aws:kms, kmsMasterKeyId: '${key.arn}'}\n"
            "    bucketKeyEnabled: true"
        ),
    ),
    # S3 and load balancers can not write their access logs to a bucket whose default is a KMS key.
    check=unless(
        access_log_sink,
        any_of(
            linked_by(
                ENCRYPTION,
                "bucket",
                all_of(
                    one_of(f"{_SPLIT}.sseAlgorithm", "aws:kms", "aws:kms:dsse"),
                    cmk(f"{_SPLIT}.kmsMasterKeyId"),
                ),
                lacks=_LACKS,
            ),
            all_of(
                one_of(f"{_INLINE}.sseAlgorithm", "aws:kms", "aws:kms:dsse"),
                cmk(f"{_INLINE}.kmsMasterKeyId"),
            ),
        ),
    ),
    passing=(
        example(_BUCKET, _KEY, _encryption("orders", sseAlgorithm="aws:kms", kmsMasterKeyId=ref("key", "arn"))),
        _inline(sseAlgorithm="aws:kms:dsse", kmsMasterKeyId="alias/orders"),
        example(
            Given(BUCKET, "logs"),
            Given(BALANCER, "front", {"accessLogs": {"bucket": ref("logs"), "enabled": True}}),
            note="a load balancer writes its logs there",
        ),
    ),
    failing=(
        example(_BUCKET),
        _inline(sseAlgorithm="AES256"),
        _inline(sseAlgorithm="aws:kms"),
        _inline(sseAlgorithm="aws:kms", kmsMasterKeyId="alias/aws/s3"),
        example(
            _BUCKET,
            Given(LOGGING, "orders-logs", {"bucket": ref("orders"), "targetBucket": ref("orders")}),
            note="a bucket that logs to itself is no log bucket",
        ),
        example(
            _BUCKET,
            _KEY,
            Given(BUCKET, "other"),
            _encryption("other", sseAlgorithm="aws:kms", kmsMasterKeyId=ref("key", "arn")),
        ),
    ),
)
