"""IAM: what identities may do."""

from policies.access import not_everything
from policies.rule import Fix, Rule

POLICY = "aws:iam/policy:Policy"
POLICY_TYPES = (
    POLICY,
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
)


def _allow(**statement: object) -> dict[str, object]:
    return {"policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}}


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
    check=not_everything("policy"),
    passing=(
        _allow(Action="s3:GetObject", Resource="*"),
        _allow(Action="*", Resource="arn:aws:s3:::orders/*"),
        {"policy": {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}},
    ),
    failing=(
        _allow(Action="*", Resource="*"),
        _allow(Action=["s3:GetObject", "*:*"], Resource=["arn:aws:s3:::orders", "*"]),
        _allow(NotAction="iam:*", Resource="*"),
        _allow(Action="*", Resource="arn:aws:*:*:*:*"),
        {"policy": {"statement": {"effect": "allow", "action": "*", "resource": "*"}}},
        {"policy": "no policy at all"},
    ),
)
