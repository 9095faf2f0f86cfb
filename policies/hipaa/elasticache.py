"""ElastiCache: encryption, who gets in, backups."""

from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, Verdict
from policies.vocabulary import all_of, any_of, at_least, by_type, one_of, param, present, true, unless, when

REPLICATION_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:elasticache/cluster:Cluster"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"

_SECONDARY = present("globalReplicationGroupId")
"""A secondary of a global datastore takes encryption and authentication from its primary."""


def _kept(case: Case) -> Verdict:
    if case.value("min_days") == 0:
        return NOT_APPLICABLE
    return at_least("snapshotRetentionLimit", param("min_days"))(case)


BACKUP = Rule(
    id="elasticache-backup",
    pack="hipaa",
    severity="medium",
    types=(REPLICATION_GROUP, CLUSTER, SERVERLESS),
    what="A cache keeps its daily backups for at least 15 days.",
    why="A cache that also holds sessions or a queue loses them with its last node; by default nothing is kept.",
    fix=Fix(
        "Set snapshot_retention_limit to 15 or more (35 at most).",
        python="snapshot_retention_limit=15",
        yaml="snapshotRetentionLimit: 15",
    ),
    parameters=(
        Parameter(
            "min_days",
            15,
            "How many days backups are kept at least; 0 where caches hold nothing that cannot be had again.",
            "integer",
            minimum=0,
            maximum=35,
        ),
    ),
    check=by_type(
        {
            REPLICATION_GROUP: _kept,
            # Memcached keeps nothing, and a member of a replication group has the group's.
            CLUSTER: when(one_of("engine", "redis", "valkey"), unless(present("replicationGroupId"), _kept)),
            SERVERLESS: unless(one_of("engine", "memcached"), _kept),
        }
    ),
    passing=(
        {"snapshotRetentionLimit": 15},
        Given(CLUSTER, "memory", {"engine": "memcached"}),
        Given(CLUSTER, "member", {"replicationGroupId": "sessions"}),
        Given(SERVERLESS, "sessions", {"engine": "valkey", "snapshotRetentionLimit": 35}),
        example(Given(REPLICATION_GROUP, "cache", {"snapshotRetentionLimit": 1}), parameters={"min_days": 1}),
        example(Given(REPLICATION_GROUP, "cache"), parameters={"min_days": 0}),
    ),
    failing=(
        {},
        {"snapshotRetentionLimit": 14},
        Given(CLUSTER, "sessions", {"engine": "redis"}),
        Given(SERVERLESS, "sessions", {"engine": "redis"}),
    ),
)

AT_REST = Rule(
    id="elasticache-at-rest",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(REPLICATION_GROUP,),
    what="A cache is encrypted at rest.",
    why="What it caches, swaps and backs up is PHI like the original, and it cannot be encrypted later in place.",
    fix=Fix(
        "Set at_rest_encryption_enabled to true.",
        python="at_rest_encryption_enabled=True",
        yaml="atRestEncryptionEnabled: true",
    ),
    check=unless(_SECONDARY, true("atRestEncryptionEnabled")),
    passing=({"atRestEncryptionEnabled": True}, {"globalReplicationGroupId": "global"}),
    failing=({}, {"atRestEncryptionEnabled": False}, {"kmsKeyId": "alias/cache"}),
)

IN_TRANSIT = Rule(
    id="elasticache-transit",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(REPLICATION_GROUP,),
    what="A cache accepts TLS connections only.",
    why="Otherwise PHI and passwords travel in clear text between services and cache, and between its nodes.",
    fix=Fix(
        'Set transit_encryption_enabled to true; the mode "preferred", which takes clear text too, is for a move only.',
        python='transit_encryption_enabled=True, transit_encryption_mode="required"',
        yaml="transitEncryptionEnabled: true\ntransitEncryptionMode: required",
    ),
    check=unless(
        _SECONDARY,
        all_of(true("transitEncryptionEnabled"), one_of("transitEncryptionMode", "required", or_absent=True)),
    ),
    passing=(
        {"transitEncryptionEnabled": True},
        {"transitEncryptionEnabled": True, "transitEncryptionMode": "required"},
        {"globalReplicationGroupId": "global"},
    ),
    failing=(
        {},
        {"transitEncryptionEnabled": False},
        {"transitEncryptionEnabled": True, "transitEncryptionMode": "preferred"},
    ),
)

AUTHENTICATED = Rule(
    id="elasticache-auth",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(REPLICATION_GROUP,),
    what="A cache asks its clients who they are.",
    why="Without a token or users, whatever reaches its port reads and changes everything that it holds.",
    fix=Fix(
        "Set user_group_ids (users with their own rights), or auth_token.",
        python="user_group_ids=[users.user_group_id]",
        yaml="userGroupIds: ['${users.userGroupId}']",
    ),
    check=unless(_SECONDARY, any_of(present("userGroupIds"), present("authToken"), present("authTokenWo"))),
    passing=(
        {"userGroupIds": ["services"]},
        Given(REPLICATION_GROUP, "cache", {"authToken": "from-a-secret"}, secrets=("authToken",)),
        {"authTokenWo": "from-a-secret"},
        {"globalReplicationGroupId": "global"},
    ),
    failing=({}, {"userGroupIds": []}, {"authToken": ""}),
)

MEMCACHED_TRANSIT = Rule(
    id="elasticache-memcached-transit",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(CLUSTER,),
    what="A Memcached cluster accepts TLS connections only.",
    why="Otherwise what is cached travels in clear text between services and cache.",
    fix=Fix(
        "Set transit_encryption_enabled to true (Memcached 1.6.12 and later).",
        python="transit_encryption_enabled=True",
        yaml="transitEncryptionEnabled: true",
    ),
    check=when(one_of("engine", "memcached"), true("transitEncryptionEnabled")),
    passing=({"engine": "memcached", "transitEncryptionEnabled": True}, {"engine": "redis"}),
    failing=({"engine": "memcached"}, {"engine": "memcached", "transitEncryptionEnabled": False}),
)

MULTI_AZ = Rule(
    id="elasticache-multi-az",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(REPLICATION_GROUP,),
    what="A cache fails over by itself, to a node in another zone.",
    why="Without both settings, the loss of a zone or a node leaves the cache down until somebody acts.",
    fix=Fix(
        "Set automatic_failover_enabled and multi_az_enabled, with two nodes at least.",
        python="automatic_failover_enabled=True, multi_az_enabled=True, num_cache_clusters=2",
        yaml="automaticFailoverEnabled: true\nmultiAzEnabled: true\nnumCacheClusters: 2",
    ),
    check=all_of(true("automaticFailoverEnabled"), true("multiAzEnabled")),
    passing=({"automaticFailoverEnabled": True, "multiAzEnabled": True},),
    failing=({}, {"automaticFailoverEnabled": True}, {"automaticFailoverEnabled": False, "multiAzEnabled": True}),
)
