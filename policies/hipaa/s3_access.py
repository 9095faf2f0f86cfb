"""S3: what makes objects public."""

from policies.access import not_public
from policies.declared import declares
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.sinks import BUCKET
from policies.vocabulary import all_of, by_type, linked_by, no_match, none_of, not_false, one_of, true, unless

ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
ACCESS_POINT = "aws:s3/accessPoint:AccessPoint"
ACCESS_POINT_POLICY = "aws:s3control/accessPointPolicy:AccessPointPolicy"
ACL = "aws:s3/bucketAcl:BucketAcl"
OBJECT = "aws:s3/bucketObject:BucketObject"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"

_NAMES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_FLAGS = all_of(*(true(name) for name in _NAMES))
_ON = dict.fromkeys(_NAMES, True)
_FLAGS_FIX = Fix(
    "Set all four flags to true.",
    python="block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True",
    yaml="blockPublicAcls: true\nblockPublicPolicy: true\nignorePublicAcls: true\nrestrictPublicBuckets: true",
)
_BUCKET = Given(BUCKET, "orders")

BLOCK_FLAGS = Rule(
    id="s3-pab-flags",
    pack="hipaa",
    severity="critical",
    types=(ACCESS_BLOCK,),
    what="A bucket's public access block has all four flags on.",
    why="Each flag closes one way to publish a bucket; three of four leave one open.",
    fix=_FLAGS_FIX,
    check=_FLAGS,
    passing=(_ON,),
    failing=({}, *({**_ON, name: False} for name in _NAMES), {"blockPublicAcls": True}),
)

ACCOUNT_BLOCKED = Rule(
    id="s3-account-pab",
    pack="hipaa",
    severity="high",
    scope="account",
    once=True,
    types=(ACCOUNT_BLOCK,),
    what="The account's public access block has all four flags on.",
    why="It also stops the bucket that somebody makes by hand, or in another stack.",
    fix=_FLAGS_FIX,
    check=declares(ACCOUNT_BLOCK, _FLAGS, lacks="the stack declares no AccountPublicAccessBlock"),
    passing=(_ON,),
    failing=(example(), {**_ON, "ignorePublicAcls": False}, {}),
)

_PUBLIC = ("public-read", "public-read-write", "authenticated-read")
_EVERYBODY = r"/groups/global/(AllUsers|AuthenticatedUsers)$"
_ASKS = "it must not be a group of everybody (AllUsers, AuthenticatedUsers)"
_ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
_LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"


def _grants(uri: str) -> dict[str, object]:
    return {"accessControlPolicy": {"grants": [{"permission": "READ", "grantee": {"type": "Group", "uri": uri}}]}}


NO_PUBLIC_ACL = Rule(
    id="s3-no-public-acl",
    pack="hipaa",
    severity="critical",
    types=(ACL, BUCKET, OBJECT),
    what="No ACL gives a bucket or an object to everybody.",
    why='A canned ACL such as "public-read" publishes objects outright; "authenticated-read" means any AWS account.',
    fix=Fix(
        'Leave the ACL out, or use "private"; give access by a bucket policy that names who.',
        python='acl="private"',
        yaml="acl: private",
    ),
    check=by_type(
        {
            ACL: all_of(
                none_of("acl", *_PUBLIC), no_match("accessControlPolicy.grants[*].grantee.uri", _EVERYBODY, _ASKS)
            ),
            BUCKET: all_of(none_of("acl", *_PUBLIC), no_match("grants[*].uri", _EVERYBODY, _ASKS)),
            OBJECT: none_of("acl", *_PUBLIC),
        }
    ),
    passing=(
        {"acl": "private"},
        {},
        _grants(_LOG_DELIVERY),
        Given(BUCKET, "orders", {"acl": "log-delivery-write"}),
        Given(OBJECT, "page", {"acl": "private"}),
    ),
    failing=(
        {"acl": "public-read"},
        {"acl": "Authenticated-Read"},
        _grants(_ALL_USERS),
        Given(BUCKET, "orders", {"acl": "public-read-write"}),
        Given(BUCKET, "orders", {"grants": [{"type": "Group", "permissions": ["READ"], "uri": _ALL_USERS}]}),
        Given(OBJECT, "page", {"acl": "public-read"}),
    ),
)


def _ownership(bucket: str, how: str) -> Given:
    return Given(OWNERSHIP, f"{bucket}-owner", {"bucket": ref(bucket), "rule": {"objectOwnership": how}})


ACLS_DISABLED = Rule(
    id="s3-acls-disabled",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(BUCKET,),
    what="ACLs are switched off: the bucket's owner owns every object.",
    why="Who may read is then said in one place, the policy, and an object can not be given away one by one.",
    fix=Fix(
        'Add BucketOwnershipControls for the bucket with "BucketOwnerEnforced", and remove its ACLs.',
        python=(
            'aws.s3.BucketOwnershipControls("orders", bucket=bucket.id, '
            'rule={"object_ownership": "BucketOwnerEnforced"})'
        ),
        yaml=(
            "type: aws:s3:BucketOwnershipControls\n"
            "properties:\n"
            "  bucket: ${bucket.id}\n"
            "  rule:\n"
            "    objectOwnership: BucketOwnerEnforced"
        ),
    ),
    # S3's own default since April 2023; older buckets keep theirs, and only what is declared is put back.
    # CloudFront's standard logs come with an ACL and need them.
    check=unless(
        linked_by(DISTRIBUTION, "loggingConfig.bucket"),
        linked_by(
            OWNERSHIP,
            "bucket",
            one_of("rule.objectOwnership", "BucketOwnerEnforced"),
            lacks="no BucketOwnershipControls are attached to this bucket",
        ),
    ),
    passing=(
        example(_BUCKET, _ownership("orders", "BucketOwnerEnforced")),
        example(
            Given(BUCKET, "logs"),
            Given(DISTRIBUTION, "edge", {"loggingConfig": {"bucket": ref("logs", "bucketDomainName")}}),
        ),
    ),
    failing=(
        example(_BUCKET),
        example(_BUCKET, _ownership("orders", "BucketOwnerPreferred")),
        example(_BUCKET, Given(BUCKET, "other"), _ownership("other", "BucketOwnerEnforced")),
    ),
)


def _allow(principal: object, **rest: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*", **rest}
    return {"policy": {"Version": "2012-10-17", "Statement": [statement]}}


_ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}

POLICY_NOT_PUBLIC = Rule(
    id="s3-policy-not-public",
    pack="hipaa",
    severity="critical",
    types=(POLICY, BUCKET, ACCESS_POINT, ACCESS_POINT_POLICY),
    unknown_blocks=False,  # policies hold ARNs that a first preview does not know
    what="No policy of a bucket or an access point allows anything to everybody.",
    why='The principal "*" without a condition that limits who is the same as publishing the objects.',
    fix=Fix(
        "Name the accounts, roles or services, or add a condition such as aws:PrincipalOrgID.",
        python='{"Effect": "Allow", "Principal": {"AWS": reader.arn}, "Action": "s3:GetObject"}',
        yaml="Principal: {AWS: '${reader.arn}'}",
    ),
    check=not_public("policy"),
    passing=(
        _allow({"AWS": "arn:aws:iam::111122223333:role/reader"}),
        _allow("*", Condition=_ORGANISATION),
        _allow("*", Effect="Deny"),
        Given(BUCKET, "orders", {}),
    ),
    failing=(
        _allow("*"),
        _allow({"AWS": ["arn:aws:iam::111122223333:root", "*"]}),
        _allow("*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        Given(BUCKET, "orders", _allow("*")),
        Given(ACCESS_POINT, "readers", _allow("*")),
    ),
)

ACCESS_POINT_BLOCK = Rule(
    id="s3-access-point-pab",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(ACCESS_POINT,),
    what="An access point's public access block has no flag off.",
    why="An access point has a setting of its own beside the bucket's, and it can not be changed afterwards.",
    fix=Fix(
        "Leave public_access_block_configuration out (all flags are on by default), or set none to false.",
        python='public_access_block_configuration={"block_public_acls": True}',
        yaml="publicAccessBlockConfiguration:\n  blockPublicAcls: true",
    ),
    check=all_of(*(not_false(f"publicAccessBlockConfiguration.{name}") for name in _NAMES)),
    passing=({}, {"publicAccessBlockConfiguration": _ON}, {"publicAccessBlockConfiguration": {}}),
    failing=tuple({"publicAccessBlockConfiguration": {**_ON, name: False}} for name in _NAMES),
)
