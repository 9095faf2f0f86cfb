"""Between a wire protocol and plain dictionaries, by botocore's service models.

Extensions see and give dictionaries in the shape that boto3 users know; nothing else in the sandbox knows what a
query-protocol list looks like.
"""

import gzip
import json
import re
from functools import cache
from typing import Any, cast
from urllib.parse import urlencode

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from sandbox.aws import cbor
from sandbox.aws.errors import ApiError
from sandbox.aws.http import HttpAnswer, HttpRequest
from sandbox.aws.operation import RPC_PREFIX, routed

# moto has no CBOR; where boto3 uses it, the same operation is also modelled in this protocol.
_CBOR_STAND_IN = "query"
_CBOR = "application/cbor"
_ERROR_CODE = re.compile(rb'<Code>([^<]+)</Code>|"__type"\s*:\s*"([^"]+)"')


def protocol_of(request: HttpRequest, service: str) -> str:
    return str(determine_request_protocol(get_service_model(service), request.content_type))


def parameters(request: HttpRequest, service: str, operation: str) -> dict[str, Any]:
    """The call's input. Raises ApiError where the body is not what the protocol says."""
    model = get_service_model(service).operation_model(operation)
    parser = PROTOCOL_PARSERS[protocol_of(request, service)](model)
    moto_request = routed(request)
    uri: dict[str, Any] = {}
    if protocol_of(request, service).startswith("rest"):
        _, uri = get_service_router(service).match(moto_request)
    parsed = parser.parse(
        {
            "method": request.method,
            "values": moto_request.values,
            "headers": moto_request.headers,
            "body": request.body,
            "url_path": request.path,
            "url_params": uri,
        }
    )
    return cast(dict[str, Any], parsed or {})


def request_of(service: str, operation: str, input: dict[str, Any]) -> HttpRequest:
    """The request that boto3 would send for `input`, unsigned."""
    model = get_service_model(service)
    protocol = _spoken(service)
    parts = create_serializer(protocol, include_validation=False).serialize_to_request(
        input, model.operation_model(operation)
    )
    body = parts["body"]
    headers = {name.lower(): value for name, value in parts["headers"].items()}
    if isinstance(body, dict):
        body = urlencode(body)
    raw = body.encode() if isinstance(body, str) else bytes(body or b"")
    headers["content-length"] = str(len(raw))
    query = parts["query_string"]
    if isinstance(query, dict):
        query = urlencode(query)
    return HttpRequest(parts["method"], parts["url_path"], str(query or ""), headers, raw)


def result_of(answer: HttpAnswer, service: str, operation: str) -> dict[str, Any]:
    """The output in an answer to `request_of`. Raises ApiError where the answer is an error."""
    model = get_service_model(service)
    parsed = create_parser(_spoken(service)).parse(
        {"status_code": answer.status, "headers": _Headers(answer.headers), "body": answer.body},
        model.operation_model(operation).output_shape,
    )
    if answer.status >= 300:
        error = parsed.get("Error", {})
        raise ApiError(str(error.get("Code", "InternalFailure")), str(error.get("Message", "")), answer.status)
    parsed.pop("ResponseMetadata", None)
    return cast(dict[str, Any], parsed)


def answer_of(request: HttpRequest, service: str, operation: str, result: dict[str, Any] | Exception) -> HttpAnswer:
    """A result, or an ApiError, as the answer to `request`, in the protocol that it was asked in."""
    try:
        protocol = protocol_of(request, service)
        model = get_service_model(service).operation_model(operation)
    except (UnknownServiceError, OperationNotFoundError, NotImplementedError):
        return plain_error(result if isinstance(result, ApiError) else ApiError("InternalFailure", str(result), 500))
    serialized = get_serializer_class(service, protocol)(operation_model=model).serialize(result)
    body = serialized["body"]
    status = int(serialized["status_code"])
    error = None
    if isinstance(result, ApiError):
        status, error = result.status or status, result.code
    headers = {str(name): str(value) for name, value in serialized["headers"].items()}
    return HttpAnswer(status, headers, body.encode() if isinstance(body, str) else body, error)


def is_cbor(request: HttpRequest) -> bool:
    return request.path.startswith(RPC_PREFIX) and request.headers.get("smithy-protocol") == "rpc-v2-cbor"


def from_cbor(request: HttpRequest, service: str, operation: str) -> HttpRequest:
    """The same call in a protocol that moto speaks."""
    body = gzip.decompress(request.body) if request.headers.get("content-encoding") == "gzip" else request.body
    try:
        given = cbor.decode(body) if body else {}
    except ValueError as error:
        raise ApiError("SerializationException", str(error), 400) from error
    plain = request_of(service, operation, given)
    return HttpRequest(plain.method, plain.path, plain.query, {**_identity(request), **plain.headers}, plain.body)


def to_cbor(answer: HttpAnswer, service: str, operation: str) -> HttpAnswer:
    """An answer to `from_cbor`'s request, as the client expects it."""
    try:
        content: dict[str, Any] = result_of(answer, service, operation)
    except ApiError as error:
        content = {"__type": error.code, "message": error.message}
    headers = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": _CBOR}
    return HttpAnswer(answer.status, headers, cbor.encode(content), answer.error)


def plain_error(error: ApiError) -> HttpAnswer:
    """An error where no service is known: JSON, which every SDK reads well enough to report it."""
    body = json.dumps({"__type": error.code, "message": error.message}).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": error.code}
    return HttpAnswer(error.status or 400, headers, body, error.code)


def error_code(answer: HttpAnswer) -> str:
    """The AWS error code in an answer that moto gave; its status where it names none."""
    for name, value in answer.headers.items():
        if name.lower() == "x-amzn-errortype":
            return value
    if found := _ERROR_CODE.search(answer.body):
        return (found[1] or found[2]).decode().rpartition("#")[2]
    return str(answer.status)


def _identity(request: HttpRequest) -> dict[str, str]:
    return {name: request.headers[name] for name in ("authorization", "user-agent") if name in request.headers}


@cache
def _spoken(service: str) -> str:
    protocol = str(get_service_model(service).protocol)
    return _CBOR_STAND_IN if protocol == "smithy-rpc-v2-cbor" else protocol


class _Headers(dict[str, str]):
    """Header lookup as botocore's parsers do it: by lower-case name."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())
