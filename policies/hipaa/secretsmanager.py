"""Secrets Manager: what secrets are encrypted with, how long they live, who reads them."""

from model.values import UNKNOWN, UnknownMet, number
from policies.access import not_public
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.schedules import longest_gap
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import all_of, by_type, cmk, every, in_production, linked_by, none_of, not_false, true, unless

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  # a type
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
RESOURCE_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy"
KEY = "aws:kms/key:Key"
_SECRET = Given(SECRET, "api")
_KEY_ARN = "arn:aws:kms:us-east-1:111122223333:key/a"

CUSTOMER_KEY = Rule(
    id="secrets-cmk",
    pack="hipaa",
    severity="medium",
    types=(SECRET,),
    what="A secret, and each of its replicas, is encrypted with a customer-managed key.",
    why="The key's policy then says who may read it, and every use of it is in the audit trail.",
    fix=Fix(
        "Set kms_key_id to your own key; a replica needs a key of its own region.",
        python="kms_key_id=key.arn",
        yaml="kmsKeyId: ${key.arn}",
    ),
    check=all_of(cmk("kmsKeyId"), every("replicas", cmk("kmsKeyId"))),
    passing=(
        example(Given(KEY, "key"), Given(SECRET, "api", {"kmsKeyId": ref("key", "arn")})),
        {"kmsKeyId": _KEY_ARN, "replicas": [{"region": "us-west-2", "kmsKeyId": "alias/orders"}]},
    ),
    failing=(
        {},
        {"kmsKeyId": "alias/aws/secretsmanager"},
        {"kmsKeyId": _KEY_ARN, "replicas": [{"region": "us-west-2"}]},
    ),
)


def _often_enough(case: Case) -> Verdict:
    most = case.value("max_days")
    days = number(case.at("rotationRules.automaticallyAfterDays"))
    schedule = case.at("rotationRules.scheduleExpression")
    if days is None and schedule is not UNKNOWN:
        days = longest_gap(schedule) if isinstance(schedule, str) else None
    if schedule is UNKNOWN and days is None:
        raise UnknownMet
    if days is None:
        return fail(f"rotationRules does not say how often; at least every {most} days is asked for", "rotationRules")
    if not 0 < days <= most:
        return fail(f"it rotates every {days:g} days; at least every {most} are asked for", "rotationRules")
    return PASS


def _made_anew_otherwise(case: Case) -> Verdict:
    listed = case.resource.name in case.value("by_hand")
    return PASS if listed else fail("it is not among by_hand")


def _rotation(secret: str, **rules: object) -> Given:
    return Given(ROTATION, f"{secret}-rotation", {"secretId": ref(secret), "rotationRules": rules})


ROTATED = Rule(
    id="secrets-rotation",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(SECRET,),
    what="A secret is rotated at least every 90 days.",
    why="A credential that leaked works for as long as nobody changes it.",
    fix=Fix(
        "Add a SecretRotation for the secret; replicas of it follow.",
        python='aws.secretsmanager.SecretRotation("api", secret_id=secret.id, rotation_lambda_arn=rotate.arn, '
        'rotation_rules={"automatically_after_days": 30})',
        yaml="type: aws:secretsmanager:SecretRotation\nproperties:\n  secretId: ${secret.id}\n"
        "  rotationLambdaArn: ${rotate.arn}\n  rotationRules: {automaticallyAfterDays: 30}",
    ),
    parameters=(
        Parameter("max_days", 90, "How many days a secret may go without a rotation.", "integer", minimum=1),
        Parameter(
            "by_hand", [], "Pulumi names of secrets that are made anew otherwise, by a version of their own.", "array"
        ),
    ),
    check=unless(
        _made_anew_otherwise,
        linked_by(
            ROTATION,
            "secretId",
            all_of(not_false("rotationEnabled"), _often_enough),
            lacks="no SecretRotation is attached to this secret",
        ),
    ),
    passing=(
        example(_SECRET, _rotation("api", automaticallyAfterDays=90)),
        example(_SECRET, _rotation("api", scheduleExpression="rate(30 days)")),
        example(_SECRET, _rotation("api", scheduleExpression="cron(0 4 1 * ? *)")),
        example(_SECRET, parameters={"by_hand": ["api"]}),
    ),
    failing=(
        example(_SECRET),
        example(_SECRET, _rotation("api", automaticallyAfterDays=91)),
        example(_SECRET, _rotation("api", automaticallyAfterDays=0)),
        example(_SECRET, _rotation("api", scheduleExpression="cron(0 4 1 1/6 ? *)")),
        example(_SECRET, Given(SECRET, "other"), _rotation("other", automaticallyAfterDays=30)),
        example(_SECRET, parameters={"by_hand": ["other"]}),
    ),
)

RECOVERY_WINDOW = Rule(
    id="secrets-recovery-window",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(SECRET,),
    what="In production a deleted secret can be had back.",
    why="A secret that is gone at once locks every service out that still used it.",
    fix=Fix(
        "Remove recovery_window_in_days (30 is the default), or set it to 7 or more.",
        python="recovery_window_in_days=30",
        yaml="recoveryWindowInDays: 30",
    ),
    check=in_production(none_of("recoveryWindowInDays", 0)),
    passing=(
        {},
        {"recoveryWindowInDays": 7},
        example(Given(SECRET, "api", {"recoveryWindowInDays": 0}), environment="staging"),
    ),
    failing=({"recoveryWindowInDays": 0},),
)


def _policy(principal: object, **rest: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    return {"policy": {"Statement": [statement]}, **rest}


_ROLE = {"AWS": "arn:aws:iam::111122223333:role/orders"}

POLICY_NOT_PUBLIC = Rule(
    id="secrets-policy-not-public",
    pack="hipaa",
    severity="critical",
    level="recommended",
    types=(RESOURCE_POLICY, SECRET),
    unknown_blocks=False,  # policies hold ARNs that a first preview does not know
    what="A secret's policy allows nothing to everybody, and AWS checks that before it takes the policy.",
    why="One wildcard in it gives the value to any AWS account that asks.",
    fix=Fix(
        "Name the roles, and set block_public_policy.",
        python="block_public_policy=True",
        yaml="blockPublicPolicy: true",
    ),
    # The inline form of a Secret has no such flag.
    check=by_type(
        {RESOURCE_POLICY: all_of(not_public("policy"), true("blockPublicPolicy")), SECRET: not_public("policy")}
    ),
    passing=(_policy(_ROLE, blockPublicPolicy=True), Given(SECRET, "api", _policy(_ROLE)), Given(SECRET, "plain", {})),
    failing=(
        _policy("*", blockPublicPolicy=True),
        _policy(_ROLE),
        _policy(_ROLE, blockPublicPolicy=False),
        Given(SECRET, "api", _policy({"AWS": "*"})),
    ),
)
