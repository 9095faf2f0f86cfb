"""S3: buckets and their split resources."""

from policies.access import tls_only
from policies.examples import Given, example, joined, ref
from policies.rule import Fix, Rule
from policies.vocabulary import all_of, any_of, linked_by, one_of, true

BUCKET = "aws:s3/bucket:Bucket"
ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"

_BUCKET = Given(BUCKET, "orders")
_CLOSED = {
    "bucket": ref("orders"),
    "blockPublicAcls": True,
    "blockPublicPolicy": True,
    "ignorePublicAcls": True,
    "restrictPublicBuckets": True,
}
_FLAGS = all_of(
    true("blockPublicAcls"), true("blockPublicPolicy"), true("ignorePublicAcls"), true("restrictPublicBuckets")
)

BLOCK_PUBLIC_ACCESS = Rule(
    id="s3-block-public-access",
    pack="hipaa",
    severity="critical",
    scope="stack",
    types=(BUCKET,),
    what="Every bucket has a public access block with all four flags on.",
    why="One wrong ACL or policy otherwise publishes every document in the bucket.",
    fix=Fix(
        "Add a BucketPublicAccessBlock for the bucket with all four flags true.",
        python=(
            'aws.s3.BucketPublicAccessBlock("orders", bucket=bucket.id, block_public_acls=True, '
            "block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True)"
        ),
        yaml=(
            "type: aws:s3:BucketPublicAccessBlock\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  blockPublicAcls: true\n"
            "  blockPublicPolicy: true\n"
            "  ignorePublicAcls: true\n"
            "  restrictPublicBuckets: true"
        ),
    ),
    check=linked_by(ACCESS_BLOCK, "bucket", _FLAGS, lacks="no BucketPublicAccessBlock is attached to this bucket"),
    passing=(example(_BUCKET, Given(ACCESS_BLOCK, "orders-block", _CLOSED)),),
    failing=(
        example(_BUCKET),
        example(_BUCKET, Given(ACCESS_BLOCK, "orders-block", {**_CLOSED, "ignorePublicAcls": False})),
        example(
            Given(BUCKET, "other"),
            Given(ACCESS_BLOCK, "other-block", {**_CLOSED, "bucket": ref("other")}),
            _BUCKET,
            note="the block is on another bucket",
        ),
    ),
)

_TLS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [ref("orders", "arn"), joined(ref("orders", "arn"), "/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}
_OBJECTS_ONLY = {
    "Statement": {**_TLS["Statement"][0], "Resource": joined(ref("orders", "arn"), "/*")}  # type: ignore[dict-item]
}

TLS_ONLY = Rule(
    id="s3-tls-only",
    pack="hipaa",
    severity="high",
    scope="stack",
    types=(BUCKET,),
    unknown_blocks=False,  # before the first apply, the policy is one unknown text
    what="The bucket's policy denies every request that does not use TLS.",
    why="S3 still answers plain HTTP, and a presigned link copied as http:// carries PHI in clear text.",
    fix=Fix(
        "Add a BucketPolicy that denies s3:* to everyone on the bucket and its objects when aws:SecureTransport is "
        "false.",
        python=(
            'aws.s3.BucketPolicy("orders", bucket=bucket.id, policy=pulumi.Output.json_dumps({"Version": "2012-10-17", '
            '"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [bucket.arn, '
            'pulumi.Output.concat(bucket.arn, "/*")], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}))'
        ),
        yaml=(
            "type: aws:s3:BucketPolicy\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  policy:\n"
            "    fn::toJSON:\n"
            '      Version: "2012-10-17"\n'
            "      Statement:\n"
            "        - Effect: Deny\n"
            '          Principal: "*"\n'
            "          Action: s3:*\n"
            "          Resource: ['${bucket.arn}', '${bucket.arn}/*']\n"
            '          Condition: {Bool: {aws:SecureTransport: "false"}}'
        ),
    ),
    check=any_of(
        linked_by(
            POLICY,
            "bucket",
            tls_only("policy", "s3:*", objects=True),
            lacks="no BucketPolicy is attached to this bucket",
        ),
        tls_only("policy", "s3:*", objects=True),
    ),
    passing=(
        example(_BUCKET, Given(POLICY, "orders-policy", {"bucket": ref("orders"), "policy": _TLS})),
        Given(BUCKET, "orders", {"policy": {"Statement": {**_TLS["Statement"][0], "Resource": "*"}}}),  # type: ignore[dict-item]
    ),
    failing=(
        example(_BUCKET),
        example(
            _BUCKET,
            Given(POLICY, "orders-policy", {"bucket": ref("orders"), "policy": _OBJECTS_ONLY}),
            note="the objects only, not the bucket",
        ),
    ),
)

KEPT_VERSIONS = Rule(
    id="s3-versioning",
    pack="hipaa",
    severity="high",
    scope="stack",
    types=(BUCKET,),
    what="Every bucket keeps the versions of its objects.",
    why="What is overwritten or deleted by mistake, or by an attacker, can be had back only from an older version.",
    fix=Fix(
        'Add a BucketVersioning for the bucket with the status "Enabled".',
        python=('aws.s3.BucketVersioning("orders", bucket=bucket.id, versioning_configuration={"status": "Enabled"})'),
        yaml=(
            "type: aws:s3:BucketVersioning\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  versioningConfiguration:\n"
            "    status: Enabled"
        ),
    ),
    check=any_of(
        linked_by(
            VERSIONING,
            "bucket",
            one_of("versioningConfiguration.status", "Enabled"),
            lacks="no BucketVersioning is attached to this bucket",
        ),
        true("versioning.enabled"),
    ),
    passing=(
        example(
            _BUCKET,
            Given(
                VERSIONING,
                "orders-versions",
                {"bucket": ref("orders"), "versioningConfiguration": {"status": "Enabled"}},
            ),
        ),
        {"versioning": {"enabled": True}},
    ),
    failing=(
        example(_BUCKET),
        example(
            _BUCKET,
            Given(
                VERSIONING,
                "orders-versions",
                {"bucket": ref("orders"), "versioningConfiguration": {"status": "Suspended"}},
            ),
        ),
    ),
)
