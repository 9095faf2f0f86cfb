"""Systems Manager: parameters, documents and patches."""

from collections.abc import Mapping

from model.resource import tag_key
from model.values import UNKNOWN, Malformed, UnknownMet, items
from policies.asking import ask
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.vocabulary import all_of, any_of, cmk, matches, one_of, present, when
from policies.words import named_like

PARAMETER = "aws:ssm/parameter:Parameter"
DOCUMENT = "aws:ssm/document:Document"
ASSOCIATION = "aws:ssm/association:Association"
BASELINE = "aws:ssm/patchBaseline:PatchBaseline"
TASK = "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask"
MACHINES = ("aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate", "aws:autoscaling/group:Group")


def _secret(case: Case) -> Verdict:
    """By a word of its name, or since it is a SecureString already. Raises UnknownMet."""
    secure = one_of("type", "SecureString")(case)
    return PASS if secure.outcome == "pass" or named_like(case, case.value("words")) else secure


SECURE = Rule(
    id="ssm-parameter-secure",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(PARAMETER,),
    what="A parameter that holds a secret is a SecureString, encrypted with a customer-managed key.",
    why="A plain parameter is read by everybody who may read any of them, and it stands in the console.",
    fix=Fix(
        'Set type to "SecureString" and key_id to your own key; or keep the secret in Secrets Manager.',
        python='type="SecureString", key_id=key.id',
        yaml="type: SecureString\nkeyId: ${key.id}",
    ),
    parameters=(
        Parameter(
            "words",
            [
                "password",
                "passwd",
                "passphrase",
                "secret",
                "token",
                "credential",
                "api-key",
                "apikey",
                "access-key",
                "private-key",
                "connection-string",
            ],
            "Words of a name, also in the plural, that make its value a secret.",
            "array",
        ),
    ),
    # Without a key, SSM takes AWS's own (alias/aws/ssm), which everybody in the account may use.
    check=when(_secret, all_of(one_of("type", "SecureString"), cmk("keyId"))),
    passing=(
        example(
            Given("aws:kms/key:Key", "key"),
            Given(PARAMETER, "database", {"name": "/db/password", "type": "SecureString", "keyId": ref("key")}),
        ),
        {"name": "/orders/size", "type": "String", "value": "20"},
        {"name": "/nlp/tokenizer", "type": "String", "value": "v2"},
    ),
    failing=(
        {"name": "/orders/database/password", "type": "String"},
        {"name": "/orders/ApiKey", "type": "StringList"},
        {"name": "/orders/api_key", "type": "SecureString"},
        {"name": "/orders/partner-tokens", "type": "SecureString", "keyId": "alias/aws/ssm"},
        {"name": "/orders/size", "type": "SecureString", "keyId": ""},
        {"name": "/orders/size", "type": "SecureString", "keyId": None},
        Given(PARAMETER, "databasePassword", {"type": "String"}),
    ),
)


def _shared_with_all(case: Case) -> Verdict:
    permissions = case.at("permissions")
    if permissions is None:
        return PASS
    if permissions is UNKNOWN:
        raise UnknownMet("permissions")
    if not isinstance(permissions, Mapping):
        raise Malformed("permissions", "an object is expected")
    for key, value in permissions.items():
        if tag_key(str(key)) != "accountids":  # account_ids, as the provider has it, or accountIds
            continue
        for item in items(value):
            if item is UNKNOWN:
                raise UnknownMet("permissions")
            if "all" in (part.strip().lower() for part in str(item).split(",")):
                return fail('it is shared with "All": name the accounts', "permissions")
    return PASS


def _shared(*accounts: str) -> dict[str, object]:
    return {"permissions": {"type": "Share", "account_ids": ",".join(accounts)}}


NOT_PUBLIC = Rule(
    id="ssm-document-public",
    pack="hipaa",
    severity="high",
    types=(DOCUMENT,),
    what="No document is shared with every AWS account.",
    why="A runbook says how the service is built and where its weak places are, and may have credentials inside.",
    fix=Fix(
        "Name the accounts in permissions, or leave it out.",
        python='permissions={"type": "Share", "account_ids": "111122223333"}',
        yaml='permissions: {type: Share, account_ids: "111122223333"}',
    ),
    check=_shared_with_all,
    passing=({}, {"permissions": None}, _shared("111122223333"), _shared("111122223333", "444455556666")),
    failing=(
        _shared("All"),
        _shared("all"),
        _shared("111122223333", " All"),
        {"permissions": {"type": "Share", "accountIds": "All"}},
    ),
)

_INSTALLS = one_of("parameters.Operation", "Install")
_PATCHES = any_of(
    all_of(
        matches("name", "^AWS-RunPatchBaseline", "it has to be AWS-RunPatchBaseline"),
        _INSTALLS,
        present("scheduleExpression"),
    ),
    all_of(
        matches("name", "^AWS-PatchInstanceWithRollback$", "it has to be a document that patches"),
        present("scheduleExpression"),
    ),
)
_TASK = matches("taskArn", "AWS-(RunPatchBaseline|PatchInstanceWithRollback)", "it has to be a document that patches")


def _patched(case: Case) -> Verdict:
    if not case.view.of(*MACHINES):
        return NOT_APPLICABLE
    declared = [(item, _PATCHES) for item in case.view.of(ASSOCIATION)]
    declared += [(item, _TASK) for item in case.view.of(TASK)]
    verdicts = [ask(check, case.about(item)) for item, check in declared]
    if case.view.of(BASELINE) or any(verdict.outcome == "pass" for verdict in verdicts):
        return PASS
    if any(verdict.outcome == "unknown" for verdict in verdicts):
        raise UnknownMet("name")
    return fail("the stack has machines, and no Association that patches them by a schedule, nor a PatchBaseline")


_MACHINE = Given(MACHINES[0], "worker")
_SCHEDULED = {
    "name": "AWS-RunPatchBaseline",
    "parameters": {"Operation": "Install"},
    "scheduleExpression": "cron(0 3 ? * SUN *)",
}

PATCHED = Rule(
    id="ssm-patching",
    pack="hipaa",
    severity="medium",
    scope="stack",
    once=True,
    types=(ASSOCIATION,),
    what="A stack with machines says how they are patched.",
    why="A machine is attacked through what was mended months ago; whether a patch is on it can be seen at run time "
    "only, whether anybody puts it there can be seen here.",
    fix=Fix(
        "Declare an Association of AWS-RunPatchBaseline with the operation Install and a schedule, or a PatchBaseline.",
        python=(
            'aws.ssm.Association("patches", name="AWS-RunPatchBaseline", parameters={"Operation": "Install"}, '
            'schedule_expression="cron(0 3 ? * SUN *)", targets=[{"key": "InstanceIds", "values": ["*"]}])'
        ),
        yaml=(
            "type: aws:ssm:Association\n"
            "properties:\n"
            "  name: AWS-RunPatchBaseline\n"
            "  parameters: {Operation: Install}\n"
            "  scheduleExpression: cron(0 3 ? * SUN *)\n"
            "  targets: [{key: InstanceIds, values: ['*']}]"
        ),
    ),
    check=_patched,
    passing=(
        example(_MACHINE, Given(ASSOCIATION, "patches", _SCHEDULED)),
        example(_MACHINE, Given(BASELINE, "ours", {"operatingSystem": "AMAZON_LINUX_2023"})),
        example(Given(MACHINES[2], "workers"), Given(TASK, "patches", {"taskArn": "AWS-RunPatchBaseline"})),
        example(note="no machines"),
    ),
    failing=(
        example(_MACHINE),
        example(Given(MACHINES[1], "workers")),
        example(_MACHINE, Given(ASSOCIATION, "agent", {**_SCHEDULED, "name": "AWS-UpdateSSMAgent"})),
        example(_MACHINE, Given(ASSOCIATION, "scan", {**_SCHEDULED, "parameters": {"Operation": "Scan"}})),
        example(_MACHINE, Given(ASSOCIATION, "once", {**_SCHEDULED, "scheduleExpression": None})),
    ),
)
