"""Generic mutations of what a compliant program declares, and whether a rule notices. Nothing here knows a rule."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from model.resource import Resource
from model.signatures import Object, Property, Sdk, Sequence
from model.types import PROVIDER, STACK, package
from model.values import UNKNOWN
from model.view import View

CIDR = re.compile(r"^[0-9a-f.:]+/\d+$")
LEVELS = {
    "TLSv1.3_2025": "TLSv1_2016",
    "1.3": "1.0",
    "1.2": "1.0",
    "strict": "off",
    "full": "off",
    "enabled": "disabled",
    "required": "optional",
    "aws:kms": "AES256",
    "immutable": "mutable",
    "block": "allow",
    "deny": "allow",
}
"""Lower case; what a text is made when it is downgraded."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change to one property of one resource."""

    operator: str
    kind: str
    path: str
    """From the resource; a place in a list is `*`."""
    stack: str
    resource: Resource
    mutated: Resource

    @property
    def where(self) -> str:
        """What a line of the reviewed list is about: the same in every resource of the type."""
        return f"{self.operator} {self.kind} {self.path}"

    def view(self, seen: View) -> View:
        """The stack with this one change."""
        resources = [self.mutated if item is self.resource else item for item in seen.resources]
        return View(seen.stack, seen.source, resources, seen.changes)


def mutations(seen: View) -> Iterator[Mutation]:
    """Every mutation of every property of a view, in a stable order. What the SDK requires is not deleted."""
    for resource in seen.resources:
        managed = resource.custom and not resource.external
        if not managed or resource.kind == STACK or resource.kind.startswith(PROVIDER):
            continue
        declared = Sdk(package(resource.type)).resource(resource.type).inputs
        for name in sorted(resource.props):
            for operator, path, value in _of(resource.props[name], name, declared.get(name)):
                props = {**resource.props, name: value}
                depends = resource.depends
                if value is None:
                    del props[name]
                    depends = {key: urns for key, urns in (depends or {}).items() if key != name}
                mutated = replace(resource, props=props, depends=depends)
                if not _same(seen, resource, mutated, name):
                    yield Mutation(operator, resource.kind, path, seen.stack, resource, mutated)


def _same(seen: View, before: Resource, after: Resource, name: str) -> bool:
    """Whether nothing comes of it: what its provider says for all of its resources stands in, or nothing was there."""
    if name == "region":
        return bool(seen.region(before) == seen.region(after))
    if name == "tags":
        return bool(seen.tags(before) == seen.tags(after))
    return before.props[name] == after.props.get(name) or (
        name not in after.props and before.props[name] in ([], {}, "")
    )


def _of(value: Any, path: str, declared: Property | None) -> Iterator[tuple[str, str, Any]]:
    """(operator, path, the whole value with the change in it)"""
    if value is None or value is UNKNOWN:
        return
    if declared is None or not declared.required:
        yield "delete", path, None
    if isinstance(value, bool):
        yield "flip", path, not value
    elif isinstance(value, int | float) and value:
        yield "zero", path, 0
        if value > 1:
            yield "one", path, 1
        yield "hundredfold", path, value * 100
    elif isinstance(value, str):
        yield from _of_text(value, path)
    elif isinstance(value, Mapping):
        inner = declared.type.properties if declared and isinstance(declared.type, Object) else {}
        for key in sorted(value):
            for operator, where, changed in _of(value[key], f"{path}.{key}", inner.get(key)):
                yield (
                    operator,
                    where,
                    {name: item for name, item in {**value, key: changed}.items() if item is not None},
                )
    elif isinstance(value, list):
        each = declared and isinstance(declared.type, Sequence) and Property("", declared.type.of, required=False)
        for at, item in enumerate(value):
            for operator, where, changed in _of(item, f"{path}.*", each or None):
                yield operator, where, [*value[:at], *([] if changed is None else [changed]), *value[at + 1 :]]


def _of_text(value: str, path: str) -> Iterator[tuple[str, str, Any]]:
    if CIDR.match(value):
        yield "widen", path, "::/0" if ":" in value else "0.0.0.0/0"
    if value.lower() in ("true", "false"):
        yield "flip", path, str(value.lower() == "false").lower()
    worse = LEVELS.get(value.lower()) or LEVELS.get(value)
    if worse is not None:
        yield "downgrade", path, worse.upper() if value.isupper() else worse
    for name, pattern, instead in _DOCUMENT:
        found = re.sub(pattern, instead, value)
        if '"Statement"' in value and found != value:
            yield name, path, found
    if value[:1] in "[{" and '"Statement"' not in value:
        try:
            inside = json.loads(value)
        except ValueError:
            return
        for operator, where, changed in _of(inside, path, None):
            if where != path:
                yield operator, where, json.dumps(changed)


_DOCUMENT = (
    ("principal", r'"Principal":\s*(\{[^{}]*\}|"[^"]*")', '"Principal": "*"'),
    ("action", r'"Action":\s*(\[[^\[\]]*\]|"[^"]*")', '"Action": "*"'),
    ("resource", r'"Resource":\s*(\[[^\[\]]*\]|"[^"]*")', '"Resource": "*"'),
    ("effect", r'"Deny"', '"Allow"'),
)
"""Policy documents: everybody, everything, everywhere, and a refusal turned round."""
