"""What the program declares, as far as an upgrade may not change it: `python -m tests.infra.upgrade.seen` prints it.

A resource is its URN. Of its arguments only those count whose change replaces it, by the rows of the sandbox's
providers; types without a row are compared by URN alone.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

from sandbox.providers.rows import aws_rows, plain_rows
from sandbox.providers.rows.cloudflare import ROWS as EDGE_ROWS
from sandbox.providers.rules import Rules
from sandbox.providers.values import opened
from tests.infra.declared import Declared, Registered
from tests.infra.stacks import declared

SCOPES = ("global", "east")
"""Both sites are the same code: one is enough."""

ANEW = frozenset({"aws:ecs/taskDefinition:TaskDefinition"})
"""Registered anew at every release: a new revision in the old one's place is what a release is."""

Seen = dict[str, dict[str, str]]
"""URN → property → digest of its value; only properties that replace."""


@cache
def rules() -> Mapping[str, Rules]:
    """Type → how its properties change."""
    acting = {row.type: row.rules for row in aws_rows()} | {row.type: row.rules for row in EDGE_ROWS}
    return acting | {plain.type: plain.rules for plain in plain_rows()}


def of(stack: Declared) -> Seen:
    """What one stack declares."""
    return {item.urn: _fixed(item) for item in stack.resources if item.package != "pulumi"}


def aliases(stack: Declared) -> dict[str, str]:
    """Old URN → new URN, where a resource says what it was called before."""
    found = {}
    for item in stack.resources:
        for alias in item.request.aliases:
            if alias.WhichOneof("alias") == "urn":
                found[alias.urn] = item.urn
            elif alias.spec.name:
                found[item.urn.rpartition("::")[0] + "::" + alias.spec.name] = item.urn
    return found


def _fixed(item: Registered) -> dict[str, str]:
    known = rules().get(item.type)
    if known is None or not item.custom or item.type in ANEW:
        return {}
    return {
        name: digest(value)
        for name, value in sorted(opened(dict(item.inputs)).items())
        if not known.changes_in_place(name) and name not in known.write_only and name not in item.ignored
    }


def digest(value: Any) -> str:
    """Eight hexadecimal digits; the order of a list does not count."""
    return hashlib.sha256(json.dumps(_unordered(value), sort_keys=True, default=str).encode()).hexdigest()[:8]


def _unordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _unordered(item) for name, item in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(item) for item in value), key=lambda item: json.dumps(item, default=str))
    return value


if __name__ == "__main__":
    json.dump({scope: of(declared(scope)) for scope in SCOPES}, sys.stdout, indent=0, sort_keys=True)
