"""Finders of what holds data, keys and images, and of its backups."""

from operations.adoption.finders import Again, Asked, Begun, Finder, Listed, Named
from operations.adoption.search import pages


def _keys(begun: Begun) -> list[str]:
    """A key has no name: its description and its tags are what it was made with."""
    found = []
    for page in pages("kms", begun.region, "list_keys", {}):
        for key in page["Keys"]:
            (about,) = pages("kms", begun.region, "describe_key", {"KeyId": key["KeyId"]})
            shown = about["KeyMetadata"]
            if shown.get("KeyManager") == "AWS" or shown["KeyState"] == "PendingDeletion":
                continue
            if shown.get("Description", "") != begun.inputs.get("description", ""):
                continue
            listed = pages("kms", begun.region, "list_resource_tags", {"KeyId": key["KeyId"]})
            tags = {tag["TagKey"]: tag["TagValue"] for more in listed for tag in more["Tags"]}
            if all(tags.get(name) == value for name, value in (begun.inputs.get("tags") or {}).items()):
                found.append(str(key["KeyId"]))
    return found


SETTINGS = (
    "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "bucketLogging:BucketLogging",
    "bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "bucketObjectv2:BucketObjectv2",
    "bucketOwnershipControls:BucketOwnershipControls",
    "bucketPolicy:BucketPolicy",
    "bucketPublicAccessBlock:BucketPublicAccessBlock",
    "bucketReplicationConfig:BucketReplicationConfig",
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "bucketVersioning:BucketVersioning",
)

FINDERS: dict[str, Finder] = {
    "aws:backup/plan:Plan": Listed(
        "backup", "list_backup_plans", "BackupPlansList", "BackupPlanId", like={"BackupPlanName": "{name}"}
    ),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": Named("{name}"),
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": Named("{name}:{restoreTestingPlanName}"),
    "aws:backup/selection:Selection": Listed(
        "backup",
        "list_backup_selections",
        "BackupSelectionsList",
        "SelectionId",
        given={"BackupPlanId": "{planId}"},
        like={"SelectionName": "{name}"},
        import_as="{planId}|{id}",
    ),
    "aws:backup/vault:Vault": Named("{name}"),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": Again("PutBackupVaultLockConfiguration"),
    "aws:backup/vaultPolicy:VaultPolicy": Again("PutBackupVaultAccessPolicy"),
    "aws:dynamodb/table:Table": Named("{name}"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Again("PutLifecyclePolicy"),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": Again("PutRegistryScanningConfiguration"),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": Again("PutReplicationConfiguration"),
    "aws:ecr/repository:Repository": Named("{name}"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": Again("SetRepositoryPolicy"),
    "aws:elasticache/parameterGroup:ParameterGroup": Named("{name}"),
    "aws:elasticache/replicationGroup:ReplicationGroup": Named("{replicationGroupId}"),
    "aws:elasticache/subnetGroup:SubnetGroup": Named("{name}"),
    "aws:elasticache/user:User": Named("{userId}"),
    "aws:elasticache/userGroup:UserGroup": Named("{userGroupId}"),
    "aws:kms/alias:Alias": Named("{name}"),
    "aws:kms/key:Key": Asked(_keys),
    "aws:rds/cluster:Cluster": Named("{clusterIdentifier}"),
    "aws:rds/clusterInstance:ClusterInstance": Named("{identifier}"),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": Named("{name}"),
    "aws:rds/globalCluster:GlobalCluster": Named("{globalClusterIdentifier}"),
    "aws:rds/subnetGroup:SubnetGroup": Named("{name}"),
    "aws:s3/bucket:Bucket": Named("{bucket}"),
    **{f"aws:s3/{kind}": Again("a bucket's setting, or an object, is put") for kind in SETTINGS},
    "aws:secretsmanager/secret:Secret": Listed(
        "secretsmanager", "describe_secret", "[@]", "ARN", given={"SecretId": "{name}"}
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": Again("RotateSecret sets the schedule"),
    "aws:secretsmanager/secretVersion:SecretVersion": Listed(
        "secretsmanager",
        "list_secret_version_ids",
        "Versions[?contains(VersionStages || `[]`, 'AWSCURRENT')]",
        "VersionId",
        given={"SecretId": "{secretId}"},
        import_as="{secretId}|{id}",
    ),
}
