"""What a property can be: known, absent or unknown; and values as people really write them.

Absent is `None`: a property that is missing and one that is null are the same. Unknown is `UNKNOWN`, and it is poison:
any use of it but `is UNKNOWN` (comparing, iterating, `if`, `in`, an attribute) raises `UnknownMet`, which the
evaluation turns into the verdict "unknown". So a rule that forgot about unknown values can not pass by accident.
"""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NoReturn

ABSENT: Final = None


class UnknownMet(Exception):
    """Something was asked of a value that is not known before the change is applied."""

    def __init__(self, path: str = "") -> None:
        self.path = path
        super().__init__(f"{path or 'the value'} is not known before the change is applied")


class Malformed(Exception):
    """A value is not of the kind that its property takes. `path` says where, `reason` what is wrong."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}" if path else reason)


def _raise(*_: object) -> NoReturn:
    raise UnknownMet


class Unknown:
    """The type of `UNKNOWN`; there is one instance."""

    __slots__ = ()

    __bool__ = __eq__ = __ne__ = __hash__ = __lt__ = __le__ = __gt__ = __ge__ = _raise
    __iter__ = __len__ = __contains__ = __getitem__ = __call__ = __int__ = __float__ = _raise
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = _raise

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # what copy, pickle and inspection look for
        raise UnknownMet

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"  # unpickled, it is the one instance again

    def __copy__(self) -> "Unknown":
        return self

    def __deepcopy__(self, memory: object) -> "Unknown":
        return self


UNKNOWN: Final = Unknown()

_EACH: Final = "[*]"


@lru_cache(maxsize=4096)
def steps(path: str) -> tuple[str, ...]:
    """`a.b[*].c` → ("a", "b", "[*]", "c")."""
    return tuple(step for step in path.replace(_EACH, f".{_EACH}").split(".") if step)


def lookup(value: Any, path: str) -> Any:
    """What stands at a path: a value, `ABSENT` or `UNKNOWN`.

    `a.b` is a property of an object; `a[*].b` is that property of every item, as a flat list. A single object where a
    list could stand is taken as a list of one, and the other way round; `a.b` over several items is a list too. A text
    that holds JSON (a policy, container definitions) is read through, with keys in any case.

    Raises:
        Malformed: the path goes on where there is a number, a truth value, or a text that is no JSON.
    """
    return _walk(value, steps(path), 0, False)


def _walk(value: Any, path: tuple[str, ...], at: int, any_case: bool) -> Any:
    while at < len(path):
        if value is None or value is UNKNOWN:
            return value
        step = path[at]
        if type(value) is dict and step != _EACH:  # by far the most frequent, and asking for a Mapping is slow
            value, at = _get(value, step, any_case), at + 1
            continue
        if isinstance(value, str) and (step != _EACH or value.lstrip()[:1] in ("[", "{")):
            value, any_case = _read(value, path, at), True
            continue
        if step == _EACH:
            items = value if isinstance(value, list) else [value]
            return _spread(items, path, at + 1, any_case)
        if isinstance(value, Mapping):
            value = _get(value, step, any_case)
        elif isinstance(value, list):
            if len(value) != 1:
                return _spread(value, path, at, any_case) if value else None
            value = value[0]
            continue
        else:
            raise Malformed(shown(path[:at]), f"expected an object, found {kind(value)}")
        at += 1
    return value


def _spread(items: list[Any], path: tuple[str, ...], at: int, any_case: bool) -> list[Any]:
    nested = _EACH in path[at:]
    found: list[Any] = []
    for item in items:
        value = _walk(item, path, at, any_case)
        if nested and isinstance(value, list):
            found.extend(value)
        else:
            found.append(value)
    return found


def _get(value: Mapping[str, Any], key: str, any_case: bool) -> Any:
    found = value.get(key)
    if found is None and any_case:
        low = key.lower()
        return next((item for name, item in value.items() if name.lower() == low), None)
    return found


def _read(text: str, path: tuple[str, ...], at: int) -> Any:
    try:
        value = parsed(text)
    except ValueError as error:
        raise Malformed(shown(path[:at]), str(error)) from None
    if isinstance(value, str):
        raise Malformed(shown(path[:at]), "expected an object, found a text")
    return value


@lru_cache(maxsize=4096)
def parsed(text: str) -> Any:
    """JSON in a text. The result is shared: never change it. Raises ValueError with a reason to show."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("is not valid JSON") from None


def shown(path: tuple[str, ...]) -> str:
    """The steps as a path again."""
    return ".".join(path).replace(f".{_EACH}", _EACH)


def truth(value: Any) -> bool | None:
    """True or False, also where it is written as a text; None for anything else. Raises UnknownMet."""
    if value is UNKNOWN:
        raise UnknownMet
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _WORDS.get(value.strip().lower())
    return None


_WORDS: Final[Mapping[str, bool]] = {"true": True, "false": False}


def number(value: Any) -> float | None:
    """A finite number, also where it is written as a text; None for anything else. Raises UnknownMet."""
    if value is UNKNOWN:
        raise UnknownMet
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | str):
        try:
            found = float(value)
        except (ValueError, OverflowError):
            return None
        return found if math.isfinite(found) else None
    return None


def items(value: Any) -> list[Any]:
    """A list of what stands there: none for absent, one for a single value. Raises UnknownMet."""
    if value is UNKNOWN:
        raise UnknownMet
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list, or the one that stands there; what is of another kind is left out. Raises UnknownMet."""
    found = items(value)
    if any(item is UNKNOWN for item in found):
        raise UnknownMet
    return [item for item in found if isinstance(item, Mapping)]


def has_unknown(value: Any) -> bool:
    """Whether anything in it is unknown."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    return isinstance(value, list) and any(has_unknown(item) for item in value)


def kind(value: Any) -> str:
    """The kind of a value, in words; never the value, which may be a secret."""
    if value is UNKNOWN:
        return "an unknown value"
    if isinstance(value, bool):
        return "true or false"
    for types, words in _KINDS:
        if isinstance(value, types):
            return words
    return "nothing" if value is None else "something else"


_KINDS: Final[tuple[tuple[Any, str], ...]] = (
    (int | float, "a number"),
    (str, "a text"),
    (list, "a list"),
    (Mapping, "an object"),
)
