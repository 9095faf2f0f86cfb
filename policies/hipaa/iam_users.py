"""IAM: users and the groups that they are in."""

from model.values import UNKNOWN
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import any_of, by_type, linked_by, one_of, present

USER = "aws:iam/user:User"
GROUP = "aws:iam/group:Group"
ACCESS_KEY = "aws:iam/accessKey:AccessKey"
OF_USER = "aws:iam/userGroupMembership:UserGroupMembership"
OF_GROUP = "aws:iam/groupMembership:GroupMembership"

_ANN = Given(USER, "ann")
_BOB = Given(USER, "bob")
_STAFF = Given(GROUP, "staff", {"name": "staff"})
_OTHER = Given(GROUP, "other")

IN_GROUP = Rule(
    id="iam-user-in-group",
    pack="hipaa",
    severity="low",
    scope="stack",
    types=(USER,),
    what="Every user is in a group.",
    why="Roles are given to groups; a user outside of all is given things one by one, and keeps them.",
    fix=Fix(
        "Add a UserGroupMembership for the user.",
        python='aws.iam.UserGroupMembership("ann", user=user.name, groups=[group.name])',
        yaml="type: aws:iam:UserGroupMembership\nproperties:\n  user: ${user.name}\n  groups: ['${group.name}']",
    ),
    check=any_of(
        linked_by(OF_USER, "user", present("groups"), lacks="no UserGroupMembership is about this user"),
        linked_by(OF_GROUP, "users", lacks="no GroupMembership names it"),
    ),
    passing=(
        example(_ANN, _STAFF, Given(OF_USER, "ann-groups", {"user": ref("ann"), "groups": [ref("staff")]})),
        example(_ANN, _STAFF, Given(OF_GROUP, "all", {"group": ref("staff"), "users": [ref("ann", "name")]})),
    ),
    failing=(
        example(_ANN),
        example(_ANN, _STAFF, Given(OF_USER, "ann-groups", {"user": ref("ann"), "groups": []})),
        example(_ANN, _BOB, _STAFF, Given(OF_USER, "bob-groups", {"user": ref("bob"), "groups": [ref("staff")]})),
        example(_ANN, _BOB, _STAFF, Given(OF_GROUP, "all", {"group": ref("staff"), "users": [ref("bob")]})),
    ),
)

HAS_USERS = Rule(
    id="iam-group-has-users",
    pack="hipaa",
    severity="low",
    scope="stack",
    types=(GROUP,),
    what="Every group has a member.",
    why="A group that nobody is in hides what it was meant for, until somebody is put in it by mistake.",
    fix=Fix(
        "Add a GroupMembership with users, or remove the group.",
        python='aws.iam.GroupMembership("staff", group=group.name, users=[user.name])',
        yaml="type: aws:iam:GroupMembership\nproperties:\n  group: ${group.name}\n  users: ['${user.name}']",
    ),
    check=any_of(
        linked_by(OF_GROUP, "group", present("users"), lacks="no GroupMembership is about this group"),
        linked_by(OF_USER, "groups", lacks="no UserGroupMembership names it"),
    ),
    passing=(
        example(_STAFF, _ANN, Given(OF_GROUP, "all", {"group": ref("staff"), "users": [ref("ann")]})),
        example(_STAFF, _ANN, Given(OF_USER, "ann-groups", {"user": ref("ann"), "groups": [ref("staff", "name")]})),
    ),
    failing=(
        example(_STAFF),
        example(_STAFF, Given(OF_GROUP, "all", {"group": ref("staff"), "users": []})),
        example(_STAFF, _OTHER, _ANN, Given(OF_GROUP, "all", {"group": ref("other"), "users": [ref("ann")]})),
        example(_STAFF, _OTHER, _ANN, Given(OF_USER, "ann-groups", {"user": ref("ann"), "groups": [ref("other")]})),
    ),
)


def _allowed(case: Case) -> Verdict:
    """Whether it is, or belongs to, a user of the parameter `allowed`."""
    allowed = {str(name).lower() for name in case.value("allowed")}
    if case.resource.kind == USER:
        names = [case.resource.name, case.at("name")]
    else:
        users = case.view.targets(case.resource, "user", USER).found
        names = [name for user in users for name in (user.name, user.at("name"))] or [case.at("user")]
    if any(isinstance(name, str) and name.lower() in allowed for name in names):
        return PASS
    if allowed and any(name is UNKNOWN for name in names):
        return unknown("whose it is is not known yet")
    if case.resource.kind == USER:
        return fail("it is an IAM user: people sign in through an identity provider, and workloads have roles")
    return fail("it is a key that works until somebody takes it back: workloads have roles, whose keys last for hours")


NO_USERS = Rule(
    id="iam-no-users",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(USER, ACCESS_KEY),
    what="A stack has neither IAM users nor access keys.",
    why="Static keys end up in repositories and laptops, and nobody rotates them; what roles get expires by itself.",
    fix=Fix(
        "Give the workload a Role, and people access through IAM Identity Center.",
        python='aws.iam.Role("worker", assume_role_policy=trust)',
        yaml="type: aws:iam:Role\nproperties:\n  assumeRolePolicy: ${trust}",
    ),
    parameters=(
        Parameter("allowed", [], "Users for whom there is no other way, such as SMTP credentials of SES.", "array"),
    ),
    # A key that is switched off opens nothing; it is how one is taken out of use.
    check=by_type({USER: _allowed, ACCESS_KEY: any_of(one_of("status", "Inactive"), _allowed)}),
    passing=(
        Given(ACCESS_KEY, "old", {"user": "smtp", "status": "Inactive"}),
        example(
            Given(USER, "smtp"),
            Given(ACCESS_KEY, "smtp-key", {"user": ref("smtp", "name")}),
            Given(ACCESS_KEY, "second", {"user": "smtp"}),
            parameters={"allowed": ["smtp"]},
        ),
    ),
    failing=(
        _ANN,
        Given(USER, "deploy", {"name": "ci"}),
        Given(ACCESS_KEY, "deploy", {"user": "deploy"}),
        Given(ACCESS_KEY, "deploy", {"user": "deploy", "status": "Active"}),
        example(_ANN, Given(ACCESS_KEY, "key", {"user": ref("ann")}), parameters={"allowed": ["smtp"]}),
    ),
)
