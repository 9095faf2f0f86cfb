"""RDS and Aurora: backups, and what is left when a database is deleted."""

from policies.backup_coverage import SELECTION, in_backup_plan
from policies.databases import AURORA, CLUSTER, INSTANCE, REPLICA
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import all_of, any_of, at_least, by_type, false, not_true, param, present, true, unless

_OF_ANOTHER = any_of(REPLICA, AURORA)
_DAYS = Parameter("min_days", 7, "How many days automatic backups are kept at least.", "integer", minimum=1, maximum=35)
_RETENTION_FIX = Fix(
    "Set backup_retention_period to 7 or more (35 at most).",
    python="backup_retention_period=7",
    yaml="backupRetentionPeriod: 7",
)

RETENTION = Rule(
    id="rds-backup-retention",
    pack="hipaa",
    severity="high",
    types=(INSTANCE,),
    what="A database instance keeps its automatic backups for at least a week.",
    why="Without automatic backups, which are off by default, there is no way back to the minute before a mistake.",
    fix=_RETENTION_FIX,
    parameters=(_DAYS,),
    check=unless(_OF_ANOTHER, at_least("backupRetentionPeriod", param("min_days"))),
    passing=(
        {"backupRetentionPeriod": 7},
        {"replicateSourceDb": "orders"},
        example(Given(INSTANCE, "orders", {"backupRetentionPeriod": 1}), parameters={"min_days": 1}),
    ),
    failing=({}, {"backupRetentionPeriod": 0}, {"backupRetentionPeriod": 6}),
)

CLUSTER_RETENTION = Rule(
    id="rds-cluster-backup-retention",
    pack="hipaa",
    severity="high",
    types=(CLUSTER,),
    what="A database cluster keeps its automatic backups for at least a week.",
    why="The provider's default is one day: a fault that is found on Monday is then in every backup.",
    fix=_RETENTION_FIX,
    parameters=(_DAYS,),
    check=at_least("backupRetentionPeriod", param("min_days")),
    passing=({"backupRetentionPeriod": 7}, {"backupRetentionPeriod": 35}),
    failing=({}, {"backupRetentionPeriod": 1}),
)

_KEPT = false("deleteAutomatedBackups")

AUTOMATED_BACKUPS_KEPT = Rule(
    id="rds-delete-automated-backups",
    pack="hipaa",
    severity="medium",
    types=(INSTANCE, CLUSTER),
    what="Automatic backups outlive the database.",
    why="By default they are deleted with it: a database that is removed by mistake takes its backups along.",
    fix=Fix(
        "Set delete_automated_backups to false.",
        python="delete_automated_backups=False",
        yaml="deleteAutomatedBackups: false",
    ),
    check=by_type({INSTANCE: unless(_OF_ANOTHER, _KEPT), CLUSTER: _KEPT}),
    passing=(
        {"deleteAutomatedBackups": False},
        {"replicateSourceDb": "orders"},
        Given(CLUSTER, "orders", {"deleteAutomatedBackups": False}),
    ),
    failing=({}, {"deleteAutomatedBackups": True}, Given(CLUSTER, "orders")),
)

_LAST_COPY = all_of(not_true("skipFinalSnapshot"), present("finalSnapshotIdentifier"))

FINAL_SNAPSHOT = Rule(
    id="rds-final-snapshot",
    pack="hipaa",
    severity="medium",
    types=(INSTANCE, CLUSTER),
    what="A database leaves a final snapshot when it is deleted.",
    why="Without one the last exact copy of the data is gone; without a name for it the deletion fails half-way.",
    fix=Fix(
        "Name the snapshot in final_snapshot_identifier, and leave skip_final_snapshot out.",
        python='skip_final_snapshot=False, final_snapshot_identifier="orders-final"',
        yaml="skipFinalSnapshot: false\nfinalSnapshotIdentifier: orders-final",
    ),
    # AWS takes none of a replica.
    check=by_type({INSTANCE: unless(_OF_ANOTHER, _LAST_COPY), CLUSTER: _LAST_COPY}),
    passing=(
        {"finalSnapshotIdentifier": "orders-final"},
        {"replicateSourceDb": "orders", "skipFinalSnapshot": True},
        Given(CLUSTER, "orders", {"skipFinalSnapshot": False, "finalSnapshotIdentifier": "orders-final"}),
    ),
    failing=(
        {},
        {"skipFinalSnapshot": True, "finalSnapshotIdentifier": "orders-final"},
        Given(CLUSTER, "orders", {"skipFinalSnapshot": False}),
    ),
)

_ORDERS = Given(CLUSTER, "orders", {"tags": {"backup": "daily"}})

IN_BACKUP_PLAN = Rule(
    id="rds-in-backup-plan",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(INSTANCE, CLUSTER),
    what="A database is in a backup plan of AWS Backup.",
    why="Automatic backups end after 35 days and stay in the account and region; a plan keeps them longer, elsewhere.",
    fix=Fix(
        "Let a backup selection name it by its ARN or by a tag.",
        python='aws.backup.Selection("databases", plan_id=plan.id, iam_role_arn=role.arn, resources=[cluster.arn])',
        yaml=(
            "type: aws:backup:Selection\n"
            "properties:\n"
            "  planId: ${plan.id}\n"
            "  iamRoleArn: ${role.arn}\n"
            "  resources: ['${cluster.arn}']"
        ),
    ),
    check=by_type({INSTANCE: unless(_OF_ANOTHER, in_backup_plan()), CLUSTER: in_backup_plan()}),
    passing=(
        example(Given(CLUSTER, "orders"), Given(SELECTION, "plan", {"resources": [ref("orders", "arn")]})),
        example(_ORDERS, Given(SELECTION, "plan", {"resources": ["arn:aws:rds:*:*:cluster:*"]})),
        example(
            _ORDERS,
            Given(SELECTION, "plan", {"selectionTags": [{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}]}),
        ),
        example(
            _ORDERS,
            Given(
                SELECTION,
                "plan",
                {
                    "resources": ["*"],
                    "conditions": [{"stringEquals": [{"key": "aws:ResourceTag/backup", "value": "daily"}]}],
                },
            ),
        ),
        example(
            Given("pulumi:providers:aws", "aws", {"defaultTags": {"tags": {"backup": "daily"}}}),
            Given(INSTANCE, "orders", provider="aws"),
            Given(SELECTION, "plan", {"selectionTags": [{"key": "backup", "value": "daily"}]}),
        ),
    ),
    failing=(
        example(Given(INSTANCE, "orders")),
        example(_ORDERS),
        example(
            Given(CLUSTER, "other"),
            _ORDERS,
            Given(SELECTION, "plan", {"resources": [ref("other", "arn")]}),
            note="the plan takes another cluster",
        ),
        example(_ORDERS, Given(SELECTION, "plan", {"resources": ["arn:aws:dynamodb:*:*:table/*"]})),
        example(_ORDERS, Given(SELECTION, "plan", {"selectionTags": [{"key": "Backup", "value": "daily"}]})),
        example(
            _ORDERS,
            Given(SELECTION, "plan", {"resources": ["*"], "notResources": ["arn:aws:rds:*:*:cluster:*"]}),
        ),
        example(
            _ORDERS,
            Given(
                SELECTION,
                "plan",
                {
                    "resources": ["*"],
                    "conditions": [{"stringNotEquals": [{"key": "aws:ResourceTag/backup", "value": "daily"}]}],
                },
            ),
        ),
        example(
            Given(CLUSTER, "orders", {"region": "us-east-1"}),
            Given(SELECTION, "plan", {"region": "us-west-2", "resources": ["*"]}),
            note="a plan sees its own region only",
        ),
    ),
)

COPIED_TAGS = Rule(
    id="rds-copy-tags-snapshot",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(INSTANCE, CLUSTER),
    what="A database's snapshots carry its tags.",
    why="A snapshot of PHI that does not say so escapes what is decided by tags: access, retention, cost.",
    fix=Fix("Set copy_tags_to_snapshot to true.", python="copy_tags_to_snapshot=True", yaml="copyTagsToSnapshot: true"),
    check=by_type({INSTANCE: unless(AURORA, true("copyTagsToSnapshot")), CLUSTER: true("copyTagsToSnapshot")}),
    passing=({"copyTagsToSnapshot": True}, Given(CLUSTER, "orders", {"copyTagsToSnapshot": True})),
    failing=({}, {"copyTagsToSnapshot": False}, Given(CLUSTER, "orders")),
)
