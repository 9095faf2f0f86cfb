"""IAM: managed policies that are attached, and policies that belong to one identity only."""

from model.values import UNKNOWN, items
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import absent, by_type

ROLE = "aws:iam/role:Role"
ROLE_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
USER_ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment"
GROUP_ATTACHMENT = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"
ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment"
EXCLUSIVE = (
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
)
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
USER_POLICY = "aws:iam/userPolicy:UserPolicy"
GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy"
POLICY = "aws:iam/policy:Policy"

_PATHS = {ROLE: "managedPolicyArns", **dict.fromkeys(EXCLUSIVE, "policyArns")}


def _no_admin(case: Case) -> Verdict:
    path = _PATHS.get(case.resource.kind, "policyArn")
    value = case.at(path)
    refused = {str(name).lower() for name in case.value("policies")}
    unclear = value is UNKNOWN
    for arn in [] if unclear else items(value):
        if arn is UNKNOWN:
            unclear = True
        elif _name_of_aws(str(arn)) in refused:
            return fail(f'{path} has AWS\'s "{str(arn).rsplit("/", 1)[-1]}": attach a policy of your own', path)
    # A policy of the stack is none of AWS's, whatever its ARN will be; its document is judged by itself.
    if unclear and not case.fed(path, "aws:iam/policy:"):
        return unknown(f"which policy {path} names is not known yet", path)
    return NOT_APPLICABLE if value is None else PASS


def _name_of_aws(arn: str) -> str:
    """`administratoraccess` of `arn:aws:iam::aws:policy/AdministratorAccess`; empty where it is not a policy of AWS."""
    parts = arn.strip().lower().split(":", 5)
    return parts[5].rsplit("/", 1)[-1] if len(parts) == 6 and parts[4] == "aws" else ""


def _aws(name: str, partition: str = "aws") -> str:
    return f"arn:{partition}:iam::aws:policy/{name}"


NO_ADMIN_ATTACHED = Rule(
    id="iam-no-aws-admin-attach",
    pack="hipaa",
    severity="critical",
    types=(ROLE_ATTACHMENT, USER_ATTACHMENT, GROUP_ATTACHMENT, ATTACHMENT, *EXCLUSIVE, ROLE),
    what="None of AWS's administrator policies is attached to an identity.",
    why="They allow everything, in the account's whole future, to whoever takes the identity over.",
    fix=Fix(
        "Attach a policy of your own that names what is needed.",
        python="policy_arn=policy.arn",
        yaml="policyArn: ${policy.arn}",
    ),
    parameters=(
        Parameter(
            "policies",
            ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"],
            "Names of AWS's policies that must not be attached.",
            "array",
        ),
    ),
    check=_no_admin,
    passing=(
        {"policyArn": _aws("service-role/AWSBackupServiceRolePolicyForBackup")},
        example(Given(POLICY, "own"), Given(USER_ATTACHMENT, "ann", {"policyArn": ref("own", "arn")})),
        {"policyArn": "arn:aws:iam::111122223333:policy/PowerUserAccess"},
        Given(ROLE, "worker", {"managedPolicyArns": [_aws("ReadOnlyAccess")]}),
        Given(ROLE, "worker", {"permissionsBoundary": _aws("PowerUserAccess")}),
    ),
    failing=(
        {"policyArn": _aws("AdministratorAccess")},
        Given(USER_ATTACHMENT, "ann", {"policyArn": _aws("IAMFullAccess")}),
        Given(GROUP_ATTACHMENT, "staff", {"policyArn": _aws("PowerUserAccess", "aws-us-gov")}),
        Given(ATTACHMENT, "all", {"policyArn": _aws("AdministratorAccess"), "roles": ["worker"]}),
        Given(EXCLUSIVE[0], "worker", {"policyArns": [_aws("ReadOnlyAccess"), _aws("AdministratorAccess")]}),
        Given(ROLE, "worker", {"managedPolicyArns": [_aws("ReadOnlyAccess"), _aws("AdministratorAccess")]}),
    ),
)


def _inline(case: Case) -> Verdict:
    if case.resource.kind == ROLE_POLICY and case.value("allow_roles"):
        return PASS
    return fail("it is a policy of one identity only; a managed policy is seen, reviewed and reused in one place")


NO_INLINE = Rule(
    id="iam-no-inline",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(ROLE_POLICY, USER_POLICY, GROUP_POLICY),
    what="What identities may do stands in managed policies, not in inline ones.",
    why="An inline policy shows only where somebody looks at that one identity, and has no versions.",
    fix=Fix(
        "Make it a Policy, and attach it by its ARN.",
        python='aws.iam.RolePolicyAttachment("worker", role=role.name, policy_arn=policy.arn)',
        yaml="type: aws:iam:RolePolicyAttachment\nproperties:\n  role: ${role.name}\n  policyArn: ${policy.arn}",
    ),
    parameters=(
        Parameter(
            "allow_roles",
            False,
            "Whether a role may have one: it then belongs to that workload alone, and goes with it.",
            "boolean",
        ),
    ),
    check=_inline,
    passing=(example(Given(ROLE_POLICY, "worker"), parameters={"allow_roles": True}),),
    failing=(
        Given(ROLE_POLICY, "worker"),
        Given(USER_POLICY, "ann"),
        example(Given(GROUP_POLICY, "staff"), parameters={"allow_roles": True}),
    ),
)

_DIRECT = fail("it gives a user something directly: put the user in a group, and give it to the group")

USER_NO_POLICIES = Rule(
    id="iam-user-no-policies",
    pack="hipaa",
    severity="medium",
    types=(USER_POLICY, USER_ATTACHMENT, ATTACHMENT, EXCLUSIVE[1]),
    what="No policy is given to a user directly.",
    why="What somebody may do should end with the work that it was for; single grants are forgotten.",
    fix=Fix(
        "Attach the policy to a group or a role, and make the user a member of the group.",
        python='aws.iam.GroupPolicyAttachment("staff", group=group.name, policy_arn=policy.arn)',
        yaml="type: aws:iam:GroupPolicyAttachment\nproperties:\n  group: ${group.name}\n  policyArn: ${policy.arn}",
    ),
    check=by_type(
        {
            USER_POLICY: lambda _case: _DIRECT,
            USER_ATTACHMENT: lambda _case: _DIRECT,
            ATTACHMENT: absent("users"),
            EXCLUSIVE[1]: absent("policyArns"),
        }
    ),
    passing=(
        Given(ATTACHMENT, "staff", {"groups": ["staff"]}),
        Given(EXCLUSIVE[1], "ann", {"userName": "ann", "policyArns": []}),
    ),
    failing=(
        {"user": "ann", "name": "orders"},
        Given(USER_ATTACHMENT, "ann", {"user": "ann", "policyArn": _aws("ReadOnlyAccess")}),
        Given(ATTACHMENT, "mixed", {"groups": ["staff"], "users": ["ann"]}),
        Given(EXCLUSIVE[1], "ann", {"policyArns": [_aws("ReadOnlyAccess")]}),
    ),
)
