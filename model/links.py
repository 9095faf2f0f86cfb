"""Which resource a property refers to: by the outputs that went into it, or by the id, ARN or name that it holds."""

from collections import defaultdict
from collections.abc import Callable, Iterable
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


def identities(resource: Resource) -> set[str]:
    """Every known text by which another resource may refer to this one."""
    found = [resource.id, *(resource.output(name) for name in NAMES)]
    texts = {value for value in found if isinstance(value, str) and value}
    if resource.kind == "aws:s3/bucket:Bucket":
        texts |= {f"arn:aws:s3:::{text}" for text in texts if not text.startswith("arn:")}
    return texts


class Index:
    """One property of all resources of a type, by what it refers to."""

    def __init__(self, sources: Iterable[Resource], property: str, region: Callable[[Resource], Any]) -> None:
        self._region = region
        self._by_urn: dict[str, list[Resource]] = defaultdict(list)
        self._by_text: dict[str, list[Resource]] = defaultdict(list)
        self._unclear: list[Resource] = []
        top = steps(property)[0]
        for source in sources:
            self._add(source, property, top)

    def _add(self, source: Resource, property: str, top: str) -> None:
        urns = (source.depends or {}).get(top, ())
        for urn in urns:
            self._by_urn[urn].append(source)
        try:
            value = lookup(source.props, property)
        except Malformed:
            return
        unclear = False
        for item in value if isinstance(value, list) else [value]:
            if item is UNKNOWN:
                # Known to come from elsewhere, if the source tells what went into it.
                unclear = unclear or not urns
            elif isinstance(item, str):
                self._by_text[item].append(source)
        if unclear:
            self._unclear.append(source)

    def of(self, target: Resource, region: Any) -> tuple[list[Resource], list[Resource]]:
        """(those that refer to the target, those of which it cannot be told)."""
        found = {source.urn: source for source in self._by_urn.get(target.urn, ())}
        for text in identities(target):
            for source in self._by_text.get(text, ()):
                if text.startswith("arn:") or self._near(source, region):
                    found[source.urn] = source
        return list(found.values()), [source for source in self._unclear if source.urn not in found]

    def _near(self, source: Resource, region: Any) -> bool:
        """Names are taken once a region: equal ones in two regions are two resources."""
        own = self._region(source)
        return not (isinstance(own, str) and isinstance(region, str)) or own == region
