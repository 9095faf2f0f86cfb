"""Kinesis: streams."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import one_of

STREAM = "aws:kinesis/stream:Stream"

ENCRYPTED = Rule(
    id="kinesis-encrypted",
    pack="hipaa",
    severity="high",
    types=(STREAM,),
    what="A stream's records are encrypted with a KMS key.",
    why="A stream keeps what went through it for a day to a year, and encrypts nothing by default.",
    fix=Fix(
        'Set encryption_type to "KMS" and kms_key_id to your own key.',
        python='encryption_type="KMS", kms_key_id=key.arn',
        yaml="encryptionType: KMS\nkmsKeyId: ${key.arn}",
    ),
    check=one_of("encryptionType", "KMS"),
    passing=(
        example(
            Given("aws:kms/key:Key", "key"),
            Given(STREAM, "notes", {"encryptionType": "KMS", "kmsKeyId": ref("key", "arn")}),
        ),
        {"encryptionType": "KMS", "kmsKeyId": "alias/aws/kinesis"},
    ),
    failing=(
        {},
        {"encryptionType": "NONE"},
        {"encryptionType": None},
        {"encryptionType": "NONE", "kmsKeyId": "alias/notes"},
    ),
)
