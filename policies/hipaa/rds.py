"""RDS and Aurora."""

from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import any_of, at_least, matches, param, present, true, unless

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"

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
    # A replica takes it from its source, an Aurora instance from its cluster.
    check=unless(
        any_of(present("replicateSourceDb"), matches("engine", "^aurora", "an Aurora engine")),
        true("storageEncrypted"),
    ),
    passing=({"storageEncrypted": True}, {"replicateSourceDb": "orders"}, {"engine": "aurora-postgresql"}),
    failing=({}, {"storageEncrypted": False}, {"storageEncrypted": None, "engine": "postgres"}),
)

CLUSTER_BACKUP_RETENTION = Rule(
    id="rds-cluster-backup-retention",
    pack="hipaa",
    severity="high",
    types=(CLUSTER,),
    what="A database cluster keeps its automatic backups for at least a week.",
    why="The provider's default is one day: a fault that is found on Monday is then in every backup.",
    fix=Fix(
        "Set backup_retention_period to 7 or more (35 at most).",
        python="backup_retention_period=7",
        yaml="backupRetentionPeriod: 7",
    ),
    parameters=(
        Parameter(
            "min_days", 7, "How many days automatic backups are kept at least.", "integer", minimum=1, maximum=35
        ),
    ),
    check=at_least("backupRetentionPeriod", param("min_days")),
    passing=({"backupRetentionPeriod": 7}, {"backupRetentionPeriod": 35}),
    failing=({}, {"backupRetentionPeriod": 1}),
)
