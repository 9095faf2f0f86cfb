"""The journal's book in the control table: items `journal#<run>`, one an entry, each written once."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from operations.record.attributes import Value, from_attribute, to_attribute
from operations.record.record import RecordUnreachable
from operations.record.replicas import ClientFactory, ConditionFailed, Replicas
from operations.steps.journal import Entry, JournalMalformed, JournalOvertaken, JournalUnwritable, Kind


class JournalTable:
    """Strongly consistent, so that another machine reads all that was written."""

    name = "control table"

    def __init__(self, table: str, regions: Sequence[str], client_factory: ClientFactory) -> None:
        self._replicas = Replicas(table, regions, client_factory)

    def write(self, entry: Entry) -> None:
        item = {
            **_key(entry.run, entry.number),
            "at": to_attribute(entry.at),
            "kind": to_attribute(entry.kind),
            "step": to_attribute(entry.step),
            "what": to_attribute(entry.what),
            "data": to_attribute(entry.data),
            "writer": to_attribute(entry.writer),
        }
        try:
            self._replicas.call("put_item", Item=item, ConditionExpression="attribute_not_exists(pk)")
        except RecordUnreachable as unreachable:
            raise JournalUnwritable(str(unreachable)) from None
        except ConditionFailed:
            found = self._one(entry.run, entry.number)
            # An attempt whose answer was lost may have written it after all.
            if found is None or found.writer != entry.writer:
                raise JournalOvertaken(
                    f"another process goes on with {entry.run}: entry {entry.number} is not this one's; "
                    "leave it to that one, `lifeline status` shows how far it is"
                ) from None

    def read(self, run: str) -> list[Entry]:
        """Raises JournalMalformed, RecordUnreachable."""
        query: dict[str, Any] = {
            "KeyConditionExpression": "pk = :run",
            "ExpressionAttributeValues": {":run": to_attribute(_pk(run))},
            "ConsistentRead": True,
        }
        entries: list[Entry] = []
        while True:
            page = self._replicas.call("query", **query)
            entries += [_entry(run, item) for item in page.get("Items", [])]
            if "LastEvaluatedKey" not in page:
                return entries
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _one(self, run: str, number: int) -> Entry | None:
        try:
            item = self._replicas.call("get_item", Key=_key(run, number), ConsistentRead=True).get("Item")
        except RecordUnreachable as unreachable:
            raise JournalUnwritable(str(unreachable)) from None
        return None if item is None else _entry(run, item)


def _pk(run: str) -> str:
    return f"journal#{run}"


def _key(run: str, number: int) -> dict[str, dict[str, Any]]:
    return {"pk": to_attribute(_pk(run)), "sk": to_attribute(f"{number:06d}")}


def _entry(run: str, item: dict[str, Any]) -> Entry:
    try:
        values = {name: from_attribute(attribute) for name, attribute in item.items()}
        return Entry(
            run=run,
            number=int(str(values["sk"])),
            at=str(values["at"]),
            kind=cast(Kind, values["kind"]),  # `checked` looks whether it is one
            step=str(values["step"]),
            what=str(values["what"]),
            data=dict(cast(Mapping[str, Value], values["data"])),
            writer=str(values["writer"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise JournalMalformed(
            f"an item of `{_pk(run)}` in the control table is no entry of a journal ({error}); "
            "go on from the machine that has the local file, or mend the item"
        ) from None
