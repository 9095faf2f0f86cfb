"""The control table: the record by moto, whose conditions decide; letters and the journal in a dict."""

from copy import deepcopy
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError


@cache
def _moto(region: str) -> Any:
    return boto3.client("dynamodb", region_name=region)


class Table:
    """One table for both regions. `items`: (pk, sk) → item, of all but the record."""

    def __init__(self, name: str, region: str) -> None:
        self._name, self._region = name, region
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.record: dict[str, Any] = {}
        """As the last write left it: what a test asks need not go through moto."""
        _moto(region).create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )

    def clear(self) -> None:
        self.items.clear()
        self.record = {}
        for item in _moto(self._region).scan(TableName=self._name)["Items"]:
            _moto(self._region).delete_item(TableName=self._name, Key={"pk": item["pk"], "sk": item["sk"]})

    def put_item(self, **given: Any) -> dict[str, Any]:
        item = given["Item"]
        key = (item["pk"]["S"], item["sk"]["S"])
        assert given["ConditionExpression"] == "attribute_not_exists(pk)"
        if key in self.items:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}, "PutItem")
        self.items[key] = deepcopy(item)
        return {}

    def get_item(self, **given: Any) -> dict[str, Any]:
        asked = given["Key"]
        key = (asked["pk"]["S"], asked["sk"]["S"])
        if key[0] == "record":
            answer: dict[str, Any] = _moto(self._region).get_item(TableName=self._name, Key=asked, ConsistentRead=True)
            return answer
        return {"Item": deepcopy(self.items[key])} if key in self.items else {}

    def query(self, **given: Any) -> dict[str, Any]:
        assert given["KeyConditionExpression"] == "pk = :run"
        pk = given["ExpressionAttributeValues"][":run"]["S"]
        return {"Items": [deepcopy(item) for (found, _), item in sorted(self.items.items()) if found == pk]}

    def update_item(self, **given: Any) -> dict[str, Any]:
        asked = {**given, "TableName": self._name, "ReturnValues": "ALL_NEW"}
        answer: dict[str, Any] = _moto(self._region).update_item(**asked)
        self.record = answer["Attributes"]
        return answer
