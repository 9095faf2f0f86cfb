"""Which resource a property refers to: by the outputs that went into it, or by the id, ARN or name that it holds."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, Malformed, lookup, steps

NAMES = (
    "arn",
    "name",
    "bucket",
    "identifier",
    "clusterIdentifier",
    "globalClusterIdentifier",
    "replicationGroupId",
    "repositoryUrl",
    "dnsName",
    "domain",
    "keyId",
    "url",
)
"""What others call a resource by, apart from its id."""


def identities(resource: Resource) -> tuple[str, ...]:
    """Every known text by which another resource may refer to this one, once each."""
    found = [resource.id, *(resource.output(name) for name in NAMES)]
    texts = [value for value in found if isinstance(value, str) and value]
    if resource.kind == "aws:s3/bucket:Bucket":
        texts += [f"arn:aws:s3:::{text}" for text in texts if not text.startswith("arn:")]
    return tuple(dict.fromkeys(texts))


@dataclass(frozen=True, slots=True)
class Reference:
    """What one property of a resource says of others."""

    urns: tuple[str, ...]
    """Whose outputs went into it."""
    texts: tuple[str, ...]
    unclear: bool
    """Something in it is unknown, and the source does not tell where it comes from."""


def reference(source: Resource, property: str) -> Reference:
    """What a property refers to, at a path such as `vpcConfig.subnetIds`."""
    urns = tuple((source.depends or {}).get(steps(property)[0], ()))
    try:
        value = lookup(source.props, property)
    except Malformed:
        return Reference(urns, (), unclear=False)
    listed = value if isinstance(value, list) else [value]
    return Reference(
        urns,
        tuple(item for item in listed if isinstance(item, str)),
        # Known to come from elsewhere, if the source tells what went into it.
        unclear=not urns and any(item is UNKNOWN for item in listed),
    )


class Near:
    """Names are taken once a region: equal ones in two regions are two resources. An ARN is one everywhere."""

    def __init__(self, region: Callable[[Resource], Any]) -> None:
        self._region = region

    def may(self, text: str, source: Resource, target: Resource) -> bool:
        """Whether a text that names the target can mean it."""
        if text.startswith("arn:"):
            return True
        own, other = self._region(source), self._region(target)
        return not (isinstance(own, str) and isinstance(other, str)) or own == other


class Index:
    """One property of all resources of a type, by what it refers to."""

    def __init__(self, sources: Iterable[Resource], property: str, near: Near) -> None:
        self._near = near
        self._by_urn: dict[str, list[Resource]] = defaultdict(list)
        self._by_text: dict[str, list[Resource]] = defaultdict(list)
        self._unclear: list[Resource] = []
        for source in sources:
            said = reference(source, property)
            for urn in said.urns:
                self._by_urn[urn].append(source)
            for text in said.texts:
                self._by_text[text].append(source)
            if said.unclear:
                self._unclear.append(source)

    def of(self, target: Resource, identities: Iterable[str]) -> tuple[list[Resource], list[Resource]]:
        """(those that refer to the target, those of which it cannot be told)."""
        found = {source.urn: source for source in self._by_urn.get(target.urn, ())}
        for text in identities:
            for source in self._by_text.get(text, ()):
                if self._near.may(text, source, target):
                    found[source.urn] = source
        return list(found.values()), [source for source in self._unclear if source.urn not in found]


class Named:
    """All resources of a type, by what others call them."""

    def __init__(
        self, targets: Iterable[Resource], identities: Callable[[Resource], Iterable[str]], near: Near
    ) -> None:
        self._near = near
        self._by_urn = {target.urn: target for target in targets}
        self._by_text: dict[str, list[Resource]] = defaultdict(list)
        for target in self._by_urn.values():
            for text in identities(target):
                self._by_text[text].append(target)

    def of(self, source: Resource, property: str) -> tuple[list[Resource], list[Resource]]:
        """(those that the property refers to, those of which it cannot be told)."""
        said = reference(source, property)
        found = {urn: self._by_urn[urn] for urn in said.urns if urn in self._by_urn}
        for text in said.texts:
            for target in self._by_text.get(text, ()):
                if self._near.may(text, source, target):
                    found[target.urn] = target
        unclear = [target for urn, target in self._by_urn.items() if urn not in found] if said.unclear else []
        return list(found.values()), unclear
