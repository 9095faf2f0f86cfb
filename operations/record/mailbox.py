"""Requests to a site's warden, left in the control table and answered there. No answer is unknown, never a no.

A laptop reaches no isolated subnet, so nobody outside a site opens a connection to its database.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from operations.record.attributes import Attribute, Value, from_attribute, to_attribute
from operations.record.record import RecordUnreachable
from operations.record.replicas import ClientFactory, ConditionFailed, Replicas

Kind = Literal["prove-writable", "revoke", "count", "probe", "extend-lease", "fence-events", "orphans"]
KINDS: frozenset[str] = frozenset(get_args(Kind))

_LOOK_BACK = timedelta(hours=1)
"""Older requests are not even looked at: their askers have gone long ago."""
_FIRST_LOOK, _LONGEST_LOOK = 0.1, 0.5
"""Seconds between two looks for an answer: growing, since most come at once and the others may take long."""


class NoAnswer(Exception):
    """The warden did not answer in time, or the table was out of reach: what it would have said is unknown."""


@dataclass(frozen=True)
class Request:
    """One request as the warden sees it. Times are ISO 8601, UTC."""

    site: str
    id: str
    kind: str
    arguments: dict[str, Value]
    by: str
    at: str
    until: str
    """When its asker stops waiting; afterwards it must not be acted on."""

    def expired(self, at: datetime) -> bool:
        return datetime.fromisoformat(self.until) < at


def new_id(at: datetime) -> str:
    """Sorts by time: 12 hex digits of milliseconds, then 16 of chance."""
    return f"{int(at.timestamp() * 1000):012x}-{secrets.token_hex(8)}"


class Mailbox:
    """The mailboxes of all sites, reached through whichever replica answers."""

    def __init__(self, table: str, regions: Sequence[str], client_factory: ClientFactory) -> None:
        self._replicas = Replicas(table, regions, client_factory)

    def ask(
        self,
        site: str,
        kind: Kind,
        arguments: Mapping[str, Value],
        by: str,
        timeout: float,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> dict[str, Value]:
        """Leaves a request and waits up to `timeout` seconds for the warden's answer.

        The answer has `error` (text) when the warden could not do it. Raises NoAnswer.
        """
        at = datetime.now(UTC)
        key = _key(site, new_id(at))
        item = {
            **key,
            "kind": to_attribute(kind),
            "arguments": to_attribute(dict(arguments)),
            "by": to_attribute(by),
            "at": to_attribute(at.isoformat(timespec="milliseconds")),
            "until": to_attribute((at + timedelta(seconds=timeout)).isoformat(timespec="milliseconds")),
        }
        deadline = monotonic() + timeout
        last, pause = "its warden said nothing", _FIRST_LOOK
        try:
            self._replicas.call("put_item", Item=item, ConditionExpression="attribute_not_exists(pk)")
        except ConditionFailed:
            pass  # the first attempt went through after all: no two requests share an id
        except RecordUnreachable as unreachable:
            raise NoAnswer(f"{kind} at {site} could not be asked: {unreachable}") from None
        while monotonic() < deadline:
            try:
                found = self._replicas.call("get_item", Key=key, ConsistentRead=True).get("Item", {})
                if "answer" in found:
                    answer = from_attribute(found["answer"])
                    return answer if isinstance(answer, dict) else {"error": "the answer is malformed"}
            except RecordUnreachable as unreachable:
                last = str(unreachable)
            sleep(pause)
            pause = min(pause * 1.2, _LONGEST_LOOK)
        raise NoAnswer(f"{kind} at {site} is unknown after {timeout:.0f} s: {last}; the site may be lost or cut off")

    def pending(self, site: str) -> list[Request]:
        """What waits for the site's warden, oldest first. Raises RecordUnreachable."""
        since = new_id(datetime.now(UTC) - _LOOK_BACK)
        query: dict[str, Any] = {
            "KeyConditionExpression": "pk = :box AND sk > :since",
            "FilterExpression": "attribute_not_exists(answered_at)",
            "ExpressionAttributeValues": {":box": to_attribute(_box(site)), ":since": to_attribute(since)},
            "ConsistentRead": True,
        }
        requests: list[Request] = []
        while True:
            page = self._replicas.call("query", **query)
            requests += [_request(site, item) for item in page.get("Items", [])]
            if "LastEvaluatedKey" not in page:
                return requests
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def answer(self, request: Request, answer: Mapping[str, Value]) -> bool:
        """Writes the answer, once: False when another warden of the site was faster. Raises RecordUnreachable."""
        try:
            self._replicas.call(
                "update_item",
                Key=_key(request.site, request.id),
                UpdateExpression="SET answer = :answer, answered_at = :at",
                ConditionExpression="attribute_exists(pk) AND attribute_not_exists(answered_at)",
                ExpressionAttributeValues={
                    ":answer": to_attribute(dict(answer)),
                    ":at": to_attribute(datetime.now(UTC).isoformat(timespec="milliseconds")),
                },
            )
        except ConditionFailed:
            return False
        return True


def _box(site: str) -> str:
    return f"mailbox#{site}"


def _key(site: str, id: str) -> dict[str, dict[str, Any]]:
    return {"pk": to_attribute(_box(site)), "sk": to_attribute(id)}


def _request(site: str, item: Mapping[str, Attribute]) -> Request:
    values = {name: from_attribute(attribute) for name, attribute in item.items()}
    arguments = values.get("arguments")
    return Request(
        site=site,
        id=str(values["sk"]),
        kind=str(values.get("kind")),
        arguments=arguments if isinstance(arguments, dict) else {},
        by=str(values.get("by")),
        at=str(values.get("at")),
        until=str(values.get("until")),
    )
