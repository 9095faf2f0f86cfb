"""Every resource of an estate, found again without its id and imported by what was found."""

from dataclasses import dataclass
from typing import Any

from operations.adoption.finders import Again
from operations.adoption.settle import settle
from operations.adoption.table import FINDERS
from sandbox.providers.rows import aws_rows
from sandbox.providers.rows.cloudflare import ROWS as EDGE_ROWS
from tests.engine.estate import Estate
from tests.sandbox.providers.wire import Wire

ACTS = {row.type for row in aws_rows()} | {row.type for row in EDGE_ROWS}
"""Types that exist in the emulated clouds."""
UNREAD = {
    "aws:acm/certificate:Certificate": {"validationMethod"},
    "aws:backup/selection:Selection": {"conditions"},
    "aws:ecs/taskDefinition:TaskDefinition": {"containerDefinitions", "volumes"},
    "aws:elasticache/replicationGroup:ReplicationGroup": {"subnetGroupName"},
    "aws:rds/globalCluster:GlobalCluster": {"engineLifecycleSupport"},
    "aws:s3/bucket:Bucket": {"objectLockEnabled"},
    "aws:secretsmanager/secretVersion:SecretVersion": {"secretStringWoVersion"},
}
"""Arguments that an import by the id alone does not find here as the program says them: the last is never told by AWS,
the others are not read by the sandbox, or read with all their defaults. Adopting after a kill keeps the arguments that
the killed run had, so they are no difference there."""
SEALED = "4dabf18193072939515e22adb298388d"
"""Marks a value that the state keeps encrypted."""


@dataclass(frozen=True)
class Imported:
    """What became of one resource."""

    urn: str
    type: str
    found: str | None
    """What an import takes, as it was found."""
    same_id: bool
    replaces: tuple[str, ...]
    """What of the program's arguments would replace what was imported."""

    @property
    def good(self) -> bool:
        return self.found is not None and self.same_id and not self.replaces


def imports(it: Estate, stack: str) -> list[Imported]:
    """Each resource of the stack, as if the run that made it had been killed before it heard the id."""
    deployment = it.engine.deployment(stack)
    resources = deployment["resources"]
    wires: dict[tuple[str, str], Wire] = {}
    seen = []
    for resource in resources:
        kind = resource["type"]
        if kind not in ACTS or isinstance(FINDERS[kind], Again):
            continue
        others = [item for item in resources if item is not resource]
        begun = {key: value for key, value in resource.items() if key not in ("id", "outputs")}
        settled = settle({"resources": others, "pending_operations": [{"type": "creating", "resource": begun}]}, stack)
        found = settled.adopted.get(resource["urn"])
        package, region = kind.split(":")[0], (resource.get("outputs") or {}).get("region") or "us-west-2"
        if (package, region) not in wires:
            given = {"region": region, "allowedAccountIds": ["111122223333"]} if package == "aws" else {}
            wires[package, region] = Wire(it.running.providers[package], **given)
        seen.append(_imported(wires[package, region], resource, found))
    for wire in wires.values():
        wire.close()
    return seen


def _imported(wire: Wire, resource: dict[str, Any], found: str | None) -> Imported:
    urn, kind = resource["urn"], resource["type"]
    if found is None:
        return Imported(urn, kind, None, False, ())
    made = wire.imported(kind, urn.rpartition("::")[2], found)
    if made is None:
        return Imported(urn, kind, found, False, ())
    given = {name: value for name, value in resource["inputs"].items() if not _hidden(name, value)}
    unread = UNREAD.get(kind, set())
    replaces = tuple(name for name in wire.diff(made, **given).replaces if name not in unread)
    return Imported(urn, kind, found, made.id == resource["id"], replaces)


def _hidden(name: str, value: Any) -> bool:
    return name.startswith("__") or (isinstance(value, dict) and SEALED in value)
