"""RDS and Aurora: what is stored is encrypted, and with whose key."""

from policies.databases import (
    AURORA,
    CLUSTER,
    CLUSTER_INSTANCE,
    GLOBAL_CLUSTER,
    INSTANCE,
    REPLICA,
    SERVERLESS_V1,
    own_or_cluster,
)
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import all_of, any_of, by_type, cmk, matches, present, true, unless, when

SNAPSHOT_COPY = "aws:rds/snapshotCopy:SnapshotCopy"
CLUSTER_SNAPSHOT_COPY = "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy"

STORAGE_ENCRYPTED = Rule(
    id="rds-storage-encrypted",
    pack="hipaa",
    severity="critical",
    types=(INSTANCE,),
    what="A database instance's storage is encrypted.",
    why=(
        "Unencrypted volumes, snapshots and replicas leave PHI readable to anyone who gets hold of the storage; it "
        "cannot be turned on later without a restore."
    ),
    fix=Fix(
        "Set storage_encrypted; an existing instance has to be restored from an encrypted copy of its snapshot.",
        python="storage_encrypted=True",
        yaml="storageEncrypted: true",
    ),
    check=unless(any_of(REPLICA, AURORA), true("storageEncrypted")),
    passing=({"storageEncrypted": True}, {"replicateSourceDb": "orders"}, {"engine": "aurora-postgresql"}),
    failing=({}, {"storageEncrypted": False}, {"storageEncrypted": None, "engine": "postgres"}),
)

CLUSTER_STORAGE_ENCRYPTED = Rule(
    id="rds-cluster-storage-encrypted",
    pack="hipaa",
    severity="critical",
    types=(CLUSTER,),
    what="A database cluster's storage is encrypted.",
    why="The cluster's volume holds every copy of the data, and its snapshots; it cannot be encrypted later in place.",
    fix=Fix(
        "Set storage_encrypted; an existing cluster has to be restored from a snapshot with encryption on.",
        python="storage_encrypted=True",
        yaml="storageEncrypted: true",
    ),
    # AWS encrypts every cluster of Aurora Serverless v1.
    check=unless(SERVERLESS_V1, true("storageEncrypted")),
    passing=({"storageEncrypted": True}, {"engineMode": "serverless"}),
    failing=({}, {"storageEncrypted": False}, {"engineMode": "provisioned", "kmsKeyId": "alias/orders"}),
)

GLOBAL_ENCRYPTED = Rule(
    id="rds-global-cluster-encrypted",
    pack="hipaa",
    severity="critical",
    types=(GLOBAL_CLUSTER,),
    what="A global database is encrypted.",
    why="It is copied to other regions; where it is not encrypted, no member of it can be.",
    fix=Fix("Set storage_encrypted to true.", python="storage_encrypted=True", yaml="storageEncrypted: true"),
    # Made from an existing cluster it takes the encryption of that, which answers for itself.
    check=unless(present("sourceDbClusterIdentifier"), true("storageEncrypted")),
    passing=(
        {"storageEncrypted": True},
        example(
            Given(CLUSTER, "first", {"storageEncrypted": True}),
            Given(GLOBAL_CLUSTER, "all", {"sourceDbClusterIdentifier": ref("first", "arn")}),
        ),
    ),
    failing=({}, {"storageEncrypted": False}, {"engine": "aurora-postgresql"}),
)

SNAPSHOT_COPY_ENCRYPTED = Rule(
    id="rds-snapshot-copy-encrypted",
    pack="hipaa",
    severity="high",
    types=(SNAPSHOT_COPY, CLUSTER_SNAPSHOT_COPY),
    what="The copy of a database snapshot names the key that it is encrypted with.",
    why="Without a key, the copy of an unencrypted snapshot is unencrypted, and a copy to another region is refused.",
    fix=Fix(
        "Set kms_key_id to a key of the region in which the copy is made.",
        python="kms_key_id=key.arn",
        yaml="kmsKeyId: ${key.arn}",
    ),
    check=present("kmsKeyId"),
    passing=(
        example(Given("aws:kms/key:Key", "key"), Given(SNAPSHOT_COPY, "copy", {"kmsKeyId": ref("key", "arn")})),
        Given(CLUSTER_SNAPSHOT_COPY, "copy", {"kmsKeyId": "alias/orders"}),
    ),
    failing=({}, {"kmsKeyId": ""}, Given(CLUSTER_SNAPSHOT_COPY, "copy")),
)

OWN_KEY = Rule(
    id="rds-cmk",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(INSTANCE, CLUSTER),
    what="A database is encrypted with a customer-managed key.",
    why="With a key of your own, access to the data can be revoked, logged and rotated apart from everything else.",
    fix=Fix("Set kms_key_id to a key of your own.", python="kms_key_id=key.arn", yaml="kmsKeyId: ${key.arn}"),
    # A replica in the same region has its source's key and takes no other; one of another region names its source by
    # ARN, and needs a key of that region.
    check=by_type(
        {
            INSTANCE: unless(
                any_of(AURORA, all_of(REPLICA, matches("replicateSourceDb", "^(?!arn:)", "a source in this region"))),
                cmk("kmsKeyId"),
            ),
            CLUSTER: cmk("kmsKeyId"),
        }
    ),
    passing=(
        example(Given("aws:kms/key:Key", "key"), Given(INSTANCE, "orders", {"kmsKeyId": ref("key", "arn")})),
        {"replicateSourceDb": "orders"},
        Given(CLUSTER, "orders", {"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/orders"}),
    ),
    failing=(
        {},
        {"kmsKeyId": "alias/aws/rds"},
        {"replicateSourceDb": "arn:aws:rds:us-east-1:123456789012:db:orders"},
        Given(CLUSTER, "orders", {"storageEncrypted": True}),
    ),
)

_INSIGHTS = when(true("performanceInsightsEnabled"), cmk("performanceInsightsKmsKeyId"))

INSIGHTS_ENCRYPTED = Rule(
    id="rds-pi-encrypted",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(INSTANCE, CLUSTER_INSTANCE, CLUSTER),
    what="Performance Insights, where it is on, is encrypted with a customer-managed key.",
    why="It keeps the text of statements, and those can hold names and record numbers.",
    fix=Fix(
        "Set performance_insights_kms_key_id.",
        python="performance_insights_kms_key_id=key.arn",
        yaml="performanceInsightsKmsKeyId: ${key.arn}",
    ),
    check=by_type(
        {
            INSTANCE: _INSIGHTS,
            CLUSTER: _INSIGHTS,
            CLUSTER_INSTANCE: when(
                true("performanceInsightsEnabled"), own_or_cluster(cmk("performanceInsightsKmsKeyId"))
            ),
        }
    ),
    passing=(
        {},
        {"performanceInsightsEnabled": True, "performanceInsightsKmsKeyId": "alias/orders"},
        example(
            Given(CLUSTER, "orders", {"performanceInsightsKmsKeyId": "alias/orders"}),
            Given(CLUSTER_INSTANCE, "first", {"clusterIdentifier": ref("orders"), "performanceInsightsEnabled": True}),
        ),
    ),
    failing=(
        {"performanceInsightsEnabled": True},
        {"performanceInsightsEnabled": True, "performanceInsightsKmsKeyId": "alias/aws/rds"},
        example(
            Given(CLUSTER, "other", {"performanceInsightsKmsKeyId": "alias/orders"}),
            Given(CLUSTER, "orders"),
            Given(CLUSTER_INSTANCE, "first", {"clusterIdentifier": ref("orders"), "performanceInsightsEnabled": True}),
            note="the key is another cluster's",
        ),
        Given(CLUSTER, "orders", {"performanceInsightsEnabled": True}),
    ),
)
