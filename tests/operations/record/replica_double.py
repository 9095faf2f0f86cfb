"""A strongly consistent table for tests: one moto table that every region's client reaches, unless it is down."""

from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError

TABLE = "nl-fhir-production-control"
REGIONS = ("us-east-1", "us-west-2")


class Table:
    """`down`: regions that refuse connections; `failing`: region → error code; `deaf`: their answer is lost."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.failing: dict[str, str] = {}
        self.conflicts = 0
        self.deaf: set[str] = set()
        self.calls: list[tuple[str, str]] = []
        self.client = boto3.client("dynamodb", region_name="us-east-2")
        self.client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )

    def factory(self, service: str, region: str) -> Any:
        assert service == "dynamodb"
        return _Replica(self, region)


class _Replica:
    def __init__(self, table: Table, region: str) -> None:
        self._table = table
        self._region = region

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            table = self._table
            table.calls.append((self._region, operation))
            if self._region in table.down:
                raise EndpointConnectionError(endpoint_url=self._region)
            if code := table.failing.get(self._region):
                raise ClientError({"Error": {"Code": code, "Message": ""}}, operation)
            if table.conflicts:
                table.conflicts -= 1
                raise ClientError({"Error": {"Code": "ReplicatedWriteConflictException", "Message": ""}}, operation)
            answer = getattr(table.client, operation)(**parameters)
            if self._region in table.deaf:
                raise EndpointConnectionError(endpoint_url=self._region)
            return answer

        return call
