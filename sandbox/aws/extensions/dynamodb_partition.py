"""The items that one query can mean: those of the partition that it names, where it names one.

moto looks at every item of the table for each query. A control table keeps the journals of all promotions, and the
wardens ask it all the time: after forty promotions an answer took longer than a client waits.
"""

import re
from collections.abc import Mapping
from typing import Any

_EQUALITY = r"(?:^|\(|\bAND\b)\s*\(?\s*{name}\s*=\s*(:[A-Za-z0-9_]+)"


def of_query(document: Mapping[str, Any], key: str, items: Any) -> Any:
    """`items` as moto keeps them, hash key → the partition. All of them where an index is asked, or nothing is sure.

    `key` is the table's hash key. What the query asks beyond it is moto's to judge.
    """
    if "IndexName" in document:
        return items
    names = document.get("ExpressionAttributeNames") or {}
    spelled = [key, *(short for short, name in names.items() if name == key)]
    name = "(?:" + "|".join(map(re.escape, spelled)) + ")"
    found = re.search(_EQUALITY.format(name=name), document.get("KeyConditionExpression") or "", re.IGNORECASE)
    value = (document.get("ExpressionAttributeValues") or {}).get(found.group(1)) if found else None
    if not isinstance(value, dict) or len(value) != 1:
        return items
    from moto.dynamodb.models.dynamo_type import DynamoType

    wanted = DynamoType(value)
    return {wanted: items[wanted]} if wanted in items else {}
