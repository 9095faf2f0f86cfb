"""API Gateway: stages of HTTP and WebSocket APIs."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import present

STAGE = "aws:apigatewayv2/stage:Stage"

ACCESS_LOGS = Rule(
    id="apigw-v2-access-logs",
    pack="hipaa",
    severity="medium",
    types=(STAGE,),
    what="A stage of an HTTP or WebSocket API writes access logs.",
    why="Who called what is otherwise known to nobody; a stage logs nothing by default.",
    fix=Fix(
        "Set access_log_settings with the ARN of a log group, and a format that names the caller.",
        python='access_log_settings={"destination_arn": group.arn, '
        '"format": "$context.requestId $context.identity.sourceIp"}',
        yaml="accessLogSettings:\n  destinationArn: ${group.arn}\n"
        "  format: $context.requestId $context.identity.sourceIp",
    ),
    check=present("accessLogSettings.destinationArn"),
    passing=(
        example(
            Given("aws:cloudwatch/logGroup:LogGroup", "calls"),
            Given(
                STAGE,
                "live",
                {"accessLogSettings": {"destinationArn": ref("calls", "arn"), "format": "$context.requestId"}},
            ),
        ),
    ),
    failing=(
        {},
        {"accessLogSettings": None},
        {"accessLogSettings": {}},
        {"accessLogSettings": {"destinationArn": "", "format": "$context.requestId"}},
        {"defaultRouteSettings": {"loggingLevel": "INFO"}},
    ),
)
