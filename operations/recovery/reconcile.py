"""Bringing the checkout and Pulumi's state back to what a promotion made of the estate; nothing is ever applied.

The record says who serves. The one line follows it, the state is refreshed where the estate can be reached, and every
stack is previewed. A plan that would delete, replace or detach something that holds data is refused. What a promotion
made and a stack would make again is taken into its state.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.settings.files import read_yaml
from operations.outcomes import Refused, Stopped
from operations.record.record import Record, RecordUnreachable
from operations.recovery import active_line
from operations.recovery.made import MADE, adopt
from operations.stacks.changes import Change, Changes
from operations.stacks.engine import Engine, EngineError
from operations.stacks.side_by_side import side_by_side

DETACHING: Mapping[str, frozenset[str]] = {
    "aws:dynamodb/table:Table": frozenset({"globalTableWitness", "replicas"}),
    "aws:rds/cluster:Cluster": frozenset({"globalClusterIdentifier", "replicationSourceIdentifier"}),
    "aws:rds/globalCluster:GlobalCluster": frozenset({"sourceDbClusterIdentifier"}),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": frozenset({"role", "rules"}),
    "aws:secretsmanager/secret:Secret": frozenset({"replicas"}),
}
"""Properties whose change takes something that holds data out of its replication, type by type."""


@dataclass(frozen=True)
class Reconciled:
    """`diff`: what changed in `Pulumi.yaml`, empty where the line was right already. `planned`: by stack."""

    active: str
    diff: str
    planned: Mapping[str, Changes]

    @property
    def empty(self) -> bool:
        return all(changes.empty for changes in self.planned.values())


def reconcile(
    root: Path,
    environment: str,
    stacks: Sequence[str],
    read: Callable[[], Record],
    engine: Engine,
    say: Callable[[str], None],
    *,
    pilot: bool = False,
) -> Reconciled:
    """`read`: a strongly consistent read of the record. `pilot`: a site that stands by has no database instances.

    Raises Refused, with the line as it was: the record cannot be read, a promotion is under way, a stack has a line of
    its own, or a plan would lose or detach data. Raises Stopped where a stack could not be seen: the line is changed.
    """
    record = _record(read)
    _check_overrides(root, stacks)
    path = root / "Pulumi.yaml"
    before = path.read_text(encoding="utf-8")
    try:
        after = active_line.flip(before, environment, record.active)
    except ValueError as error:
        raise Refused(str(error)) from None
    difference = active_line.diff(before, after)
    if difference:
        path.write_text(after, encoding="utf-8")
        say(f"Pulumi.yaml now names {record.active}, as the record does (epoch {record.epoch})")
    unseen = _unseen(side_by_side(engine, "refresh", stacks), "refreshed")
    planned = side_by_side(engine, "preview", stacks)
    seen = {changes.stack: changes for changes in planned if isinstance(changes, Changes)}
    given_up = frozenset({MADE}) if pilot else frozenset[str]()
    dangers = [danger for changes in seen.values() for danger in _dangers(changes, given_up)]
    if dangers:
        path.write_text(before, encoding="utf-8")
        listed = "\n".join(f"  {danger}" for danger in dangers)
        raise Refused(f"{len(dangers)} changes would lose or detach data; Pulumi.yaml is as it was:\n{listed}")
    unseen |= _unseen(planned, "previewed")
    if unseen:
        listed = "\n".join(f"  {stack}: {why}" for stack, why in unseen.items())
        raise Stopped(
            f"{len(unseen)} stacks could not be seen:\n{listed}\nPulumi.yaml names {record.active}; nothing was "
            "applied. When their regions answer again, go on with: lifeline reconcile"
        )
    for stack, changes in seen.items():
        try:
            if adopt(engine, changes, say):
                seen[stack] = engine.preview(stack)
        except EngineError as error:
            why = (str(error).splitlines() or ["no reason given"])[0]
            raise Stopped(
                f"{stack}: what the promotion made could not be taken into its state: {why}\nPulumi.yaml names "
                f"{record.active}; no resource was touched. Go on with: lifeline reconcile"
            ) from None
    return Reconciled(record.active, difference, seen)


def _record(read: Callable[[], Record]) -> Record:
    try:
        record = read()
    except RecordUnreachable as error:
        raise Refused(f"the control record cannot be read, and it is what says who serves: {error}") from None
    if record.lock is not None:
        raise Refused(
            f"promotion {record.lock.promotion} is under way (by {record.lock.holder}, at {record.lock.step}): let it "
            "end first, or go on with it: lifeline promote --resume"
        )
    return record


def _check_overrides(root: Path, stacks: Sequence[str]) -> None:
    for stack in stacks:
        config = read_yaml(root / f"Pulumi.{stack}.yaml").get("config")
        if isinstance(config, dict) and active_line.KEY in config:
            raise Refused(
                f"Pulumi.{stack}.yaml has an `{active_line.KEY}` of its own, so that the one in Pulumi.yaml does not "
                "count there: remove it"
            )


def _unseen(results: Sequence[Changes | EngineError], what: str) -> dict[str, str]:
    failed = [result for result in results if isinstance(result, EngineError)]
    return {error.stack: f"not {what}: {(str(error).splitlines() or ['no reason given'])[0]}" for error in failed}


def _dangers(changes: Changes, given_up: frozenset[str]) -> list[str]:
    listed = (change for change in changes.listed() if change.kind != "delete" or change.type not in given_up)
    return [f"{changes.stack}: {text}" for change in listed if (text := danger(change))]


def danger(change: Change) -> str | None:
    """What is wrong with a planned change, and the fix; None where it loses and detaches nothing."""
    what = f"{change.kind} {change.type} {change.name}"
    if change.stateful and change.kind == "delete":
        return (
            f"{what}: it is in the state and not in this checkout; fix: put its declaration back, or let the state "
            f"forget it and keep it: pulumi state delete '{change.urn}'"
        )
    if change.stateful and change.kind == "replace":
        names = ", ".join(change.properties) or "what differs"
        return f"{what}: its data would go; fix: set {names} back to what the estate has"
    detached = sorted(set(_top(change.properties)) & DETACHING.get(change.type, frozenset()))
    if change.kind in ("update", "delete") and (detached or (change.kind == "delete" and change.type in DETACHING)):
        names = ", ".join(detached) or "all of it"
        return f"{what}: it would leave its replication ({names}); fix: lifeline rejoin the site, then reconcile again"
    return None


def _top(properties: Sequence[str]) -> list[str]:
    return [name.replace("[", ".").split(".")[0] for name in properties]
