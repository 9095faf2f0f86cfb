"""Conditions of a policy statement: which of them really limit who may use it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from model.values import UNKNOWN, Malformed, truth

_WHO = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourcevpcarn",
        "aws:userid",
        "aws:vpcsourceip",
        "cognito-identity.amazonaws.com:aud",
        "elasticfilesystem:accesspointarn",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "saml:aud",
        "sts:externalid",
    }
)
"""Keys that say who asks or where from, or that tie the resource to the asker's account."""

_FLAGS = frozenset({"aws:principalisawsservice", "aws:viaawsservice", "elasticfilesystem:accessedviamounttarget"})
"""Keys that limit where they have to be true."""

_EQUAL = re.compile(r"(foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress)")
_NOT_EQUAL = re.compile(
    r"(foranyvalue:|forallvalues:)?"
    r"(stringnotequals|stringnotequalsignorecase|stringnotlike|arnnotequals|arnnotlike|notipaddress)(ifexists)?"
)
WORLD_V4, WORLD_V6 = 8, 16
"""A network with a shorter prefix than this is the world as good as."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of a condition block, lower case; `values` without those that are unknown."""

    operator: str
    key: str
    values: tuple[str, ...]

    @property
    def plain_transport(self) -> bool:
        """`Bool aws:SecureTransport false`."""
        return (
            self.operator in ("bool", "boolifexists", "stringequals", "stringequalsignorecase")
            and self.key == "aws:securetransport"
            and bool(self.values)
            and all(truth(value) is False for value in self.values)
        )


def conditions(block: Any, where: str) -> tuple[tuple[Condition, ...], bool]:
    """(the conditions of a block, whether some part is unknown). Raises Malformed."""
    if block is None:
        return (), False
    if block is UNKNOWN:
        return (), True
    if not isinstance(block, Mapping):
        raise Malformed(f"{where}.Condition", "an object is expected")
    found, unclear = [], False
    for operator, keys in block.items():
        if keys is UNKNOWN:
            unclear = True
            continue
        if not isinstance(keys, Mapping):
            raise Malformed(f"{where}.Condition.{operator}", "an object is expected")
        for key, value in keys.items():
            values = value if isinstance(value, list) else [value]
            if any(item is UNKNOWN for item in values):
                unclear = True
                continue
            texts = tuple(_text(item) for item in values if item is not None)
            found.append(Condition(str(operator).lower(), str(key).lower(), texts))
    return tuple(found), unclear


def _text(value: Any) -> str:
    return str(value).strip().lower()


def limits(condition: Condition) -> bool:
    """Whether it limits who may ask.

    `…IfExists` and `ForAllValues:` hold where the key is missing, as for anyone anonymous; negations leave the rest of
    the world; a value of wildcards, the whole internet, or the key's own variable matches everything.
    """
    if condition.operator == "bool" and condition.key in _FLAGS:
        return all(truth(value) is True for value in condition.values)
    if not _EQUAL.fullmatch(condition.operator):
        return False
    if condition.key not in _WHO and not _about_who(condition.key):
        return False
    like = "like" in condition.operator or "arn" in condition.operator
    return all(_narrow(condition.key, value, like) for value in condition.values)


def denies_others(condition: Condition) -> bool:
    """In a Deny: whether it spares only named ones, so that what it denies is denied to the rest of the world."""
    if not _NOT_EQUAL.fullmatch(condition.operator):
        return False
    if condition.key not in _WHO and not _about_who(condition.key):
        return False
    like = "like" in condition.operator or "arn" in condition.operator
    return bool(condition.values) and all(_narrow(condition.key, value, like) for value in condition.values)


def confines(condition: Condition, keys: tuple[str, ...]) -> bool:
    """Whether it holds only where one of the keys is there and has a named value, such as one key's alias.

    `keys`: lower case; one that ends with `/` or `:` stands for all that begin with it, as `aws:resourcetag/`.
    """
    if not _EQUAL.fullmatch(condition.operator):
        return False
    named = any(condition.key == key or (key.endswith(("/", ":")) and condition.key.startswith(key)) for key in keys)
    like = "like" in condition.operator or "arn" in condition.operator
    return named and bool(condition.values) and all(_named(value, like) for value in condition.values)


def _named(value: str, wildcards: bool) -> bool:
    """Whether something is left of a value without its wildcards, variables and the word that all of a kind share."""
    rest = value.removeprefix("alias/")
    if re.fullmatch(r"\$\{[^}]*\}", rest):
        return False
    return bool(re.search(r"[^*?/:]", rest) if wildcards else rest)


def _about_who(key: str) -> bool:
    """Tags of the principal, and the subject or audience of a token."""
    return key.startswith("aws:principaltag/") or key.endswith((":sub", ":aud", ":oaud"))


def _narrow(key: str, value: str, wildcards: bool) -> bool:
    if value in (f"${{{key}}}", "${*}"):
        return False
    if key in ("aws:sourceip", "aws:vpcsourceip"):
        return not world(value)
    if not wildcards or not re.search(r"[*?]", value):
        return bool(value)
    if value.startswith("arn:"):
        parts = value.split(":", 5)
        if len(parts) < 6 or re.search(r"[*?]", parts[4]):
            return False
        # Buckets have no account in their ARN: the name has to begin with something.
        return bool(parts[4]) or parts[5][:1] not in ("*", "?")
    # What comes before the first separator is what is owned: an organisation, an account, a repository's owner.
    head = re.split(r"[/:]", value, maxsplit=2)
    owned = head[:2] if head[0] in ("repo", "project", "project_path", "organization") else head[:1]
    return bool(owned[0]) and not any(re.search(r"[*?]", part) for part in owned)


def world(cidr: str) -> bool:
    """Whether a network is so wide that it is the internet; what is no network counts as that."""
    try:
        network = ip_network(cidr.strip(), strict=False)
    except ValueError:
        return True
    return network.prefixlen < (WORLD_V4 if network.version == 4 else WORLD_V6)
