"""One resource as rules see it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from model.types import canonical
from model.values import UNKNOWN, lookup


@dataclass(frozen=True, slots=True)
class Location:
    """The line of the user's program that constructed a resource."""

    file: str
    """Relative to the project's folder where it is inside."""
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """A resource as its program asks for it: `props` are the inputs, in Pulumi's own camelCase names.

    A value in `props` is known, absent (`None`) or `UNKNOWN`, at any depth. What only the cloud tells (ids, ARNs,
    computed defaults) is in `id` and `outputs`, so that a default that AWS filled in is never taken for a decision.
    """

    urn: str
    type: str
    """As declared; `kind` is the canonical one."""
    name: str
    props: Mapping[str, Any]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What the cloud told, as far as others may refer to the resource by it (`model.links.NAMES`)."""
    id: Any = UNKNOWN
    parent: str = ""
    """URN, empty at the top."""
    provider: str = ""
    """URN of the provider's resource, empty where it is the default one or not said."""
    depends: Mapping[str, tuple[str, ...]] | None = None
    """Top-level property → URNs whose outputs went into it. None: the source does not tell."""
    secrets: frozenset[str] = frozenset()
    """Top-level properties that hold a Pulumi secret."""
    protect: bool = False
    retain: bool = False
    """Pulumi's `retainOnDelete`."""
    custom: bool = True
    """False for components."""
    external: bool = False
    """Only read by the program (`get`), not managed by it: others may refer to it, and no rule judges it."""
    location: Location | None = None
    kind: str = field(init=False)
    """The canonical type, see `model.types`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", canonical(self.type))

    def at(self, path: str) -> Any:
        """The input at a path such as `logging.targetBucket` or `ingress[*].cidrBlocks`: see `model.values.lookup`."""
        return lookup(self.props, path)

    def output(self, name: str) -> Any:
        """What the cloud tells, else the input of that name, else `UNKNOWN`: an output exists once it is applied."""
        found = self.outputs.get(name)
        if found is None:
            found = self.props.get(name)
        return UNKNOWN if found is None else found

    def secret(self, name: str) -> bool:
        """Whether a top-level property is a Pulumi secret, in whole or in part."""
        return name in self.secrets

    def tags(self) -> Any:
        """Its own tags, keys spelled the one way of `tag_key`; `UNKNOWN` where the whole is. Raises Malformed."""
        own = self.props.get("tags")
        if own is UNKNOWN:
            return UNKNOWN
        if isinstance(own, list):
            # Auto Scaling writes them as a list of key and value.
            pairs = [(item.get("key"), item.get("value")) for item in own if isinstance(item, Mapping)]
            return {tag_key(key): value for key, value in pairs if isinstance(key, str)}
        return {tag_key(key): value for key, value in own.items()} if isinstance(own, Mapping) else {}


ChangeKind = Literal["create", "update", "replace", "delete", "same"]


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What the engine intends with one resource. `before` and `after` are None where there is none."""

    kind: ChangeKind
    before: Resource | None
    after: Resource | None
    properties: tuple[str, ...] = ()
    """Paths that differ, as the engine names them; those that force a replacement are among them."""

    @property
    def resource(self) -> Resource:
        """The resource as it will be, or as it was."""
        found = self.after or self.before
        assert found is not None, "a change has a resource before or after"
        return found


@lru_cache(maxsize=4096)
def tag_key(key: str) -> str:
    """One spelling for `CostCenter`, `cost-center`, `cost_center`, `Cost Center` and `COST_CENTER`: `costcenter`."""
    return re.sub(r"[^a-z0-9]", "", key.lower())
