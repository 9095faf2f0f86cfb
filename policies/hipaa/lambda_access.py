"""Lambda: who may call a function, and from where it works."""

from model.values import UNKNOWN
from policies.case import Case
from policies.conditions import Condition, limits
from policies.examples import Given, example, joined, ref
from policies.rule import Fix, Rule
from policies.trust import account_of
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import one_of, present

FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
URL = "aws:lambda/functionUrl:FunctionUrl"
SUBNET = "aws:ec2/subnet:Subnet"

_LIMITS = (
    ("sourceArn", "arnlike", "aws:sourcearn"),
    ("sourceAccount", "stringequals", "aws:sourceaccount"),
    ("principalOrgId", "stringequals", "aws:principalorgid"),
)
"""(property, operator, condition key): what AWS makes of it in the function's policy."""


def _named(case: Case) -> Verdict:
    principal = case.at("principal")
    if principal is None:
        return NOT_APPLICABLE
    if principal is UNKNOWN:
        return PASS if case.fed("principal") else unknown("who may call it is not known yet", "principal")
    text = str(principal).strip().lower()
    if account_of(text):
        return PASS
    limit = _limited(case)
    if limit.outcome != "fail":
        return limit
    if text.endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazon.com")):
        if case.at("eventSourceToken") is not None:
            return PASS  # a skill of Alexa's, by its id
        return fail(f"{text} may call it for any account: sourceArn or sourceAccount has to say for which", "sourceArn")
    return fail("anybody may call it: principal has to name a service, an account or a role", "principal")


def _limited(case: Case) -> Verdict:
    """Something says on whose behalf, and it is not a wildcard."""
    unclear = ""
    for name, operator, key in _LIMITS:
        value = case.at(name)
        if value is UNKNOWN:
            if case.fed(name):
                return PASS
            unclear = name
        elif value is not None and limits(Condition(operator, key, (str(value).strip().lower(),))):
            return PASS
    return unknown(f"{unclear} is not known yet", unclear) if unclear else fail("nothing limits it")


NOT_PUBLIC = Rule(
    id="lambda-not-public",
    pack="hipaa",
    severity="critical",
    types=(PERMISSION,),
    what="A function may be called by those that are named, and by services on behalf of a named account only.",
    why="Everybody is answered with what the function's role may read; and a service calls for any account that asks.",
    fix=Fix(
        "Name the principal, and for a service the source_arn (or source_account).",
        python='principal="s3.amazonaws.com", source_arn=bucket.arn, source_account=account',
        yaml="principal: s3.amazonaws.com\nsourceArn: ${bucket.arn}\nsourceAccount: ${account}",
    ),
    check=_named,
    passing=(
        {"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::orders"},
        {"principal": "events.amazonaws.com", "sourceAccount": "111122223333"},
        {"principal": "111122223333"},
        {"principal": "arn:aws:iam::111122223333:role/caller"},
        {"principal": "*", "principalOrgId": "o-a1b2c3"},
        {"principal": "alexa-appkit.amazon.com", "eventSourceToken": "amzn1.ask.skill.1"},
        example(
            Given("aws:apigatewayv2/api:Api", "api"),
            Given(
                PERMISSION,
                "gateway",
                {
                    "principal": "apigateway.amazonaws.com",
                    "sourceArn": joined("arn:aws:execute-api:us-east-1:111122223333:", ref("api"), "/*/*"),
                },
            ),
        ),
        example(
            Given("aws:iam/role:Role", "caller"), Given(PERMISSION, "caller-calls", {"principal": ref("caller", "arn")})
        ),
    ),
    failing=(
        {"principal": "*"},
        {"principal": "*", "functionUrlAuthType": "NONE"},
        {"principal": "*", "sourceArn": "*"},
        {"principal": "arn:aws:iam::*:root"},
        {"principal": "s3.amazonaws.com"},
        {"principal": "alexa-appkit.amazon.com"},
        {"principal": "apigateway.amazonaws.com", "sourceArn": "arn:aws:execute-api:us-east-1:*:*/*/*"},
        {"principal": "sns.amazonaws.com", "sourceArn": "*"},
        {"principal": "SNS.amazonaws.com", "sourceAccount": ""},
    ),
)

URL_AUTH = Rule(
    id="lambda-url-auth",
    pack="hipaa",
    severity="high",
    types=(URL,),
    what="A function's URL asks who calls it.",
    why="Without that it is an open door on the internet that no firewall stands before.",
    fix=Fix(
        'Set authorization_type to "AWS_IAM".',
        python='authorization_type="AWS_IAM"',
        yaml="authorizationType: AWS_IAM",
    ),
    check=one_of("authorizationType", "AWS_IAM"),
    passing=({"authorizationType": "AWS_IAM"}, {"authorizationType": "aws_iam"}),
    failing=({"authorizationType": "NONE"}, {"authorizationType": "none"}, {}, {"authorizationType": ""}),
)


def _inside(case: Case) -> Verdict:
    if case.classification != "phi":
        return NOT_APPLICABLE
    return present("vpcConfig.subnetIds")(case)


IN_VPC = Rule(
    id="lambda-in-vpc",
    pack="hipaa",
    severity="medium",
    types=(FUNCTION,),
    what="A function that handles PHI works inside a network of one's own.",
    why="From elsewhere it reaches the whole internet, and no flow log shows where the data went.",
    fix=Fix(
        "Set vpc_config; tag a function that handles no PHI with data-classification.",
        python='vpc_config={"subnet_ids": [private.id], "security_group_ids": [group.id]}',
        yaml="vpcConfig:\n  subnetIds: ['${private.id}']\n  securityGroupIds: ['${group.id}']",
    ),
    check=_inside,
    passing=(
        {"vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}},
        example(Given(SUBNET, "private"), Given(FUNCTION, "intake", {"vpcConfig": {"subnetIds": [ref("private")]}})),
        {"tags": {"data-classification": "internal"}},
        {"tags": {"DataClassification": "Public"}},
    ),
    failing=(
        {},
        {"vpcConfig": {"subnetIds": [], "securityGroupIds": []}},
        {"tags": {"data-classification": "PHI"}},
        {"vpcConfig": {"securityGroupIds": ["sg-1"]}},
    ),
)
