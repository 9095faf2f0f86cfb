"""IAM: users who sign in to the console with a password."""

from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, items, truth
from policies import documents
from policies.asking import ask
from policies.case import Case
from policies.documents import Statement
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import PASS, Verdict, fail, unknown

PROFILE = "aws:iam/userLoginProfile:UserLoginProfile"
USER = "aws:iam/user:User"
DEVICE = "aws:iam/virtualMfaDevice:VirtualMfaDevice"
GROUP = "aws:iam/group:Group"
OF_USER = "aws:iam/userGroupMembership:UserGroupMembership"
OF_GROUP = "aws:iam/groupMembership:GroupMembership"
USER_POLICY = "aws:iam/userPolicy:UserPolicy"
GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy"
USER_ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment"
GROUP_ATTACHMENT = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"
ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment"
POLICY = "aws:iam/policy:Policy"


def _refuses_without_mfa(case: Case) -> Verdict:
    """The policy denies everything, or all but what it names, to a session without a second factor."""
    document = documents.read(case.at("policy"))
    if any(_asks_for_mfa(item) for item in document.statements):
        return PASS
    if any(item.unclear for item in document.statements):
        return unknown("whether its policy asks for a second factor is not known yet", "policy")
    return fail("its policy does not deny what comes without a second factor", "policy")


def _asks_for_mfa(statement: Statement) -> bool:
    if statement.allow or statement.unclear or not statement.every_resource or not statement.every_action:
        return False
    return bool(statement.conditions) and all(
        condition.operator in ("bool", "boolifexists")  # a session at the console always has the key
        and condition.key == "aws:multifactorauthpresent"
        and bool(condition.values)
        and all(truth(value) is False for value in condition.values)
        for condition in statement.conditions
    )


def _second_factor(case: Case) -> Verdict:
    users = case.view.targets(case.resource, "user", USER)
    if not users.found:
        if users.unclear or case.at("user") is UNKNOWN:
            return unknown("whose profile it is is not known yet", "user")
        return unknown("the user stands in another stack, and so does what is asked of it", "user")
    user = users.found[0]
    devices = case.view.linked(user, DEVICE, "virtualMfaDeviceName")
    if devices.found:
        return PASS
    holders, unclear = _policies(case, user)
    verdicts = [ask(_refuses_without_mfa, case.about(holder)) for holder in holders]
    if any(verdict.outcome == "pass" for verdict in verdicts):
        return PASS
    if unclear or devices.unclear or any(verdict.outcome == "unknown" for verdict in verdicts):
        return unknown("what is attached to the user, or to its groups, is not wholly known")
    return fail(
        "its user has no VirtualMfaDevice of that name, and no policy denies what comes without a second factor"
    )


def _policies(case: Case, user: Resource) -> tuple[list[Resource], bool]:
    """(what holds the policies of a user and of its groups, whether there may be more)"""
    view = case.view
    found: list[Resource] = []
    groups: list[Resource] = []
    memberships = ((OF_USER, "user", "groups"), (OF_GROUP, "users", "group"))
    unclear = False
    for type_, member, path in memberships:
        links = view.linked(user, type_, member)
        unclear = unclear or bool(links.unclear)
        for membership in links.found:
            named = view.targets(membership, path, GROUP).found
            groups += named
            # One that is not of this stack, or not known yet, may have the policy.
            unclear = unclear or len(named) < _how_many(membership.at(path))
    places = [(user, USER_POLICY, USER_ATTACHMENT, "user", "users")]
    places += [(group, GROUP_POLICY, GROUP_ATTACHMENT, "group", "groups") for group in groups]
    for owner, own, attached, one, many in places:
        inline = view.linked(owner, own, one)
        found += inline.found
        attachments = [view.linked(owner, attached, one), view.linked(owner, ATTACHMENT, many)]
        unclear = unclear or bool(inline.unclear) or any(links.unclear for links in attachments)
        for attachment in (item for links in attachments for item in links.found):
            policies = view.targets(attachment, "policyArn", POLICY)
            found += policies.found
            # A policy of another stack may ask for it; AWS's own never do.
            unclear = unclear or not (policies.found or _of_aws(attachment))
    return found, unclear


def _how_many(names: Any) -> int:
    return len(names) if isinstance(names, list) else int(names is not None)


def _of_aws(attachment: Resource) -> bool:
    return all(isinstance(arn, str) and ":aws:policy/" in arn for arn in items(attachment.props.get("policyArn")))


def _policy(effect: str = "Deny", **rest: object) -> dict[str, object]:
    statement = {"Effect": effect, "Resource": "*", **rest}
    return {"policy": {"Version": "2012-10-17", "Statement": [statement]}}


_WITHOUT = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
_DENY = _policy(NotAction=["iam:EnableMFADevice", "iam:ListMFADevices", "sts:GetSessionToken"], Condition=_WITHOUT)
_ANN = Given(USER, "ann")
_PROFILE = Given(PROFILE, "sign-in", {"user": ref("ann", "name")})
_STAFF = Given(GROUP, "staff")
_MEMBER = Given(OF_USER, "membership", {"user": ref("ann"), "groups": [ref("staff")]})
_ATTACHED = Given(GROUP_ATTACHMENT, "attached", {"group": ref("staff"), "policyArn": ref("second-factor", "arn")})

CONSOLE_MFA = Rule(
    id="iam-console-mfa",
    pack="hipaa",
    severity="high",
    scope="stack",
    types=(PROFILE,),
    unknown_blocks=False,  # policies and users may stand in another stack
    what="A user who signs in with a password needs a second factor.",
    why="A password alone is phished, guessed and reused; with it goes all that the user may do.",
    fix=Fix(
        "Give the user's group a policy that denies everything while aws:MultiFactorAuthPresent is false.",
        python='{"Effect": "Deny", "NotAction": ["iam:EnableMFADevice", "iam:ListMFADevices", "sts:GetSessionToken"], '
        '"Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}',
        yaml='Effect: Deny\nNotAction: [iam:EnableMFADevice, iam:ListMFADevices, sts:GetSessionToken]\nResource: "*"\n'
        'Condition: {BoolIfExists: {aws:MultiFactorAuthPresent: "false"}}',
    ),
    check=_second_factor,
    passing=(
        example(_ANN, _PROFILE, _STAFF, _MEMBER, _ATTACHED, Given(POLICY, "second-factor", _DENY)),
        example(_ANN, _PROFILE, Given(USER_POLICY, "own", {"user": ref("ann"), **_DENY})),
        example(
            _ANN,
            _PROFILE,
            _STAFF,
            Given(OF_GROUP, "all", {"group": ref("staff"), "users": [ref("ann", "name")]}),
            Given(GROUP_POLICY, "own", {"group": ref("staff"), **_policy(Action="*", Condition=_WITHOUT)}),
        ),
        example(_ANN, _PROFILE, Given(DEVICE, "phone", {"virtualMfaDeviceName": ref("ann", "name")})),
    ),
    failing=(
        example(_ANN, _PROFILE),
        example(
            _ANN,
            _PROFILE,
            _STAFF,
            _ATTACHED,
            Given(POLICY, "second-factor", _DENY),
            note="the group has the policy, and the user is not in it",
        ),
        example(
            _ANN,
            _PROFILE,
            Given(USER_POLICY, "own", {"user": ref("ann"), **_policy(Action="iam:*", Condition=_WITHOUT)}),
        ),
        example(
            _ANN,
            _PROFILE,
            Given(
                USER_POLICY,
                "own",
                {
                    "user": ref("ann"),
                    **_policy(Action="*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
                },
            ),
        ),
        example(_ANN, _PROFILE, Given(USER_POLICY, "own", {"user": ref("ann"), **_policy("Allow", Action="s3:*")})),
        example(
            _ANN,
            _PROFILE,
            Given(USER, "bob"),
            Given(DEVICE, "phone", {"virtualMfaDeviceName": ref("bob", "name")}),
            Given(USER_ATTACHMENT, "read", {"user": ref("ann"), "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ),
    ),
)
