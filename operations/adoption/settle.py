"""Settling what a killed run left in a stack's state, by editing the state: no resource is touched.

The engine notes an operation in the state before it begins it. After a kill nobody knows whether it took place, and
the engine leaves it at that: it would create the resource again, which a fixed name refuses and an unnamed one
doubles. So each begun creation is looked for. What is found is put into the state, with its id and without outputs,
for a refresh to complete; that is how the engine's own interface has an import done. What is not found is forgotten.
"""

import copy
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from operations.adoption.finders import Again, Begun
from operations.adoption.search import ids
from operations.adoption.table import FINDERS
from operations.outcomes import Refused

Deployment = dict[str, Any]
Find = Callable[[Begun], list[tuple[str, str]]]


@dataclass
class Settled:
    """A state in which nothing is pending."""

    deployment: Deployment
    adopted: dict[str, str] = field(default_factory=dict)
    """URN → id as an import takes it. Found, or its id is known and the refresh will tell."""
    superseded: dict[str, str] = field(default_factory=dict)
    """URN → id of what was begun in place of a resource that is still there; the next `up` deletes it."""
    forgotten: list[str] = field(default_factory=list)
    """URNs of what was not found, or may be created twice without harm."""
    interrupted: list[str] = field(default_factory=list)
    """URNs whose update or deletion was begun: the refresh tells how far it came."""

    @property
    def to_refresh(self) -> list[str]:
        return sorted({*self.adopted, *self.superseded, *self.interrupted})


def pending(deployment: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The operations that were begun and not finished, as the state has them."""
    return list(deployment.get("pending_operations") or [])


def settle(
    deployment: Deployment,
    stack: str,
    given: Mapping[str, str] | None = None,
    gone: Collection[str] = (),
    find: Find | None = None,
) -> Settled:
    """The state without pending operations, and what became of each.

    `given` (URN → id) and `gone` are what the operator knows. Raises Refused, naming each, where a type has no finder.
    """
    look = find or _found
    known = given or {}
    after = copy.deepcopy(deployment)
    settled = Settled(after)
    resources: list[dict[str, Any]] = after.setdefault("resources", [])
    taken = _taken(resources)
    helpless: list[str] = []
    for operation in pending(deployment):
        resource = copy.deepcopy(operation["resource"])
        urn, kind = resource["urn"], resource["type"]
        if operation["type"] != "creating":
            if any(item["urn"] == urn for item in resources):
                settled.interrupted.append(urn)
            continue
        if urn in gone:
            settled.forgotten.append(urn)
            continue
        begun = _begun(resource, resources)
        place = kind, begun.region
        if urn in known:
            candidates = [(known[urn], known[urn])]
        elif kind in FINDERS or find is not None:
            candidates = look(begun)
        elif not resource.get("custom"):
            settled.forgotten.append(urn)
            continue
        else:
            helpless.append(urn)
            continue
        free = next((pair for pair in candidates if pair[0] not in taken.get(place, ())), None)
        if free is None:
            settled.forgotten.append(urn)
            continue
        own, named = free
        taken.setdefault(place, set()).add(own)
        there = any(item["urn"] == urn and not item.get("delete") for item in resources)
        resources.append({**resource, "id": named, "outputs": {}, **({"delete": True} if there else {})})
        (settled.superseded if there else settled.adopted)[urn] = named
    if helpless:
        raise Refused(_helpless(stack, helpless))
    after["pending_operations"] = []
    return settled


def _found(begun: Begun) -> list[tuple[str, str]]:
    finder = FINDERS[begun.type]
    return [] if isinstance(finder, Again) else ids(finder, begun)


def _taken(resources: list[dict[str, Any]]) -> dict[tuple[str, str], set[str]]:
    """Type and region → ids and ARNs that the state has already: they belong to other resources."""
    taken: dict[tuple[str, str], set[str]] = {}
    for resource in resources:
        if resource.get("custom"):
            names = {resource.get("id"), (resource.get("outputs") or {}).get("arn")}
            place = resource["type"], _begun(resource, resources).region
            taken.setdefault(place, set()).update(str(name) for name in names if name)
    return taken


def region_of(resource: Mapping[str, Any], resources: list[dict[str, Any]]) -> str:
    """Where a resource of the state is: by its own word, or else by its provider's; empty where neither says."""
    return _begun(resource, resources).region


def _begun(resource: Mapping[str, Any], resources: list[dict[str, Any]]) -> Begun:
    """Region and account are those of the resource's own provider, as the state has them."""
    urn = str(resource.get("provider") or "").rpartition("::")[0]
    provider = next((item for item in resources if item["urn"] == urn), {})
    inputs = provider.get("inputs") or {}
    accounts = inputs.get("allowedAccountIds") or []
    if isinstance(accounts, str):
        accounts = json.loads(accounts)
    own = resource.get("inputs") or {}
    return Begun(
        urn=str(resource["urn"]),
        type=str(resource["type"]),
        inputs=own,
        region=str(own.get("region") or inputs.get("region") or ""),
        account=str(accounts[0]) if accounts else "",
    )


def _helpless(stack: str, urns: list[str]) -> str:
    lines = "\n".join(f"  {urn}" for urn in urns)
    return (
        f"{len(urns)} creations were begun by a run that was killed, and there is no way to look up these types:\n"
        f"{lines}\n"
        f"look for each yourself, then run `lifeline up {stack}` with --adopt URN=ID for what is there "
        "(the id as `pulumi import` takes it) and --gone URN for what is not"
    )
