"""EFS: shared file systems."""

from policies.access import not_public, tls_only
from policies.backup_coverage import SELECTION, in_backup_plan
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import all_of, any_of, linked_by, one_of, true

FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
BACKUP_POLICY = "aws:efs/backupPolicy:BackupPolicy"
POLICY = "aws:efs/fileSystemPolicy:FileSystemPolicy"

_FILES = Given(FILE_SYSTEM, "files")


def _backed_up(status: str, files: str = "files") -> Given:
    return Given(BACKUP_POLICY, "backup", {"fileSystemId": ref(files), "backupPolicy": {"status": status}})


BACKUP = Rule(
    id="efs-backup",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(FILE_SYSTEM,),
    what="A file system is backed up.",
    why="A file that is overwritten or deleted, by mistake or by an attacker, can be had back from a backup only.",
    fix=Fix(
        'Add a BackupPolicy with the status "ENABLED", or let a backup selection name the file system.',
        python='aws.efs.BackupPolicy("files", file_system_id=files.id, backup_policy={"status": "ENABLED"})',
        yaml=(
            "type: aws:efs:BackupPolicy\nproperties:\n  fileSystemId: ${files.id}\n  backupPolicy:\n    status: ENABLED"
        ),
    ),
    check=any_of(
        linked_by(
            BACKUP_POLICY,
            "fileSystemId",
            one_of("backupPolicy.status", "ENABLED"),
            lacks="no BackupPolicy is attached to this file system",
        ),
        in_backup_plan(),
    ),
    passing=(
        example(_FILES, _backed_up("ENABLED")),
        example(_FILES, Given(SELECTION, "plan", {"resources": [ref("files", "arn")]})),
        example(_FILES, Given(SELECTION, "plan", {"resources": ["arn:aws:elasticfilesystem:*:*:file-system/*"]})),
    ),
    failing=(
        {},
        example(_FILES, _backed_up("DISABLED")),
        example(Given(FILE_SYSTEM, "other"), _FILES, _backed_up("ENABLED", "other")),
        example(_FILES, Given(SELECTION, "plan", {"resources": ["arn:aws:dynamodb:*:*:table/*"]})),
    ),
)

ENCRYPTED = Rule(
    id="efs-encrypted",
    pack="hipaa",
    severity="high",
    types=(FILE_SYSTEM,),
    what="A file system is encrypted at rest.",
    why="Files that services share are PHI like any; an existing file system cannot be encrypted any more.",
    fix=Fix(
        "Set encrypted to true when the file system is made.",
        python="encrypted=True, kms_key_id=key.arn",
        yaml="encrypted: true\nkmsKeyId: ${key.arn}",
    ),
    check=true("encrypted"),
    passing=({"encrypted": True},),
    failing=({}, {"encrypted": False}, {"kmsKeyId": "alias/files"}),
)

_TLS = {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
_SERVICE = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:role/service"},
    "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
}


def _policy(*statements: object) -> dict[str, object]:
    return {"policy": {"Version": "2012-10-17", "Statement": list(statements)}}


TLS_POLICY = Rule(
    id="efs-policy-tls",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(POLICY,),
    unknown_blocks=False,  # before the first apply, the policy is one unknown text
    what="A file system's policy denies mounts without TLS, and lets nobody in who does not say who they are.",
    why="NFS is clear text; and without a policy that names its clients, whatever reaches the mount target mounts it.",
    fix=Fix(
        "Deny everything to everyone when aws:SecureTransport is false, and allow named roles only.",
        python='{"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Bool": {"aws:SecureTransport": '
        '"false"}}}',
        yaml='Effect: Deny\nPrincipal: "*"\nAction: "*"\nCondition: {Bool: {aws:SecureTransport: "false"}}',
    ),
    # Nothing can be read or written without a mount: denying that denies all.
    check=all_of(tls_only("policy", "elasticfilesystem:ClientMount"), not_public("policy")),
    passing=(
        _policy(_TLS, _SERVICE),
        _policy({**_TLS, "Action": ["elasticfilesystem:ClientMount"]}),
    ),
    failing=(
        _policy(_SERVICE),
        _policy({**_TLS, "Action": "elasticfilesystem:ClientWrite"}, _SERVICE),
        _policy(_TLS, {**_SERVICE, "Principal": {"AWS": "*"}}),
        _policy({**_TLS, "Principal": {"AWS": "arn:aws:iam::123456789012:role/service"}}),
    ),
)
