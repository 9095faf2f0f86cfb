"""Bedrock: the record of what models are asked."""

from model.values import UNKNOWN, Malformed, UnknownMet
from policies import documents
from policies.case import Case
from policies.declared import declares
from policies.examples import Given, example, ref
from policies.hipaa import s3_encryption
from policies.rule import Fix, Rule
from policies.sinks import BUCKET
from policies.verdict import PASS, Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, cmk, not_false, present, refers_to, when

LOGGING = "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_POLICIES = ("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy")
_GROUP = "loggingConfig.cloudwatchConfig.logGroupName"
_BUCKETS = ("loggingConfig.s3Config.bucketName", "loggingConfig.cloudwatchConfig.largeDataDeliveryS3Config.bucketName")


def _used(case: Case) -> Verdict:
    """The stack has something of Bedrock's, an endpoint to it, or a role that may ask a model."""
    unclear = ""
    if any(
        kind.startswith(("aws:bedrock/", "aws:bedrockmodel/", "aws:bedrockfoundation/")) for kind in case.view.kinds
    ):
        return PASS
    for endpoint in case.view.of(ENDPOINT):
        name = endpoint.at("serviceName")
        if name is UNKNOWN:
            unclear = unclear or endpoint.name
        elif "bedrock" in str(name).lower():
            return PASS
    for policy in case.view.of(*_POLICIES):
        try:
            statements = documents.read(policy.at("policy")).statements
        except UnknownMet:
            unclear = unclear or policy.name
            continue
        except Malformed:
            continue
        if any(item.allow and any(action.startswith("bedrock:") for action in item.actions) for item in statements):
            return PASS
    return unknown(f"whether {unclear} is about Bedrock is not known yet") if unclear else fail("Bedrock is not used")


# A bucket or log group of another stack is judged there.
_ENCRYPTED = all_of(
    any_of(present(_GROUP), present(_BUCKETS[0])),
    when(refers_to(_GROUP, LOG_GROUP), refers_to(_GROUP, LOG_GROUP, cmk("kmsKeyId"))),
    *(when(refers_to(path, BUCKET), refers_to(path, BUCKET, s3_encryption.ENCRYPTION_KMS.check)) for path in _BUCKETS),
)

_GUARDRAIL = Given("aws:bedrock/guardrail:Guardrail", "guard")
_KEY = Given("aws:kms/key:Key", "key")
_EVENTS = Given(LOG_GROUP, "prompts", {"kmsKeyId": ref("key", "arn")})
_TO_GROUP = Given(LOGGING, "record", {"loggingConfig": {"cloudwatchConfig": {"logGroupName": ref("prompts", "name")}}})
_ROLE = {"Statement": [{"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}]}

INVOCATIONS = Rule(
    id="bedrock-invocation-logging",
    pack="hipaa",
    severity="medium",
    scope="account",
    level="recommended",
    once=True,
    types=(LOGGING,),
    unknown_blocks=False,  # policies hold ARNs that a first preview does not know
    what="Where Bedrock is used, what models are asked is recorded, in a place that is encrypted with a key of one's "
    "own.",
    why="A prompt with a note in it is PHI that was given to a model: who sent what has to be known afterwards.",
    fix=Fix(
        "Declare an InvocationLoggingConfiguration that writes to a log group or bucket with a customer-managed key.",
        python=(
            'aws.bedrockmodel.InvocationLoggingConfiguration("record", logging_config={"cloudwatch_config": '
            '{"log_group_name": group.name, "role_arn": role.arn}, "text_data_delivery_enabled": True})'
        ),
        yaml=(
            "type: aws:bedrockmodel:InvocationLoggingConfiguration\n"
            "properties:\n"
            "  loggingConfig:\n"
            "    cloudwatchConfig: {logGroupName: '${group.name}', roleArn: '${role.arn}'}\n"
            "    textDataDeliveryEnabled: true"
        ),
    ),
    check=when(
        _used,
        declares(
            LOGGING,
            all_of(not_false("loggingConfig.textDataDeliveryEnabled"), _ENCRYPTED),
            lacks="the stack uses Bedrock and declares no InvocationLoggingConfiguration",
        ),
    ),
    passing=(
        example(_GUARDRAIL, _KEY, _EVENTS, _TO_GROUP),
        {"loggingConfig": {"s3Config": {"bucketName": "of-another-stack"}}},
        example(Given(BUCKET, "orders"), note="nothing of Bedrock"),
    ),
    failing=(
        example(_GUARDRAIL),
        example(Given(ENDPOINT, "models", {"serviceName": "com.amazonaws.us-east-1.bedrock-runtime"})),
        example(Given(_POLICIES[0], "worker", {"policy": _ROLE})),
        {"loggingConfig": {}},
        {"loggingConfig": {"s3Config": {"bucketName": "records"}, "textDataDeliveryEnabled": False}},
        example(_KEY, Given(LOG_GROUP, "prompts"), _TO_GROUP),
        example(
            Given(BUCKET, "records"),
            Given(LOGGING, "record", {"loggingConfig": {"s3Config": {"bucketName": ref("records", "bucket")}}}),
        ),
    ),
)
