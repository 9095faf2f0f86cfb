"""RDS and Aurora: nobody outside reaches a database or a copy of it."""

from policies.databases import CLUSTER, CLUSTER_INSTANCE, INSTANCE
from policies.examples import Given
from policies.rule import Fix, Rule
from policies.vocabulary import none_of, not_true

SNAPSHOT_TYPES = (
    "aws:rds/snapshot:Snapshot",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
)

_PRIVATE = Fix(
    "Leave publicly_accessible out or set it to false, and reach the database from inside the network.",
    python="publicly_accessible=False",
    yaml="publiclyAccessible: false",
)

INSTANCE_PRIVATE = Rule(
    id="rds-not-public",
    pack="hipaa",
    severity="critical",
    types=(INSTANCE,),
    what="A database instance has no public address.",
    why="A public address lets the whole internet guess passwords and try every flaw of the engine.",
    fix=_PRIVATE,
    check=not_true("publiclyAccessible"),
    passing=({}, {"publiclyAccessible": False}),
    failing=({"publiclyAccessible": True},),
)

CLUSTER_PRIVATE = Rule(
    id="rds-cluster-not-public",
    pack="hipaa",
    severity="critical",
    types=(CLUSTER,),
    what="A Multi-AZ database cluster has no public address.",
    why="Such a cluster carries the public flag itself, and all its instances follow it.",
    fix=_PRIVATE,
    check=not_true("publiclyAccessible"),
    passing=({}, {"publiclyAccessible": False}),
    failing=({"publiclyAccessible": True}, {"dbClusterInstanceClass": "db.m6gd.large", "publiclyAccessible": True}),
)

CLUSTER_INSTANCE_PRIVATE = Rule(
    id="rds-cluster-instance-not-public",
    pack="hipaa",
    severity="critical",
    types=(CLUSTER_INSTANCE,),
    what="An instance of an Aurora cluster has no public address.",
    why="Aurora is public instance by instance: one reader with a public address opens the whole data.",
    fix=_PRIVATE,
    check=not_true("publiclyAccessible"),
    passing=({}, {"publiclyAccessible": False}),
    failing=({"publiclyAccessible": True},),
)

SNAPSHOT_NOT_SHARED = Rule(
    id="rds-snapshot-not-shared",
    pack="hipaa",
    severity="critical",
    types=SNAPSHOT_TYPES,
    what="No database snapshot is shared with everyone.",
    why="A public snapshot is a whole copy of the database for anyone who has an AWS account.",
    fix=Fix(
        'Name the accounts in shared_accounts, never "all".',
        python='shared_accounts=["123456789012"]',
        yaml='sharedAccounts: ["123456789012"]',
    ),
    check=none_of("sharedAccounts", "all"),
    passing=({}, {"sharedAccounts": []}, {"sharedAccounts": ["123456789012"]}),
    failing=(
        {"sharedAccounts": ["all"]},
        {"sharedAccounts": ["123456789012", "all"]},
        *(Given(token, "snapshot", {"sharedAccounts": ["all"]}) for token in SNAPSHOT_TYPES[1:]),
    ),
)
