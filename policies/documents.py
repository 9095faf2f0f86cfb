"""IAM and resource policies, judged by what they allow.

Names and spellings do not matter: keys in any case, a single value for a list, a document as text or as object,
`NotAction`, `NotPrincipal`, `NotResource`, wildcards inside ARNs, and conditions that look like a limit and are none.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Any

from model.values import UNKNOWN, Malformed, UnknownMet, parsed
from policies.conditions import Condition, conditions, denies_others, limits

_PRINCIPALS = ("aws:principalarn", "aws:userid")
"""Keys that name one who asks, and not everybody of an account."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. Texts are lower case; an unknown part makes it `unclear` and is left out."""

    allow: bool
    principals: tuple[tuple[str, str], ...] | None
    """(kind, value), for example ("aws", "*"); None where the statement names none."""
    not_principals: bool
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    unclear: bool
    name: str
    """Its Sid, or its number, for messages."""

    @property
    def anyone(self) -> bool:
        """Whether every AWS account, or the whole world, is among its principals. Conditions are not looked at."""
        if self.not_principals:
            return True
        return any(_anyone(kind, value) for kind, value in self.principals or ())

    @property
    def limited(self) -> bool:
        """Whether a condition limits who may use it."""
        return any(limits(condition) for condition in self.conditions)

    @property
    def every_action(self) -> bool:
        """`*`, `*:*`, …, or `NotAction`, which allows all that it does not name."""
        return bool(self.not_actions) or any(_all(action) for action in self.actions)

    @property
    def every_resource(self) -> bool:
        """`*`, an ARN of wildcards only, or `NotResource`."""
        return bool(self.not_resources) or any(_all(item) or _all_arn(item) for item in self.resources)

    def acts(self, action: str) -> bool:
        """Whether it is about an action such as `kms:Decrypt`, or about all of a pattern such as `s3:*`."""
        wanted = action.lower()
        if self.not_actions:
            return not any(match(pattern, wanted) for pattern in self.not_actions)
        return any(match(pattern, wanted) for pattern in self.actions)


@dataclass(frozen=True, slots=True)
class Document:
    """A policy: its statements."""

    statements: tuple[Statement, ...]

    def _those(self, wanted: Iterable[Statement]) -> list[Statement]:
        """The statements that were asked for; raises UnknownMet where none is, but one may be."""
        found = list(wanted)
        if not found and any(item.unclear for item in self.statements):
            raise UnknownMet
        return found

    def public(self) -> list[Statement]:
        """What it allows to anyone: no condition limits who, and no Deny takes it back from everybody else."""
        return self._those(
            item
            for item in self.statements
            if item.allow and item.anyone and not item.unclear and not item.limited and not self._taken_back(item)
        )

    def _taken_back(self, allowed: Statement) -> bool:
        """A Deny to everyone outside (`StringNotEquals aws:PrincipalOrgID …`) of all that is allowed."""
        return any(
            not item.allow
            and (item.anyone and not item.not_principals)
            and bool(item.conditions)
            and all(denies_others(condition) for condition in item.conditions)
            and not item.not_actions
            and not item.not_resources
            and all(any(match(pattern, action) for pattern in item.actions) for action in allowed.actions or ("*",))
            and all(any(match(pattern, name) for pattern in item.resources) for name in allowed.resources or ("*",))
            for item in self.statements
        )

    def everything(self) -> list[Statement]:
        """What allows every action on every resource."""
        return self._those(item for item in self.statements if item.allow and item.every_action and item.every_resource)

    def service_wildcards(self, exceptions: Iterable[str] = ()) -> list[tuple[Statement, str]]:
        """(statement, action) of every `service:*`, and of what is wider; `exceptions` are services."""
        spared = {name.lower().partition(":")[0] for name in exceptions}
        found = []
        for item in self.statements:
            if not item.allow:
                continue
            if item.not_actions:
                found.append((item, "everything but NotAction"))
            for action in item.actions:
                service, _, name = action.partition(":")
                if _all(action) or (_all(name) and service not in spared):
                    found.append((item, action))
        if not found:
            self._those(())
        return found

    def grants(self, *actions: str) -> list[Statement]:
        """What allows any of the actions on every resource."""
        return self._those(
            item
            for item in self.statements
            if item.allow and item.every_resource and any(item.acts(action) for action in actions)
        )

    def denies(self, action: str) -> bool:
        """Whether it denies an action on every resource to everyone, or to everyone but principals that it names."""
        for item in self.statements:
            to_all = not item.allow and item.anyone and not item.not_principals and not item.unclear
            spares = all(denies_others(one) and one.key in _PRINCIPALS for one in item.conditions)
            if to_all and spares and item.every_resource and not item.not_resources and item.acts(action):
                return True
        self._those(())
        return False

    def refuses_plain_transport(self, action: str, *, objects: bool = False) -> bool:
        """Whether it denies to everyone what comes without TLS: all of `action` (such as `s3:*`).

        `objects`: the resource and what is in it (`bucket` and `bucket/*`) must both be named.
        """
        if any(_refuses_plain(item, action, objects) for item in self.statements):
            return True
        self._those(())
        return False


def read(value: Any, path: str = "policy") -> Document:
    """A policy document as a text or an object.

    Raises:
        Malformed: it is no policy document.
        UnknownMet: it is not known.
    """
    if value is UNKNOWN:
        raise UnknownMet
    return _read_text(value, path) if isinstance(value, str) else _read(value, path)


@lru_cache(maxsize=4096)
def _read_text(text: str, path: str) -> Document:
    """Several rules ask about one document."""
    try:
        value = parsed(text)
    except ValueError as error:
        raise Malformed(path, str(error)) from None
    return _read(value, path)


def _read(value: Any, path: str) -> Document:
    if not isinstance(value, Mapping):
        raise Malformed(path, "is not a policy document: an object with Statement is expected")
    statements = _key(value, "statement")
    if statements is UNKNOWN:
        raise UnknownMet
    if statements is None:
        raise Malformed(path, "is not a policy document: it has no Statement")
    listed = statements if isinstance(statements, list) else [statements]
    return Document(tuple(_statement(item, number, path) for number, item in enumerate(listed, 1)))


def _statement(value: Any, number: int, path: str) -> Statement:
    where = f"{path}.Statement[{number - 1}]"
    if value is UNKNOWN:
        return Statement(False, None, False, (), (), (), (), (), True, str(number))
    if not isinstance(value, Mapping):
        raise Malformed(where, "is not a statement: an object is expected")
    effect = _key(value, "effect")
    if effect is not UNKNOWN and str(effect).lower() not in ("allow", "deny"):
        raise Malformed(where, "Effect has to be Allow or Deny")
    marks: list[bool] = [effect is UNKNOWN]
    principal, not_principal = _key(value, "principal"), _key(value, "notprincipal")
    sid = _key(value, "sid")
    found_conditions, unclear = conditions(_key(value, "condition"), where)
    marks.append(unclear)
    return Statement(
        allow=effect is not UNKNOWN and str(effect).lower() == "allow",
        principals=None if principal is None else _principals(principal, marks, where),
        not_principals=not_principal is not None,
        actions=_texts(_key(value, "action"), marks, f"{where}.Action"),
        not_actions=_texts(_key(value, "notaction"), marks, f"{where}.NotAction"),
        resources=_texts(_key(value, "resource"), marks, f"{where}.Resource"),
        not_resources=_texts(_key(value, "notresource"), marks, f"{where}.NotResource"),
        conditions=found_conditions,
        unclear=any(marks),
        name=sid if isinstance(sid, str) and sid else f"statement {number}",
    )


def _key(value: Mapping[str, Any], name: str) -> Any:
    return next((item for key, item in value.items() if str(key).lower() == name), None)


def _texts(value: Any, marks: list[bool], where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    found = []
    for item in value if isinstance(value, list) else [value]:
        if item is UNKNOWN:
            marks.append(True)
        elif isinstance(item, str | int) and not isinstance(item, bool):
            found.append(str(item).strip().lower())  # an account's number may come as one
        else:
            raise Malformed(where, "a text or a list of texts is expected")
    return tuple(found)


def _principals(value: Any, marks: list[bool], where: str) -> tuple[tuple[str, str], ...]:
    if value is UNKNOWN:
        marks.append(True)
        return ()
    if isinstance(value, Mapping):
        return tuple(
            (str(kind).lower(), text)
            for kind, texts in value.items()
            for text in _texts(texts, marks, f"{where}.Principal")
        )
    return tuple(("aws", text) for text in _texts(value, marks, f"{where}.Principal"))


def _anyone(kind: str, value: str) -> bool:
    """`*`, or an ARN whose account is a wildcard."""
    if _all(value) or kind == "*":
        return True
    parts = value.split(":")
    return value.startswith("arn:") and len(parts) > 4 and bool(re.search(r"[*?]", parts[4]))


def _all(pattern: str) -> bool:
    return "*" in pattern and not re.search(r"[^*?:]", pattern)


def _all_arn(pattern: str) -> bool:
    """`arn:*`, `arn:aws:*`, `arn:aws:*:*:*:*`."""
    head, _, rest = pattern.partition(":")
    partition, _, rest = rest.partition(":") if head == "arn" else ("", "", "x")
    return _all(rest) if rest else _all(partition)


def match(pattern: str, text: str) -> bool:
    """Whether an IAM pattern (`*` and `?`) covers a text; a wildcard in the text is covered by a wildcard only."""
    return bool(_compiled(pattern).fullmatch(text))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    # `fnmatch` takes time that grows with the length only; IAM has no `[…]`.
    return re.compile(translate(pattern.replace("[", "[[]")))


def _refuses_plain(statement: Statement, action: str, objects: bool) -> bool:
    if statement.allow or not statement.anyone or statement.not_principals or not statement.acts(action):
        return False
    if len(statement.conditions) != 1 or not statement.conditions[0].plain_transport:
        return False
    if not objects or statement.every_resource:
        return not statement.not_resources
    names = statement.resources
    inside = any(name.endswith(("/*", "*")) for name in names)
    itself = any("/" not in name for name in names)
    return inside and itself
