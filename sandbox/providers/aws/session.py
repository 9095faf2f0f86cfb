"""AWS calls as the operator makes them: bounded in time, with the error text that the real provider shows."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError

from sandbox.providers.handlers import Refused

ACCOUNT_WIDE = frozenset({"iam", "route53", "cloudfront", "budgets", "ce", "organizations"})
"""Services whose one endpoint is in us-east-1, whatever the provider's region."""
HOME = "us-east-1"

CONNECT_SECONDS = 3
READ_SECONDS = 30
"""Long enough for a database to be made, short enough for a hanging region to become an error."""


@dataclass(frozen=True)
class Credentials:
    """Whom the calls come from."""

    access_key: str
    secret_key: str


class Failed(Refused):
    """An AWS call that failed."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code
        """The API's error code, for example "DBClusterNotFoundFault"; "" where no answer came."""


class Session:
    """Clients of one caller against one endpoint. Safe for threads."""

    def __init__(self, endpoint: str, credentials: Credentials) -> None:
        self._endpoint = endpoint
        self._credentials = credentials
        # It reads botocore's models once. Not boto3's default session, which is everybody's.
        self._session = boto3.session.Session()
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str, region: str) -> Any:
        """A boto3 client, made once."""
        region = HOME if service in ACCOUNT_WIDE else region
        with self._lock:
            if (service, region) not in self._clients:
                # Making a client is not safe for threads, using one is: the lock is held for the making alone.
                self._clients[service, region] = self._session.client(
                    service,
                    region_name=region,
                    endpoint_url=self._endpoint,
                    aws_access_key_id=self._credentials.access_key,
                    aws_secret_access_key=self._credentials.secret_key,
                    config=Config(
                        connect_timeout=CONNECT_SECONDS,
                        read_timeout=READ_SECONDS,
                        retries={"total_max_attempts": 2, "mode": "standard"},
                        max_pool_connections=32,
                        parameter_validation=True,
                    ),
                )
            return self._clients[service, region]

    def call(self, service: str, region: str, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """One operation (boto3's name, for example "create_vpc"). Raises Failed."""
        client = self.client(service, region)
        title = f"{client.meta.service_model.service_id}: {client.meta.method_to_api_mapping[operation]}"
        try:
            answer: dict[str, Any] = getattr(client, operation)(**request)
        except ClientError as error:
            problem = error.response.get("Error", {})
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            code = str(problem.get("Code", ""))
            raise Failed(
                f"operation error {title}, https response error StatusCode: {status}, "
                f"api error {code}: {problem.get('Message', '')}",
                code,
            ) from None
        except HTTPClientError as error:
            # The text of botocore's error holds the endpoint; what matters is that no answer came.
            raise Failed(
                f"operation error {title}, exceeded maximum number of attempts, 2, request send failed: "
                f"{region} did not answer ({type(error).__name__})",
                "",
            ) from None
        except ParamValidationError as error:
            raise Failed(f"operation error {title}, {error}", "ValidationException") from None
        except BotoCoreError as error:
            raise Failed(f"operation error {title}, {type(error).__name__}", "") from None
        return answer

    def input_shape(self, service: str, region: str, operation: str) -> Any:
        """botocore's shape of an operation's request."""
        client = self.client(service, region)
        model = client.meta.service_model
        return model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape
