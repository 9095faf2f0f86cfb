"""Many resources made of few: the same ones again and again under other names, each round referring to itself."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from model.links import NAMES

_MARK = "\0"
"""Stands behind every name that a round has for itself; in no text that Pulumi writes."""
_WORD = re.compile(r"[\w-]+")


def many(listed: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """So many resources of clouds, and the components and providers between them, as `model.to_list` writes them.

    Of every round but the first, all ids, ARNs and names have the round's number at their end, also where others
    refer to them: in properties, inside policy documents, in URNs. No round refers to another.
    """
    own = _Own(listed)
    marked = [own.marked(item) for item in listed]
    found: list[dict[str, Any]] = []
    for item in _rounds(marked):
        if number <= 0:
            break
        number -= managed(item)
        found.append(item)
    return found


def managed(item: Mapping[str, Any]) -> bool:
    """Whether it is a resource of a cloud, and neither a component nor a provider."""
    return "/" in item["type"]


def _rounds(marked: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for round_ in count():
        end = f"-{round_}" if round_ else ""
        for item in marked:
            yield _ended(item, end)


def _ended(value: Any, end: str) -> Any:
    if isinstance(value, str):
        return value.replace(_MARK, end) if _MARK in value else value
    if isinstance(value, dict):
        return {key: _ended(item, end) for key, item in value.items()}
    return [_ended(item, end) for item in value] if isinstance(value, list) else value


class _Own:
    """The names that resources go by."""

    def __init__(self, listed: Iterable[Mapping[str, Any]]) -> None:
        self._names: set[str] = set()
        for item in listed:
            outputs, props = item.get("outputs") or {}, item["props"]
            called = [item["name"], item.get("id"), *(said.get(name) for said in (outputs, props) for name in NAMES)]
            for text in called:
                if isinstance(text, str):
                    # `role/east-task` of an ARN: what is before it belongs to AWS.
                    last = re.split(r"[/:]", text)[-1]
                    # One word alone (`postgresql`, `web`) may as well mean something else where it is found.
                    if "-" in last and _WORD.fullmatch(last):
                        self._names.add(last)

    def marked(self, value: Any) -> Any:
        if isinstance(value, str):
            return value + _MARK if value.startswith("urn:pulumi:") else _WORD.sub(self._mark, value)
        if isinstance(value, dict):
            return {key: item if key == "type" else self.marked(item) for key, item in value.items()}
        return [self.marked(item) for item in value] if isinstance(value, list) else value

    def _mark(self, word: re.Match[str]) -> str:
        return word[0] + _MARK if word[0] in self._names else word[0]
