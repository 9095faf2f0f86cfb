"""What a change of arguments means: nothing, an update in place, or a replacement; property by property."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from model.signatures import Map, Property
from sandbox.providers.check import INTERNAL
from sandbox.providers.rules import Rules
from sandbox.providers.values import holds_unknown, opened


@dataclass(frozen=True)
class Change:
    """One difference. `kind` is "add", "delete" or "update"."""

    path: str
    kind: str
    replaces: bool


@dataclass(frozen=True)
class Difference:
    """All differences between two sets of arguments."""

    changes: tuple[Change, ...]
    delete_first: bool

    @property
    def names(self) -> frozenset[str]:
        """Top-level properties that changed."""
        return frozenset(top(change.path) for change in self.changes)

    @property
    def replaces(self) -> tuple[str, ...]:
        return tuple(sorted({top(change.path) for change in self.changes if change.replaces}))


def top(path: str) -> str:
    """`tags.owner` and `rules[0].port` belong to `tags` and `rules`."""
    return path.split(".", 1)[0].split("[", 1)[0]


def diff(
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    rules: Rules,
    properties: Mapping[str, Property],
    state: Mapping[str, Any] | None = None,
) -> Difference:
    """Old checked inputs against new ones. Unknown new values count as changed.

    A computed input that the program gives for the first time is compared with the `state`, the old outputs.
    """
    old, new = opened(dict(olds)), opened(dict(news))
    changes: list[Change] = []
    for name in sorted(old.keys() | new.keys()):
        if name.startswith(INTERNAL) or name in rules.write_only or name == "region":
            continue  # a region is compared as a place: it may come from the provider or from the resource
        before, after = old.get(name), new.get(name)
        if name in rules.computed:
            before = (state or {}).get(name) if before is None else before
            after = before if after is None else after
        if same(before, after, name, rules):
            continue
        replaces = not rules.changes_in_place(name)
        declared = properties.get(name)
        is_map = declared is not None and isinstance(declared.type, Map)
        changes.extend(Change(path, kind, replaces) for path, kind in _paths(name, before, after, is_map))
    forced = any(change.replaces for change in changes)
    return Difference(tuple(changes), delete_first=forced and _delete_first(old, new, rules))


def _paths(path: str, before: Any, after: Any, is_map: bool) -> Iterator[tuple[str, str]]:
    if is_map and isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                yield (
                    f"{path}.{key}" if key.isidentifier() else f'{path}["{key}"]',
                    _kind(before.get(key), after.get(key)),
                )
    else:
        yield path, _kind(before, after)


def _kind(before: Any, after: Any) -> str:
    return "add" if before is None else "delete" if after is None else "update"


def _delete_first(old: Mapping[str, Any], new: Mapping[str, Any], rules: Rules) -> bool:
    """Whether the new resource would meet the old one: a name that the program fixed, unchanged."""
    if rules.delete_first:
        return True
    unique = list(rules.fixed)
    if rules.auto_name and rules.auto_name.property not in new.get(f"{INTERNAL}defaults", ()):
        unique.append(rules.auto_name.property)
    return any(old.get(name) is not None and old.get(name) == new.get(name) for name in unique)


def same(before: Any, after: Any, name: str, rules: Rules) -> bool:
    """Whether two values of a property mean the same."""
    if holds_unknown(after):
        return False
    if _empty(before) and _empty(after):
        return True
    if name in rules.documents:
        return bool(document(before) == document(after))
    if name in rules.policies:
        return bool(_policy(document(before)) == _policy(document(after)))
    if name in rules.folded and isinstance(before, str) and isinstance(after, str):
        return before.lower() == after.lower()
    return bool(normal(before, name in rules.ordered) == normal(after, name in rules.ordered))


def _empty(value: Any) -> bool:
    return value is None or value == [] or value == {} or value == ""


def document(value: Any) -> Any:
    """A JSON text as its value; other texts as they are."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _policy(value: Any) -> Any:
    """IAM takes `"s3:Get"` and `["s3:Get"]` for the same and keeps no order in such lists."""
    if isinstance(value, dict):
        return {key: _policy(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_policy(item) for item in value]
        if all(isinstance(item, str) for item in items):
            return items[0] if len(items) == 1 else sorted(items)
        return items
    return value


def normal(value: Any, ordered: bool = False) -> Any:
    """A form in which equal meanings are equal: no empty members, no order where none counts."""
    if isinstance(value, dict):
        pairs = {key: normal(item, ordered) for key, item in value.items()}
        return {key: item for key, item in pairs.items() if item not in (None, [], {})}
    if isinstance(value, list):
        items = [normal(item, ordered) for item in value]
        return items if ordered else sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=str))
    return value
