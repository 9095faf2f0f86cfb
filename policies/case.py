"""What a rule is asked about: one resource in its stack, under the parameters that hold there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from model.resource import Change, Resource
from model.values import UNKNOWN, Malformed, UnknownMet, lookup, steps
from model.view import View
from policies.verdict import Verdict

PRODUCTION = frozenset({"production", "prod"})


@dataclass(slots=True)
class Case:
    """The whole input of a check. A check reads, and returns a `Verdict`; it changes nothing."""

    resource: Resource
    """In a rule that is asked once a stack: the stack itself."""
    view: View
    parameters: Mapping[str, Any]
    """The rule's own parameters, defaults filled in."""
    environment: str = "production"
    """Of the stack; the resource's own `environment` tag goes first."""
    change: Change | None = None
    """What the engine intends with the resource, in rules of the scope "plan"."""
    item: Any = None
    """Inside `every`: the item that is looked at."""
    prefix: str = ""
    """Inside `every`: where the item stands."""
    unknowns: list[str] = field(default_factory=list)
    """Paths that were read and found unknown, for the message."""

    def at(self, path: str) -> Any:
        """The property at a path, relative to the item inside `every`. See `model.values.lookup`."""
        if not self.prefix:
            value = self.resource.at(path)
        else:
            try:
                value = lookup(self.item, path)
            except Malformed as error:
                raise Malformed(self.where(error.path), error.reason) from None
        if value is UNKNOWN or (isinstance(value, list) and any(item is UNKNOWN for item in value)):
            self.unknowns.append(self.where(path))
        return value

    def where(self, path: str) -> str:
        """A path as it is shown: from the resource, not from the item."""
        return ".".join(part for part in (self.prefix, path) if part)

    def fed(self, path: str, module: str = "") -> bool:
        """Whether the property gets outputs of resources of this stack (of a module such as `aws:kms/`).

        Then it will be set, even where the value is not known yet. Nothing is certain of what stands inside an unknown
        whole, such as a JSON text with outputs in it.
        """
        full = self.where(path)
        parent = full.rpartition(".")[0]
        if "[" in full or (parent and self.resource.at(parent) is UNKNOWN):
            return False
        top = steps(full)[0]
        sources = [self.view.get(urn) for urn in (self.resource.depends or {}).get(top, ())]
        return any(source is not None and source.kind.startswith(module) for source in sources)

    def inside(self, item: Any, prefix: str) -> "Case":
        """The same case, looking at an item of a list."""
        return Case(
            self.resource,
            self.view,
            self.parameters,
            self.environment,
            self.change,
            item,
            prefix,
            self.unknowns,
        )

    def about(self, resource: Resource) -> "Case":
        """The same case, about another resource."""
        return Case(resource, self.view, self.parameters, self.environment, None, None, "", self.unknowns)

    def value(self, name: str) -> Any:
        """A parameter's value."""
        return self.parameters[name]

    def tag(self, key: str) -> Any:
        """The resource's tag, default tags of its provider included; any spelling. `ABSENT` or `UNKNOWN` otherwise."""
        return self.view.tag(self.resource, key)

    @property
    def production(self) -> bool:
        """Whether it belongs to production: by its `environment` tag, else by its stack. Raises UnknownMet."""
        tag = self._known_tag("environment")
        return (tag or self.environment).lower() in PRODUCTION

    @property
    def classification(self) -> str:
        """What data it holds, by its tag `data-classification`, lower case; `phi` where nothing is said.

        Raises UnknownMet.
        """
        return self._known_tag("data-classification").lower() or "phi"

    def _known_tag(self, key: str) -> str:
        tag = self.tag(key)
        if tag is UNKNOWN:
            self.unknowns.append(f"tags.{key}")
            raise UnknownMet
        return tag.strip() if isinstance(tag, str) else ""


class Check(Protocol):
    """A function of a case, or what the vocabulary makes."""

    def __call__(self, case: Case, /) -> Verdict: ...
