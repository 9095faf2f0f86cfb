"""Which operation of which service a request asks for, in botocore's names.

Each wire protocol says it elsewhere: `Action` in a form (query, ec2), `X-Amz-Target` (json), the path of an rpc call,
method and path (rest).
"""

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request
from moto.core.routing import NotFound, get_service_router
from moto.core.utils import get_service_model

from sandbox.aws.http import HttpRequest

# Signing names that are not boto3 client names. Where several clients share one, `_SHARED` tells them apart.
_CLIENTS = {
    "monitoring": "cloudwatch",
    "email": "ses",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
    "access-analyzer": "accessanalyzer",
    "elasticfilesystem": "efs",
    "aoss": "opensearchserverless",
}
_VERSIONS = {
    ("elasticloadbalancing", "2015-12-01"): "elbv2",
    ("elasticloadbalancing", "2012-06-01"): "elb",
}
_TARGETS = {("dynamodb", "DynamoDBStreams_20120810"): "dynamodbstreams"}
RPC_PREFIX = "/service/"


def identify(request: HttpRequest, signing_name: str) -> tuple[str, str]:
    """(boto3 client name, operation). An operation that no model knows is named by method and path, for the record."""
    target = request.headers.get("x-amz-target", "")
    if target:
        prefix, _, operation = target.rpartition(".")
        return _TARGETS.get((signing_name, prefix), _client(signing_name)), operation
    if request.path.startswith(RPC_PREFIX):
        return _client(signing_name), request.path.rsplit("/", 1)[-1]
    form = request.form()
    if "Action" in form:
        return _VERSIONS.get((signing_name, form.get("Version", "")), _client(signing_name)), form["Action"]
    service = _client(signing_name)
    return service, _rest_operation(request, service) or f"{request.method} {request.path}"


def routed(request: HttpRequest, host: str = "localhost") -> Request:
    """The request in moto's own type, as if it had been sent to `host`."""
    query = f"?{request.query}" if request.query else ""
    return Request.from_primitives(
        request.method, f"https://{host}{request.path}{query}", request.headers, request.body
    )


def _client(signing_name: str) -> str:
    return _CLIENTS.get(signing_name, signing_name)


def _rest_operation(request: HttpRequest, service: str) -> str | None:
    try:
        get_service_model(service)
        operation, _ = get_service_router(service).match(routed(request))
    except (NotFound, NotImplementedError, UnknownServiceError):
        return None
    return str(operation.name)
