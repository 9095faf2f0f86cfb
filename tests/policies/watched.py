"""A stack that notes what is read of it, path by path: so the tests know what a rule can notice at all."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from model import values
from model.resource import Resource


@dataclass(slots=True)
class Reads:
    """What was read since the last `clear`."""

    paths: set[tuple[str, str]] = field(default_factory=set)
    """(URN, path); a place in a list is `*`."""
    scanned: bool = False
    """Whether some resource was read whole, whatever its properties are called."""

    def clear(self) -> None:
        self.paths, self.scanned = set(), False


@contextmanager
def watched(resources: tuple[Resource, ...], reads: Reads) -> Iterator[tuple[Resource, ...]]:
    """The same resources; inside, every read of their properties is noted, JSON in a text too."""
    parsed = values.parsed

    def parse(text: str) -> Any:
        found = parsed(text)
        return _watch(found, text.urn, text.path, reads) if isinstance(text, _Text) else found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(values, "parsed", parse)
        yield tuple(
            replace(
                item,
                props=_Object(item.props, item.urn, "", reads),
                depends=None if item.depends is None else _Object(item.depends, item.urn, "", reads),
            )
            for item in resources
        )


def _watch(value: Any, urn: str, path: str, reads: Reads) -> Any:
    if isinstance(value, Mapping):
        return _Object(value, urn, path, reads)
    if isinstance(value, list):
        return _List(value, urn, path, reads)
    return _Text(value, urn, path) if isinstance(value, str) and value[:1] in ("[", "{") else value


class _Object(dict[str, Any]):
    def __init__(self, value: Mapping[str, Any], urn: str, path: str, reads: Reads) -> None:
        self.urn, self.path, self.reads = urn, path, reads
        super().__init__({key: _watch(item, urn, self._below(key), reads) for key, item in value.items()})

    def _below(self, key: object) -> str:
        return f"{self.path}.{key}" if self.path else str(key)

    def _note(self, key: object) -> None:
        self.reads.paths.add((self.urn, self._below(key)))

    def _note_all(self) -> None:
        self.reads.scanned = self.reads.scanned or not self.path
        for key in dict.keys(self):
            self._note(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._note_all()
        return super().__iter__()

    def keys(self) -> Any:
        self._note_all()
        return super().keys()

    def values(self) -> Any:
        self._note_all()
        return super().values()

    def items(self) -> Any:
        self._note_all()
        return super().items()


class _List(list[Any]):
    def __init__(self, value: list[Any], urn: str, path: str, reads: Reads) -> None:
        self.read, self.reads = (urn, f"{path}.*"), reads
        super().__init__(_watch(item, urn, f"{path}.*", reads) for item in value)

    def __iter__(self) -> Iterator[Any]:
        self.reads.paths.add(self.read)
        return super().__iter__()

    def __getitem__(self, at: Any) -> Any:
        self.reads.paths.add(self.read)
        return super().__getitem__(at)


class _Text(str):
    """A text that may hold JSON."""

    urn: str
    path: str

    def __new__(cls, value: str, urn: str, path: str) -> "_Text":
        made = super().__new__(cls, value)
        made.urn, made.path = urn, path
        return made
