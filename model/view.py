"""All resources of one stack, indexed once."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from model.links import Index, Named, Near, identities
from model.resource import Change, Resource, tag_key
from model.types import PROVIDER, STACK, canonical
from model.values import UNKNOWN, Malformed, lookup

Found = TypeVar("Found")
Source = Literal["program", "preview", "state", "list", "engine"]


@dataclass(frozen=True, slots=True)
class Links:
    """Resources that are linked to one. `unclear` are those of which the source does not tell."""

    found: tuple[Resource, ...]
    unclear: tuple[Resource, ...] = ()


class View:
    """The resources of one stack, as one source shows them."""

    def __init__(
        self,
        stack: str,
        source: Source,
        resources: Iterable[Resource],
        changes: Sequence[Change] | None = None,
    ) -> None:
        self.stack, self.source = stack, source
        self.resources = tuple(resources)
        self.changes = None if changes is None else tuple(changes)
        """None: this source knows no operations, so nothing can be said about them."""
        self._by_urn = {resource.urn: resource for resource in self.resources}
        self._by_kind: dict[str, list[Resource]] = defaultdict(list)
        self._children: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            self._by_kind[resource.kind].append(resource)
            self._children[resource.parent].append(resource)
        self._near = Near(self.region)
        self._links: dict[tuple[str, str], Index] = {}
        self._named: dict[str, Named] = {}
        self._identities: dict[str, tuple[str, ...]] = {}
        self._once: dict[Hashable, Any] = {}

    def __reduce__(self) -> Any:
        """Sent to another process without its indexes."""
        return View, (self.stack, self.source, self.resources, self.changes)

    @classmethod
    def joined(cls, views: "Sequence[View]") -> "View":
        """Several stacks as one: a URN names its stack. Of changes nothing is said, and it has several roots."""
        names = "+".join(view.stack for view in views)
        return cls(names, views[0].source, [resource for view in views for resource in view.resources])

    def once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """What `find` finds in this stack, looked for once; what it raises is not kept. Never change the result.

        `key` names the question and all that the answer depends on: a function, say, and its arguments.
        """
        try:
            found: Found = self._once[key]
        except KeyError:
            found = self._once[key] = find()
        return found

    def get(self, urn: str) -> Resource | None:
        return self._by_urn.get(urn)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The canonical types that it holds."""
        return tuple(self._by_kind)

    def of(self, *types: str) -> Sequence[Resource]:
        """Resources of these types, whichever of its names a type goes by."""
        if len(types) == 1:
            return self._by_kind.get(canonical(types[0]), ())
        return [item for type_ in types for item in self._by_kind.get(canonical(type_), ())]

    @property
    def root(self) -> Resource | None:
        """The stack itself, where the source shows it."""
        return next(iter(self.of(STACK)), None)

    def children(self, resource: Resource) -> Sequence[Resource]:
        return self._children.get(resource.urn, ())

    def ancestors(self, resource: Resource) -> tuple[Resource, ...]:
        """Its parents, the nearest first; a cycle ends the chain."""
        seen, chain, at = {resource.urn}, [], self.get(resource.parent)
        while at is not None and at.urn not in seen:
            seen.add(at.urn)
            chain.append(at)
            at = self.get(at.parent)
        return tuple(chain)

    def provider(self, resource: Resource) -> Resource | None:
        """The explicit provider that manages it."""
        return self.get(resource.provider)

    def region(self, resource: Resource) -> Any:
        """Its own `region`, else its provider's; `ABSENT` where neither is said."""
        own = resource.props.get("region")
        if own is not None:
            return own
        provider = self.provider(resource)
        return None if provider is None else provider.props.get("region")

    def linked(self, target: Resource, type: str, property: str) -> Links:
        """Resources of a type whose property refers to `target`: `linked(bucket, "aws:s3/…", "bucket")`.

        A property refers to a resource if one of its outputs went into it, or if it has its id, ARN or name. Where a
        property is unknown and the source tells no dependencies, the resource is in `unclear`.
        """
        key = (canonical(type), property)
        if key not in self._links:
            self._links[key] = Index(self.of(type), property, self._near)
        found, unclear = self._links[key].of(target, self._called(target))
        return Links(tuple(found), tuple(unclear))

    def targets(self, resource: Resource, property: str, type: str) -> Links:
        """The other way: resources of a type that `resource`'s property refers to."""
        key = canonical(type)
        if key not in self._named:
            self._named[key] = Named(self.of(type), self._called, self._near)
        found, unclear = self._named[key].of(resource, property)
        return Links(tuple(found), tuple(unclear))

    def _called(self, resource: Resource) -> tuple[str, ...]:
        """Its `identities`, found out once."""
        if resource.urn not in self._identities:
            self._identities[resource.urn] = identities(resource)
        return self._identities[resource.urn]

    def tags(self, resource: Resource) -> Any:
        """Its tags with the provider's default ones, keys spelled as `tag_key` does; `UNKNOWN` where that is."""
        own, default = self._own_tags(resource), self._default_tags(resource)
        return UNKNOWN if own is UNKNOWN or default is UNKNOWN else {**default, **own}

    def tag(self, resource: Resource, key: str) -> Any:
        """A tag's value, whatever spelling the key has; `ABSENT`, or `UNKNOWN` where it may be there."""
        own, default = self._own_tags(resource), self._default_tags(resource)
        wanted = tag_key(key)
        if own is not UNKNOWN and wanted in own:
            return own[wanted]
        if default is not UNKNOWN and wanted in default:
            return default[wanted]
        return UNKNOWN if own is UNKNOWN or default is UNKNOWN else None

    def _own_tags(self, resource: Resource) -> Any:
        return self.once(("tags", resource), resource.tags)

    def _default_tags(self, resource: Resource) -> Any:
        provider = self.provider(resource)
        if provider is None or not provider.kind.startswith(PROVIDER):
            return {}
        return self.once(("default tags", provider), lambda: _default_tags(provider))


def _default_tags(provider: Resource) -> Any:
    """`UNKNOWN` where the whole is."""
    try:
        found = lookup(provider.props, "defaultTags.tags")
    except Malformed:
        return {}
    if found is UNKNOWN:
        return UNKNOWN
    return {tag_key(key): value for key, value in found.items()} if isinstance(found, Mapping) else {}
