"""IAM: what identities may do."""

from policies.access import no_service_wildcard, not_any_key, not_everything
from policies.case import Case, Check
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import Verdict
from policies.vocabulary import every

POLICY = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"
POLICY_TYPES = (
    POLICY,
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    ROLE,
)
"""What holds a policy of an identity."""


def _held(check: Check) -> Check:
    """A check of `policy`, asked of each of them: a role may have several in `inlinePolicies`."""
    inline = every("inlinePolicies", check)

    def asked(case: Case) -> Verdict:
        return (inline if case.resource.kind == ROLE else check)(case)

    return asked


def _allow(**statement: object) -> dict[str, object]:
    return {"policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}}


def _inline(**statement: object) -> Given:
    policies = [
        {"name": "first", **_allow(Action="s3:GetObject", Resource="*")},
        {"name": "own", **_allow(**statement)},
    ]
    return Given(ROLE, "worker", {"inlinePolicies": policies})


NO_ADMIN_POLICY = Rule(
    id="iam-no-admin-policy",
    pack="hipaa",
    severity="critical",
    types=POLICY_TYPES,
    unknown_blocks=False,  # before the first apply, a policy with an ARN in it is one unknown text
    what="No policy allows every action on every resource.",
    why="Whoever gets hold of one such identity has all PHI, the keys and the audit trail.",
    fix=Fix(
        "Name the actions and the resources that are needed; NotAction with Allow allows all that it does not name.",
        python='{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [pulumi.Output.concat(bucket.arn, "/*")]}',
        yaml="Action: [s3:GetObject]\nResource: ['${bucket.arn}/*']",
    ),
    check=_held(not_everything("policy")),
    passing=(
        _allow(Action="s3:GetObject", Resource="*"),
        _allow(Action="*", Resource="arn:aws:s3:::orders/*"),
        {"policy": {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}},
        _inline(Action="*", Resource="arn:aws:s3:::orders/*"),
        Given(ROLE, "worker"),
    ),
    failing=(
        _allow(Action="*", Resource="*"),
        _allow(Action=["s3:GetObject", "*:*"], Resource=["arn:aws:s3:::orders", "*"]),
        _allow(NotAction="iam:*", Resource="*"),
        _allow(Action="*", Resource="arn:aws:*:*:*:*"),
        {"policy": {"statement": {"effect": "allow", "action": "*", "resource": "*"}}},
        {"policy": "no policy at all"},
        _inline(Action="*", Resource="*"),
    ),
)

NO_SERVICE_WILDCARD = Rule(
    id="iam-no-service-wildcard",
    pack="hipaa",
    severity="high",
    types=POLICY_TYPES,
    unknown_blocks=False,  # before the first apply, a policy with an ARN in it is one unknown text
    what="No policy allows all actions of a service.",
    why="With s3:* or kms:* comes what nobody meant to give: changing policies, switching off logs, deleting what is "
    "kept.",
    fix=Fix(
        "Name the actions, or families of them such as s3:Get*.",
        python='{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": [objects]}',
        yaml="Action: [s3:GetObject, s3:PutObject]",
    ),
    parameters=(Parameter("exceptions", [], 'Services that may be allowed as a whole, such as "xray".', "array"),),
    check=_held(no_service_wildcard("policy", "exceptions")),
    passing=(
        _allow(Action=["s3:GetObject", "s3:List*"], Resource="*"),
        {"policy": {"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}},
        example(
            Given(POLICY, "traces", _allow(Action="xray:*", Resource="*")),
            parameters={"exceptions": ["xray"]},
        ),
        _inline(Action="sqs:SendMessage", Resource="*"),
    ),
    failing=(
        _allow(Action="s3:*", Resource="arn:aws:s3:::orders/*"),
        _allow(Action=["sqs:SendMessage", "KMS:*"], Resource="*"),
        _allow(Action="s3:**", Resource="*"),
        _allow(Action="*", Resource="arn:aws:s3:::orders"),
        _allow(NotAction=["iam:*", "organizations:*"], Resource="*"),
        example(
            Given(POLICY, "traces", _allow(Action=["xray:*", "logs:*"], Resource="*")),
            parameters={"exceptions": ["xray"]},
        ),
        Given(
            "aws:iam/rolePolicy:RolePolicy",
            "worker",
            {"policy": {"statement": {"effect": "Allow", "action": "dynamodb:*", "resource": "*"}}},
        ),
        _inline(Action="dynamodb:*", Resource="*"),
    ),
)

_KEY = Given("aws:kms/key:Key", "data")
_ANY_KEY = "arn:aws:kms:us-east-1:111122223333:key/*"

NOT_ANY_KEY = Rule(
    id="iam-kms-blocked-actions",
    pack="hipaa",
    severity="high",
    types=POLICY_TYPES,
    unknown_blocks=False,  # before the first apply, a policy with an ARN in it is one unknown text
    what="No policy allows to decrypt with whatever KMS key there is.",
    why="Keys of one's own keep data apart only while nobody may use all of them.",
    fix=Fix(
        "Name the keys' ARNs, or tie the statement to an alias by the condition kms:ResourceAliases.",
        python='{"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [key.arn]}',
        yaml="Action: [kms:Decrypt]\nResource: ['${key.arn}']",
    ),
    # To encrypt again with another key (kms:ReEncryptTo) reveals nothing by itself.
    parameters=(
        Parameter("actions", ["kms:Decrypt", "kms:ReEncryptFrom"], "What must not be allowed with every key.", "array"),
    ),
    check=_held(not_any_key("policy", "actions")),
    passing=(
        example(
            _KEY, Given(POLICY, "read", _allow(Action=["kms:Decrypt", "kms:ReEncrypt*"], Resource=ref("data", "arn")))
        ),
        _allow(Action=["kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"], Resource="*"),
        _allow(
            Action="kms:Decrypt",
            Resource=_ANY_KEY,
            Condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/orders"}},
        ),
        _allow(Action="kms:Decrypt", Resource="*", Condition={"StringEquals": {"aws:ResourceTag/service": ["orders"]}}),
        example(
            _KEY,
            Given(
                POLICY,
                "read",
                {
                    "policy": {
                        "Statement": [
                            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
                            {"Effect": "Deny", "Action": "kms:*", "NotResource": ref("data", "arn")},
                        ]
                    }
                },
            ),
            note="a Deny spares one key only",
        ),
        _inline(Action="kms:Encrypt", Resource="*"),
    ),
    failing=(
        _allow(Action="kms:Decrypt", Resource="*"),
        _allow(Action="kms:*", Resource=_ANY_KEY),
        _allow(Action=["kms:ReEncrypt*"], Resource="arn:aws:kms:*:*:key/*"),
        _allow(Action="kms:D*", Resource=["arn:aws:kms:eu-*:111122223333:*"]),
        _allow(Action="*", Resource="*"),
        _allow(NotAction="iam:*", Resource="*"),
        _allow(Action="kms:Decrypt", NotResource="arn:aws:kms:us-east-1:111122223333:key/1234abcd"),
        _allow(
            Action="kms:Decrypt",
            Resource="*",
            Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
        ),
        _allow(
            Action="kms:Decrypt",
            Resource="*",
            Condition={"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/*"}},
        ),
        _allow(
            Action="kms:Decrypt",
            Resource="*",
            Condition={"ForAllValues:StringEquals": {"kms:ResourceAliases": "alias/orders"}},
        ),
        _inline(Action="kms:Decrypt", Resource="*"),
    ),
)
