"""What a policy of an identity allows with KMS keys: with those that it names, or with whatever key there is."""

from collections.abc import Iterable

from model.values import UnknownMet
from policies.conditions import confines
from policies.documents import Document, Statement, match

_KEYS_BY = ("kms:resourcealiases", "kms:requestalias", "kms:encryptioncontext:", "aws:resourcetag/")
"""Condition keys that leave some keys only, or only what was encrypted for one purpose."""


def with_any_key(document: Document, actions: Iterable[str]) -> list[tuple[Statement, str]]:
    """(statement, action) of what it allows with every key. Raises UnknownMet where it may.

    A condition on a key's alias or tag, or on an encryption context, leaves some keys only; `kms:ViaService` does not:
    every key is used through services.
    """
    found = [
        (item, action)
        for item in document.statements
        for action in actions
        if item.allow and not item.unclear and item.acts(action)
        if item.not_resources or any(map(_every_key, item.resources))
        if not any(confines(condition, _KEYS_BY) for condition in item.conditions)
        if not any(_takes_back(other, action) for other in document.statements)
    ]
    if not found and any(item.unclear for item in document.statements):
        raise UnknownMet
    return found


def _every_key(pattern: str) -> bool:
    """`*`, `arn:aws:kms:*:*:key/*`, `arn:aws:kms:us-east-1:111122223333:key/*`, …"""
    parts = [part.replace("*", "x").replace("?", "x") for part in pattern.split(":")] + [""] * 5
    place = ":".join((parts[1] or "aws", "kms", parts[3], parts[4])) if parts[0] == "arn" else "aws:kms:x:0"
    return all(match(pattern, f"arn:{place}:key/{name}") for name in ("1234abcd-12ab", "mrk-0"))


def _takes_back(statement: Statement, action: str) -> bool:
    """A Deny of the action for every key, or for all but those that it names; or what may be one."""
    if statement.allow:
        return False
    if statement.unclear:
        return True
    if statement.conditions or not statement.acts(action):
        return False
    spared = statement.not_resources
    return any(map(_every_key, statement.resources)) or (bool(spared) and not any(map(_every_key, spared)))
