"""Examples of a rule: resources as a program would write them. They are run as tests and shown in the documentation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from model import symbols
from model.resource import Change, ChangeKind, Resource
from model.types import STACK
from model.values import UNKNOWN
from model.view import View


@dataclass(frozen=True, slots=True)
class Ref:
    """An output of another resource of the example: unknown at preview, known once it exists."""

    name: str
    output: str = "id"


@dataclass(frozen=True, slots=True)
class Joined:
    """A text with outputs in it, as `Output.concat` makes."""

    parts: tuple[str | Ref, ...]


def ref(name: str, output: str = "id") -> Ref:
    """The id, or another output, of the example's resource `name`."""
    return Ref(name, output)


def joined(*parts: str | Ref) -> Joined:
    """Texts and outputs in a row: `joined(ref("bucket", "arn"), "/*")`."""
    return Joined(parts)


@dataclass(frozen=True, slots=True)
class Given:
    """One resource of an example."""

    type: str
    name: str
    props: Mapping[str, Any] = field(default_factory=dict)
    provider: str = ""
    """Name of a `Given` of type "pulumi:providers:…"."""
    parent: str = ""
    protect: bool = False
    secrets: tuple[str, ...] = ()
    """Top-level properties that are Pulumi secrets."""
    change: ChangeKind | None = None
    """What the engine intends, for rules of the scope "plan"; with "delete", `props` is what was there."""
    before: Mapping[str, Any] | None = None
    """The inputs before an update or a replacement."""
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A small stack."""

    resources: tuple[Given, ...]
    environment: str = "production"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    """What is special about it, where that is not plain to see."""


Sample = Example | Given | Mapping[str, Any]
"""A mapping is short for the properties of one resource of the rule's first type."""


def example(
    *resources: Given, environment: str = "production", note: str = "", parameters: Mapping[str, Any] | None = None
) -> Example:
    """A small stack of resources, in an environment and with parameters of its own."""
    return Example(resources, environment, parameters or {}, note)


def whole(sample: Sample, type: str) -> Example:
    """A sample in its long form; `type` is the rule's first."""
    if isinstance(sample, Example):
        return sample
    return Example((sample if isinstance(sample, Given) else Given(type, "example", sample),))


def view(sample: Example, *, applied: bool) -> View:
    """The example as a view: `applied`, with every id known, or as it is at a preview."""
    given = {item.name: item for item in sample.resources}
    resources, changes = [Resource(_urn(STACK, "example"), STACK, "example", {}, custom=False)], []
    for item in sample.resources:
        after = _resource(item, item.props, given, applied)
        if item.change != "delete":
            resources.append(after)
        if item.change is not None:
            before = after if item.change == "delete" else None
            if item.before is not None:
                before = _resource(item, item.before, given, applied)
            changes.append(Change(item.change, before, None if item.change == "delete" else after, item.differs))
    return View("example", "state" if applied else "preview", resources, changes or None)


def _urn(type: str, name: str) -> str:
    return f"urn:pulumi:example::example::{type}::{name}"


def _resource(item: Given, props: Mapping[str, Any], given: Mapping[str, Given], applied: bool) -> Resource:
    depends: dict[str, tuple[str, ...]] = {}
    resolved = {}
    for key, value in props.items():
        refs: list[Ref] = []
        resolved[key] = _value(value, given, applied, refs)
        if refs:
            depends[key] = tuple(_urn(given[found.name].type, found.name) for found in refs)
    return Resource(
        _urn(item.type, item.name),
        item.type,
        item.name,
        resolved,
        outputs={"arn": symbols.arn(item.type, item.name)} if applied else {},
        id=f"{item.name}-id" if applied else UNKNOWN,
        parent=_parent(item, given),
        provider=_urn(given[item.provider].type, item.provider) if item.provider else "",
        depends=depends,
        secrets=frozenset(item.secrets),
        protect=item.protect,
    )


def _parent(item: Given, given: Mapping[str, Given]) -> str:
    return _urn(given[item.parent].type, item.parent) if item.parent else _urn(STACK, "example")


def _value(value: Any, given: Mapping[str, Given], applied: bool, refs: list[Ref]) -> Any:
    if isinstance(value, Ref):
        refs.append(value)
        return _output(given[value.name], value.output) if applied else UNKNOWN
    if isinstance(value, Joined):
        parts = [_value(part, given, applied, refs) for part in value.parts]
        return "".join(parts) if applied or not refs else UNKNOWN
    if isinstance(value, Mapping):
        return {key: _value(item, given, applied, refs) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_value(item, given, applied, refs) for item in value]
    return value


def _output(item: Given, output: str) -> Any:
    if output == "arn":
        return symbols.arn(item.type, item.name)
    return f"{item.name}-id" if output == "id" else item.props.get(output, f"{item.name}-{output}")
