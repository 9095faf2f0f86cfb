"""Lambda: what becomes of calls that fail, what a function is told, and what it runs on."""

from collections.abc import Mapping

from model.values import UNKNOWN
from policies.asking import ask
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.secret_words import in_clear, secret_name
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, at_least, cmk, linked_by, none_of, param, present, when
from policies.wording import said

FUNCTION = "aws:lambda/function:Function"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
QUEUE = "aws:sqs/queue:Queue"
KEY = "aws:kms/key:Key"

_INTAKE = Given(FUNCTION, "intake")
_FAILED = Given(QUEUE, "failed")


def _on_failure(function: str, destination: object) -> Given:
    config = {"destinationConfig": {"onFailure": {"destination": destination}}} if destination else {}
    return Given(INVOKE_CONFIG, "invoked", {"functionName": ref(function, "name"), **config})


DEAD_LETTERS = Rule(
    id="lambda-dlq",
    pack="hipaa",
    severity="low",
    types=(FUNCTION,),
    what="Events that a function failed on are kept somewhere.",
    why="After three attempts the event is gone, and with it the order or the result that it was about.",
    fix=Fix(
        "Set dead_letter_config, or add a FunctionEventInvokeConfig with a destination on failure.",
        python='dead_letter_config={"target_arn": queue.arn}',
        yaml="deadLetterConfig:\n  targetArn: ${queue.arn}",
    ),
    check=any_of(
        present("deadLetterConfig.targetArn"),
        linked_by(
            INVOKE_CONFIG,
            "functionName",
            present("destinationConfig.onFailure.destination"),
            lacks="no FunctionEventInvokeConfig is attached to it",
        ),
    ),
    passing=(
        example(_FAILED, Given(FUNCTION, "intake", {"deadLetterConfig": {"targetArn": ref("failed", "arn")}})),
        example(_INTAKE, _FAILED, _on_failure("intake", ref("failed", "arn"))),
    ),
    failing=(
        {},
        {"deadLetterConfig": {}},
        {"deadLetterConfig": {"targetArn": ""}},
        example(_INTAKE, _on_failure("intake", None)),
        example(_INTAKE, Given(FUNCTION, "other"), _FAILED, _on_failure("other", ref("failed", "arn"))),
    ),
)

CONCURRENCY = Rule(
    id="lambda-concurrency",
    pack="hipaa",
    severity="low",
    types=(FUNCTION,),
    what="A function has a limit of its own on how many of it run at once.",
    why="Otherwise one that runs away takes all of the account's, and every other function stands still.",
    fix=Fix(
        "Set reserved_concurrent_executions.",
        python="reserved_concurrent_executions=10",
        yaml="reservedConcurrentExecutions: 10",
    ),
    check=at_least("reservedConcurrentExecutions", 0),  # -1 says that there is none
    passing=({"reservedConcurrentExecutions": 10}, {"reservedConcurrentExecutions": 0}),
    failing=({}, {"reservedConcurrentExecutions": -1}, {"reservedConcurrentExecutions": "all"}),
)

_VARIABLES = "environment.variables"


def _no_secrets(case: Case) -> Verdict:
    variables = case.at(_VARIABLES)
    if variables is UNKNOWN:
        return unknown("its environment is not known yet", _VARIABLES)
    unclear = ""
    for name, value in (variables if isinstance(variables, Mapping) else {}).items():
        if value is UNKNOWN:
            unclear = name if secret_name(name) else unclear
        elif in_clear(name, value):
            return fail(f'the variable "{name}" holds a secret in clear: give the ARN of one', _VARIABLES)
    return unknown(f"{unclear} is not known yet", _VARIABLES) if unclear else PASS


def _environment(**variables: object) -> dict[str, object]:
    return {"kmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1", "environment": {"variables": variables}}


ENVIRONMENT = Rule(
    id="lambda-env-kms",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(FUNCTION,),
    unknown_blocks=False,  # what is not known yet may be an ARN that says where the secret lies
    what="A function's environment is encrypted with a customer-managed key, and holds no secret.",
    why="Whoever may look at the function's configuration sees its environment; a key of one's own says who that is.",
    fix=Fix(
        "Set kms_key_arn, and give the ARNs of secrets instead of secrets.",
        python='kms_key_arn=key.arn, environment={"variables": {"DB_SECRET_ARN": secret.arn}}',
        yaml="kmsKeyArn: ${key.arn}\nenvironment:\n  variables: {DB_SECRET_ARN: '${secret.arn}'}",
    ),
    check=when(present(_VARIABLES), all_of(_no_secrets, cmk("kmsKeyArn"))),
    passing=(
        {},
        {"environment": {"variables": {}}},
        _environment(LOG_LEVEL="info", ORDERS="arn:aws:secretsmanager:us-east-1:1:secret:orders"),
        example(
            Given(KEY, "key"),
            Given(
                FUNCTION,
                "intake",
                {"kmsKeyArn": ref("key", "arn"), "environment": {"variables": {"LOG_LEVEL": "info"}}},
            ),
        ),
    ),
    failing=(
        {"environment": {"variables": {"LOG_LEVEL": "info"}}},
        {"environment": {"variables": {"LOG_LEVEL": "info"}}, "kmsKeyArn": "arn:aws:kms:us-east-1:1:alias/aws/lambda"},
        _environment(DB_PASSWORD="hunter2"),  # noqa: S106  # what the rule is about
        _environment(api_key="q9w8e7"),
        _environment(DATABASE_URL="postgresql://app:hunter2@db.internal/orders"),
        _environment(SIGNING_KEY="-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
    ),
)

# AWS's page "Lambda runtimes", deprecation policy; AWS adds to it several times a year.
_DEPRECATED = """nodejs nodejs4.3 nodejs4.3-edge nodejs6.10 nodejs8.10 nodejs10.x nodejs12.x nodejs14.x nodejs16.x
nodejs18.x nodejs20.x python2.7 python3.6 python3.7 python3.8 python3.9 python3.10 ruby2.5 ruby2.7 ruby3.2 java8
dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 dotnetcore3.1 dotnet5.0 dotnet6 dotnet7 dotnet8 go1.x provided"""


def _patched(case: Case) -> Verdict:
    """The list is long, so the message does not repeat it."""
    verdict = ask(none_of("runtime", param("deprecated")), case)
    if verdict.outcome != "fail":
        return verdict
    return fail(f"runtime {said(case.at('runtime'))}, which AWS patches no more", "runtime")


RUNTIME = Rule(
    id="lambda-runtime",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(FUNCTION,),
    what="A function runs on a runtime that AWS still patches.",
    why="Holes in a deprecated runtime stay open, and from some day on the function cannot be updated at all.",
    fix=Fix("Set runtime to a newer one.", python='runtime="python3.13"', yaml="runtime: python3.13"),
    parameters=(
        Parameter("deprecated", _DEPRECATED.split(), "Runtimes that AWS patches no more: compare AWS's list.", "array"),
    ),
    check=when(present("runtime"), _patched),  # an image brings its own
    passing=(
        {"runtime": "python3.13"},
        {"runtime": "provided.al2023"},
        {"packageType": "Image", "imageUri": "111122223333.dkr.ecr.us-east-1.amazonaws.com/intake"},
        example(Given(FUNCTION, "old", {"runtime": "python3.9"}), parameters={"deprecated": ["python3.8"]}),
    ),
    failing=(
        {"runtime": "python3.9"},
        {"runtime": "Python3.9"},
        {"runtime": "nodejs16.x"},
        {"runtime": "go1.x"},
        {"runtime": "provided"},
        example(Given(FUNCTION, "next", {"runtime": "java17"}), parameters={"deprecated": ["java17"]}),
    ),
)
