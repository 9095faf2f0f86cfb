"""EC2 hosts: backups, administration without a port, and no secrets in what starts them."""

import base64
import binascii
import re

from model.values import UNKNOWN, Malformed
from policies.backup_coverage import SELECTION, in_backup_plan
from policies.case import Case, Check
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import any_of, linked_by, matches, refers_to

INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
PROFILE = "aws:iam/instanceProfile:InstanceProfile"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

IN_BACKUP_PLAN = Rule(
    id="ec2-in-backup-plan",
    pack="hipaa",
    severity="low",
    scope="stack",
    types=(INSTANCE,),
    what="An instance is in a backup plan of AWS Backup.",
    why="What a host has on its disks is gone with it, unless somebody keeps a copy.",
    fix=Fix(
        "Let a backup selection name it by its ARN or by a tag.",
        python='aws.backup.Selection("hosts", plan_id=plan.id, iam_role_arn=role.arn, resources=[host.arn])',
        yaml=(
            "type: aws:backup:Selection\n"
            "properties:\n"
            "  planId: ${plan.id}\n"
            "  iamRoleArn: ${role.arn}\n"
            "  resources: ['${host.arn}']"
        ),
    ),
    check=in_backup_plan(),
    passing=(
        example(Given(INSTANCE, "host"), Given(SELECTION, "plan", {"resources": [ref("host", "arn")]})),
        example(Given(INSTANCE, "host"), Given(SELECTION, "plan", {"resources": ["arn:aws:ec2:*:*:instance/*"]})),
    ),
    failing=(
        {},
        example(Given(INSTANCE, "host"), Given(SELECTION, "plan", {"resources": ["arn:aws:ec2:*:*:volume/*"]})),
        example(
            Given(INSTANCE, "other"),
            Given(INSTANCE, "host"),
            Given(SELECTION, "plan", {"resources": [ref("other", "arn")]}),
        ),
    ),
)

_CORE = r"AmazonSSMManagedInstanceCore|AmazonEC2RoleforSSM"


def _attached(path: str) -> Check:
    """One of the ARNs of policies there is SSM's."""

    def check(case: Case) -> Verdict:
        value = case.at(path)
        listed = value if isinstance(value, list) else [value]
        if any(isinstance(item, str) and re.search(_CORE, item, re.IGNORECASE) for item in listed):
            return PASS
        if any(item is UNKNOWN for item in listed):
            return unknown(f"{path} is not known yet", path)
        return fail(f"{path} does not name AmazonSSMManagedInstanceCore", path)

    return check


_ROLE = any_of(
    _attached("managedPolicyArns"),
    linked_by(ATTACHMENT, "role", matches("policyArn", _CORE, "it has to be AmazonSSMManagedInstanceCore")),
    linked_by("aws:iam/policyAttachment:PolicyAttachment", "roles", matches("policyArn", _CORE, "it has to be SSM's")),
    linked_by(
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "roleName", _attached("policyArns")
    ),
)
_PROFILE = refers_to("role", ROLE, _ROLE)
_SSM = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
_HOST = (
    Given(ROLE, "role"),
    Given(PROFILE, "profile", {"role": ref("role", "name")}),
    Given(INSTANCE, "host", {"iamInstanceProfile": ref("profile", "name")}),
)

SSM_MANAGED = Rule(
    id="ec2-ssm-managed",
    pack="hipaa",
    severity="low",
    scope="stack",
    types=(INSTANCE,),
    what="An instance's role lets Systems Manager manage it.",
    why="Patches and an inventory come by it, and a recorded shell that needs no open port and no SSH key.",
    fix=Fix(
        "Attach AmazonSSMManagedInstanceCore to the role of the instance profile.",
        python=f'aws.iam.RolePolicyAttachment("ssm", role=role.name, policy_arn="{_SSM}")',
        yaml=f"type: aws:iam:RolePolicyAttachment\nproperties:\n  role: ${{role.name}}\n  policyArn: {_SSM}",
    ),
    check=any_of(
        refers_to("iamInstanceProfile", PROFILE, _PROFILE),
        refers_to(
            "launchTemplate.id",
            TEMPLATE,
            any_of(
                refers_to("iamInstanceProfile.name", PROFILE, _PROFILE),
                refers_to("iamInstanceProfile.arn", PROFILE, _PROFILE),
            ),
        ),
    ),
    passing=(
        example(*_HOST, Given(ATTACHMENT, "ssm", {"role": ref("role", "name"), "policyArn": _SSM})),
        example(
            Given(ROLE, "role", {"managedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess", _SSM]}), *_HOST[1:]
        ),
    ),
    failing=(
        {},
        example(*_HOST),
        example(*_HOST, Given(ROLE, "other"), Given(ATTACHMENT, "ssm", {"role": ref("other"), "policyArn": _SSM})),
        example(
            *_HOST,
            Given(ATTACHMENT, "a", {"role": ref("role"), "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ),
    ),
)

_SECRETS = (
    (re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"), "the id of an access key"),
    (re.compile(r"secret_?access_?key\W{0,8}[=:]\W{0,4}[A-Za-z0-9/+]{40}\b", re.IGNORECASE), "a secret access key"),
    (re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----"), "a private key"),
)


def _no_secrets(case: Case) -> Verdict:
    properties = ("userData",) if case.resource.kind == TEMPLATE else ("userData", "userDataBase64")
    verdict, unclear = NOT_APPLICABLE, ""
    for name in properties:
        value = case.at(name)
        if value is None:
            continue
        if value is UNKNOWN:
            unclear = name
            continue
        if not isinstance(value, str):
            raise Malformed(name, "a text is expected")
        verdict = PASS
        for text in (value, _decoded(value)):
            for pattern, what in _SECRETS:
                if pattern.search(text):
                    return fail(f"{name} holds {what}", name)
    return unknown(f"{unclear} is not known yet", unclear) if unclear else verdict


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


# The key that AWS's own documentation shows; it opens nothing.
_SCRIPT = "#!/bin/sh\nexport AWS_ACCESS_KEY_ID=" + "AKIA" + "IOSFODNN7EXAMPLE\n"

NO_SECRETS = Rule(
    id="ec2-no-userdata-secrets",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(INSTANCE, TEMPLATE, CONFIGURATION),
    unknown_blocks=False,  # names of other resources stand in it, which are not known before the first apply
    what="What starts a host (user data) holds no access key and no private key.",
    why="Every process on the host reads it from the metadata service, and everyone who may describe the host.",
    fix=Fix(
        "Take keys from the instance's role, and other secrets from Secrets Manager at the start.",
        python='user_data="#!/bin/sh\\naws secretsmanager get-secret-value --secret-id service"',
        yaml='userData: "#!/bin/sh\\naws secretsmanager get-secret-value --secret-id service"',
    ),
    check=_no_secrets,
    passing=(
        {"userData": "#!/bin/sh\nyum -y update"},
        {},
        {"userDataBase64": base64.b64encode(b"#!/bin/sh\nyum -y update").decode()},
    ),
    failing=(
        {"userData": _SCRIPT},
        {"userDataBase64": base64.b64encode(_SCRIPT.encode()).decode()},
        Given(TEMPLATE, "template", {"userData": base64.b64encode(_SCRIPT.encode()).decode()}),
        Given(CONFIGURATION, "old", {"userData": f"aws_secret_access_key = {'a1B2' * 10}"}),
        {"userData": "cat > key <<X\n-----BEGIN RSA " + "PRIVATE KEY-----\n"},
    ),
)
