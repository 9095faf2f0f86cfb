"""moto, in process: one request in, one answer out, without a server of its own.

moto is made for one program with one clock and no neighbours, so all use of its state goes through one lock.
"""

import re
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from sandbox.aws import operation as operations
from sandbox.aws import wire
from sandbox.aws.errors import ApiError
from sandbox.aws.http import HttpAnswer, HttpRequest

_ANY_SERVICES_CODES = (
    "NotImplemented",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
)
_GLOBAL_HOSTS = frozenset({"iam", "budgets", "cloudfront", "organizations", "route53"})


class MotoBackend:
    """The state of one emulated account. `lock` guards all of moto's models: hold it around any direct use.

    `moto_settings.prepare` has run before this module was imported.
    """

    def __init__(self, account_id: str) -> None:
        from moto.core.errors import COMMON_ERROR_CODES

        # moto warns of a code that a service's model does not have; these may come from any service.
        COMMON_ERROR_CODES.extend(code for code in _ANY_SERVICES_CODES if code not in COMMON_ERROR_CODES)
        self.account_id = account_id
        self.lock = threading.RLock()

    def dispatch(self, request: HttpRequest, service: str, region: str) -> HttpAnswer:
        """Carry a request out in `region`. What moto does not have is refused by name, never answered with success."""
        host = _host(service, region)
        moto_request = operations.routed(request, host)
        handler = _handler(f"https://{host}{moto_request.path}", self.account_id)
        if handler is None:
            raise _missing(service)
        from botocore.exceptions import ClientError
        from werkzeug.exceptions import HTTPException

        with self.lock:
            try:
                status, headers, body = handler(moto_request, moto_request.raw_url, moto_request.headers)
            except HTTPException as error:
                status, headers, body = error.code or 500, dict(error.get_headers()), error.get_body()
            except ClientError as error:
                details = error.response["Error"]
                raise ApiError(details["Code"], details["Message"]) from error
            except NotImplementedError as error:
                raise _missing(service) from error
        plain = {str(name): str(value) for name, value in dict(headers).items() if str(name).lower() != "status"}
        raw = body.encode() if isinstance(body, str) else bytes(body or b"")
        return HttpAnswer(int(status), plain, raw)

    def invoke(self, service: str, operation: str, region: str, input: dict[str, Any]) -> dict[str, Any]:
        """Call an operation from inside: boto3's dictionaries in and out. Raises ApiError."""
        request = wire.request_of(service, operation, input)
        # moto reads caller and region of some calls from the header, whatever the host says.
        request.headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential=SANDBOX/20000101/{region}/{service}/aws4_request"
        )
        return wire.result_of(self.dispatch(request, service, region), service, operation)

    def reset(self) -> None:
        """Empty every region of every service."""
        from moto.moto_api._internal import moto_api_backend

        with self.lock:
            moto_api_backend.reset()


def _missing(service: str) -> ApiError:
    return ApiError(
        "NotImplemented",
        f"the emulated {service} does not have this operation: neither moto nor sandbox/aws/extensions implements it",
        400,
    )


@cache
def _host(service: str, region: str) -> str:
    from moto.core.utils import get_service_model

    prefix = get_service_model(service).endpoint_prefix
    if service in _GLOBAL_HOSTS:
        return f"{prefix}.amazonaws.com"
    return f"{prefix}.{region}.amazonaws.com"


@cache
def _service_urls(host: str, account_id: str) -> list[tuple[re.Pattern[str], Callable[..., Any]]]:
    """moto's handlers for one host, as its own stubber finds them; kept, because finding them costs a millisecond."""
    from moto import backend_index, backends
    from moto.core.base_backend import BackendDict

    for name, pattern in backend_index.backend_url_patterns:
        if not pattern.match(f"https://{host}/"):
            continue
        found: Any = backends.get_backend(name)
        if isinstance(found, BackendDict):
            regional = found[account_id]
            backend = regional["us-east-1"] if "us-east-1" in regional else regional["aws"]
        else:
            backend = found["global"]
        return [(re.compile(url), handler) for url, handler in backend.urls.items()]
    return []


def _handler(url: str, account_id: str) -> Callable[..., Any] | None:
    host = url.split("/")[2]
    return next((handler for pattern, handler in _service_urls(host, account_id) if pattern.match(url)), None)
