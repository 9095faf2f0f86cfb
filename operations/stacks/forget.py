"""Forgetting in a state what was in a region that is lost for good, by editing the state: no resource is touched.

Nothing there can be deleted any more, so an `up` that wanted to would fail for ever.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from operations.adoption.settle import region_of
from operations.outcomes import Refused
from operations.stacks.changes import STATEFUL

Deployment = dict[str, Any]
_TABLE = "aws:dynamodb/table:Table"
_PROVIDER = "pulumi:providers:aws"


@dataclass
class Forgotten:
    """A state without them. What stays and depended on one of them does so no longer."""

    deployment: Deployment
    there: list[str] = field(default_factory=list)
    """URNs of what was in the region."""
    bound: list[str] = field(default_factory=list)
    """URNs of strongly consistent tables elsewhere: none can take another region in the place of the lost one."""

    @property
    def urns(self) -> list[str]:
        return [*self.there, *self.bound]

    def stateful(self) -> list[str]:
        """Those that held data."""
        return [urn for urn in self.urns if urn.split("::")[2].rpartition("$")[2] in STATEFUL]


def forget(deployment: Mapping[str, Any], region: str) -> Forgotten:
    """The state without what was in the region. Raises Refused where a run was killed: that is settled first."""
    if deployment.get("pending_operations"):
        raise Refused("a run of this stack was killed: `lifeline up` (or `destroy`) settles that; then forget")
    after = copy.deepcopy(dict(deployment))
    resources: list[dict[str, Any]] = after.get("resources") or []
    forgotten = Forgotten(after)
    for resource in resources:
        if not resource.get("custom") or resource["type"].startswith("pulumi:"):
            continue
        if region_of(resource, resources) == region:
            forgotten.there.append(resource["urn"])
        elif resource["type"] == _TABLE and region in _members(resource):
            forgotten.bound.append(resource["urn"])
    gone = set(forgotten.urns)
    kept = [resource for resource in resources if resource["urn"] not in gone]
    used = {str(resource.get("provider") or "").rpartition("::")[0] for resource in kept}
    idle = {
        resource["urn"]
        for resource in kept
        if resource["type"] == _PROVIDER
        and (resource.get("inputs") or {}).get("region") == region
        and resource["urn"] not in used
    }
    forgotten.there += sorted(idle)
    gone |= idle
    after["resources"] = [_without(resource, gone) for resource in kept if resource["urn"] not in gone]
    return forgotten


def _members(table: Mapping[str, Any]) -> set[str]:
    """The other regions of a strongly consistent table; any other takes and gives up replicas as it likes."""
    inputs = table.get("inputs") or {}
    replicas = inputs.get("replicas") or []
    if not any(replica.get("consistencyMode") == "STRONG" for replica in replicas):
        return set()
    witness = (inputs.get("globalTableWitness") or {}).get("regionName")
    return {str(replica.get("regionName")) for replica in replicas} | {str(witness)}


def _without(resource: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    for name in ("dependencies", "replaceWith"):
        if resource.get(name):
            resource[name] = [urn for urn in resource[name] if urn not in gone]
    for name, urns in (resource.get("propertyDependencies") or {}).items():
        resource["propertyDependencies"][name] = [urn for urn in urns or [] if urn not in gone]
    if resource.get("deletedWith") in gone:
        del resource["deletedWith"]
    return resource
