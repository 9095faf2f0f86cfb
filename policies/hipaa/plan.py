"""What the engine intends: changes that lose data. Read from previews only, where operations are known."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from model.resource import Resource
from model.stateful import STATEFUL
from model.values import UNKNOWN, UnknownMet, items, number
from policies.case import Case
from policies.examples import Given
from policies.rule import ANY, Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown


def _kept(case: Case) -> Verdict:
    change = case.change
    if change is None or change.kind not in ("delete", "replace"):
        return PASS
    why = f", because of {', '.join(change.properties)}" if change.properties else ""
    return fail(f"the change would {change.kind} it{why}: what it holds is lost")


STATEFUL_KEPT = Rule(
    id="plan-stateful-kept",
    pack="hipaa",
    severity="critical",
    scope="plan",
    types=STATEFUL,
    what="No change deletes or replaces a resource that holds data or keys.",
    why="A renamed argument or a changed region is enough to make the engine delete a database and make an empty one.",
    fix=Fix(
        "Undo what makes the engine replace it (an alias for a rename), or move the data first and waive this once.",
        python='opts=pulumi.ResourceOptions(protect=True, aliases=[pulumi.Alias(name="old-name")])',
        yaml="options:\n  protect: true\n  aliases:\n    - name: old-name",
    ),
    check=_kept,
    passing=(
        Given("aws:rds/cluster:Cluster", "orders", {"backupRetentionPeriod": 7}, change="update", before={}),
        Given("aws:s3/bucket:Bucket", "orders", {}, change="create"),
    ),
    failing=(
        Given("aws:s3/bucket:Bucket", "orders", {}, change="delete"),
        Given(
            "aws:rds/cluster:Cluster",
            "orders",
            {"region": "us-west-2"},
            change="replace",
            before={"region": "us-east-1"},
            differs=("region",),
        ),
    ),
)


GROUPS: Mapping[str, str] = {
    "aws:rds/cluster:Cluster": "globalClusterIdentifier",
    "aws:docdb/cluster:Cluster": "globalClusterIdentifier",
    "aws:neptune/cluster:Cluster": "globalClusterIdentifier",
    "aws:elasticache/replicationGroup:ReplicationGroup": "globalReplicationGroupId",
}
"""Type → the property that makes it a member of what spans regions."""


def _attached(case: Case) -> Verdict:
    change, path = case.change, GROUPS[case.resource.kind]
    if change is None or change.before is None or change.after is None:
        return NOT_APPLICABLE  # made or deleted: another rule's
    before, after = change.before.at(path), change.after.at(path)
    if before is UNKNOWN or after is UNKNOWN:
        return unknown(f"{path} is not known, so whether it stays a member cannot be told", path)
    if before in (None, "") or before == after:
        return PASS
    what = "detach it from" if after in (None, "") else "move it out of"
    return fail(f"the change would {what} what replicates it to the other region", path)


GLOBAL_CLUSTER_KEPT = Rule(
    id="plan-global-cluster-kept",
    pack="hipaa",
    severity="critical",
    scope="plan",
    types=tuple(GROUPS),
    what="No change detaches a cluster from its global cluster.",
    why="A detached cluster is a copy that gets no more data: the next failover goes back to the day of the change. "
    "It cannot be attached again, only made anew.",
    fix=Fix(
        "Give the identifier again. Where a failover moved the cluster, refresh the state first.",
        python="global_cluster_identifier=global_cluster.id",
        yaml="globalClusterIdentifier: ${globalCluster.id}",
    ),
    check=_attached,
    # At a preview both sides come from the state or stay as they are; a group that is made anew is one to look at.
    unknown_blocks=False,
    passing=(
        Given(
            "aws:rds/cluster:Cluster",
            "orders",
            {"globalClusterIdentifier": "orders", "engineVersion": "17.5"},
            change="update",
            before={"globalClusterIdentifier": "orders", "engineVersion": "17.4"},
        ),
        Given("aws:rds/cluster:Cluster", "orders", {"globalClusterIdentifier": "orders"}, change="update", before={}),
        Given("aws:rds/cluster:Cluster", "orders", {}, change="create"),
    ),
    failing=(
        Given("aws:rds/cluster:Cluster", "orders", {}, change="update", before={"globalClusterIdentifier": "orders"}),
        Given(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "sessions",
            {"globalReplicationGroupId": "b"},
            change="update",
            before={"globalReplicationGroupId": "a"},
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where a type says how long it keeps something. `absent` and 0 mean what AWS makes of them."""

    path: str
    absent: float
    """Days, or the property's own unit."""
    zero: float = 0


FOR_EVER = math.inf
# Defaults: the API reference of each service.
RETENTION: Mapping[str, _Kept] = {
    "aws:rds/cluster:Cluster": _Kept("backupRetentionPeriod", 1),
    "aws:rds/instance:Instance": _Kept("backupRetentionPeriod", 0),
    "aws:docdb/cluster:Cluster": _Kept("backupRetentionPeriod", 1),
    "aws:neptune/cluster:Cluster": _Kept("backupRetentionPeriod", 1),
    "aws:redshift/cluster:Cluster": _Kept("automatedSnapshotRetentionPeriod", 1),
    "aws:elasticache/replicationGroup:ReplicationGroup": _Kept("snapshotRetentionLimit", 0),
    "aws:dynamodb/table:Table": _Kept("pointInTimeRecovery.recoveryPeriodInDays", 35),
    "aws:cloudwatch/logGroup:LogGroup": _Kept("retentionInDays", FOR_EVER, zero=FOR_EVER),
    "aws:backup/plan:Plan": _Kept("rules[*].lifecycle.deleteAfter", FOR_EVER, zero=FOR_EVER),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _Kept("rule.defaultRetention.days", 0),
    "aws:kinesis/stream:Stream": _Kept("retentionPeriod", 24),
    "aws:sqs/queue:Queue": _Kept("messageRetentionSeconds", 345_600),
}


def _kept_as_long(case: Case) -> Verdict:
    change, kept = case.change, RETENTION[case.resource.kind]
    if change is None or change.before is None or change.after is None:
        return NOT_APPLICABLE
    before, after = _longest(change.before, kept), _longest(change.after, kept)
    if after >= before:
        return PASS
    return fail(f"the change would keep it {_said(after)} instead of {_said(before)} ({kept.path})", kept.path)


def _longest(resource: Resource, kept: _Kept) -> float:
    """What is kept longest. Raises UnknownMet."""
    found = []
    for item in items(resource.at(kept.path)) or [None]:
        if item is UNKNOWN:
            raise UnknownMet(kept.path)
        value = kept.absent if item is None else number(item)
        found.append(kept.absent if value is None else value or kept.zero)
    return max(found)


def _said(value: float) -> str:
    return "for ever" if value == FOR_EVER else f"for {value:g}"


RETENTION_KEPT = Rule(
    id="plan-retention-kept",
    pack="hipaa",
    severity="high",
    scope="plan",
    types=tuple(RETENTION),
    what="No change shortens how long backups, logs, messages or locked objects are kept.",
    why="What is older than the new limit is deleted when the change is applied, and no revert brings it back.",
    fix=Fix(
        "Keep the longer time; where the shorter one is meant, waive this for the one change.",
        python="retention_in_days=400",
        yaml="retentionInDays: 400",
    ),
    check=_kept_as_long,
    passing=(
        Given(
            "aws:rds/cluster:Cluster",
            "orders",
            {"backupRetentionPeriod": 35},
            change="update",
            before={"backupRetentionPeriod": 7},
        ),
        Given(
            "aws:cloudwatch/logGroup:LogGroup", "calls", {}, change="update", before={"retentionInDays": 400}
        ),  # for ever
        Given("aws:sqs/queue:Queue", "orders", {"messageRetentionSeconds": 60}, change="create"),
    ),
    failing=(
        Given(
            "aws:rds/cluster:Cluster",
            "orders",
            {"backupRetentionPeriod": 7},
            change="update",
            before={"backupRetentionPeriod": 35},
        ),
        Given("aws:rds/cluster:Cluster", "orders", {}, change="update", before={"backupRetentionPeriod": 7}),
        Given("aws:cloudwatch/logGroup:LogGroup", "calls", {"retentionInDays": 400}, change="update", before={}),
        Given(
            "aws:backup/plan:Plan",
            "daily",
            {"rules": [{"ruleName": "daily", "lifecycle": {"deleteAfter": 7}}]},
            change="update",
            before={"rules": [{"ruleName": "daily", "lifecycle": {"deleteAfter": 35}}]},
        ),
    ),
)


def _same_region(case: Case) -> Verdict:
    change = case.change
    if change is None or change.before is None or change.after is None:
        return NOT_APPLICABLE
    # Of a provider's, as that will be: a provider that moves is a finding of its own.
    before, after = case.view.region(change.before), case.view.region(change.after)
    if before is UNKNOWN or after is UNKNOWN:
        return unknown("its region is not known", "region")
    if before == after:
        return NOT_APPLICABLE if after is None else PASS
    if before is None or after is None:
        return unknown("one side does not say the region, so whether it moves cannot be told", "region")
    return fail(
        f"the change would move it from {before} to {after}: all that is there is deleted and made anew", "region"
    )


REGION_KEPT = Rule(
    id="plan-region-kept",
    pack="hipaa",
    severity="critical",
    scope="plan",
    types=(ANY,),
    what="No change moves a resource, or the provider of a stack, to another region.",
    why="A changed region deletes everything where it was and makes it anew, empty, somewhere else.",
    fix=Fix(
        "Give the old region again; a second region is a second stack or a resource of its own.",
        python='region="us-east-1"',
        yaml="region: us-east-1",
    ),
    check=_same_region,
    # A region that a program begins to say moves nothing.
    unknown_blocks=False,
    passing=(
        Given(
            "aws:kms/key:Key",
            "orders",
            {"region": "us-east-1", "description": "b"},
            change="update",
            before={"region": "us-east-1", "description": "a"},
        ),
    ),
    failing=(
        Given(
            "pulumi:providers:aws",
            "east",
            {"region": "us-west-2"},
            change="update",
            before={"region": "us-east-1"},
        ),
        Given("aws:kms/key:Key", "orders", {"region": "us-west-2"}, change="replace", before={"region": "us-east-1"}),
    ),
)
