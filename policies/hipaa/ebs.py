"""EBS: volumes, their snapshots, and what the account does by default."""

from policies.backup_coverage import SELECTION, in_backup_plan
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import not_false, one_of, true

VOLUME = "aws:ebs/volume:Volume"
SNAPSHOT_COPY = "aws:ebs/snapshotCopy:SnapshotCopy"
BY_DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault"
PUBLIC_BLOCK = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"

VOLUME_ENCRYPTED = Rule(
    id="ec2-ebs-volume-encrypted",
    pack="hipaa",
    severity="high",
    types=(VOLUME,),
    what="A volume is encrypted.",
    why="What a host caches, logs or swaps may be PHI, and the snapshots of a volume are as readable as it is.",
    fix=Fix(
        "Set encrypted to true, and kms_key_id to a key of your own.",
        python="encrypted=True, kms_key_id=key.arn",
        yaml="encrypted: true\nkmsKeyId: ${key.arn}",
    ),
    check=true("encrypted"),
    passing=({"encrypted": True},),
    failing=({}, {"encrypted": False}),
)

COPY_ENCRYPTED = Rule(
    id="ec2-snapshot-copy-encrypted",
    pack="hipaa",
    severity="high",
    types=(SNAPSHOT_COPY,),
    what="The copy of a snapshot is encrypted.",
    why="A copy holds all that the volume held, often in a region or account that is watched less.",
    fix=Fix("Set encrypted to true.", python="encrypted=True", yaml="encrypted: true"),
    check=true("encrypted"),
    passing=({"encrypted": True},),
    failing=({}, {"encrypted": False}),
)

IN_BACKUP_PLAN = Rule(
    id="ec2-ebs-in-backup-plan",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(VOLUME,),
    what="A volume is in a backup plan of AWS Backup.",
    why="A volume lives in one zone and has no history: what is deleted or encrypted by an attacker stays so.",
    fix=Fix(
        "Let a backup selection name it by its ARN or by a tag.",
        python='aws.backup.Selection("disks", plan_id=plan.id, iam_role_arn=role.arn, resources=[volume.arn])',
        yaml=(
            "type: aws:backup:Selection\n"
            "properties:\n"
            "  planId: ${plan.id}\n"
            "  iamRoleArn: ${role.arn}\n"
            "  resources: ['${volume.arn}']"
        ),
    ),
    check=in_backup_plan(),
    passing=(
        example(Given(VOLUME, "disk"), Given(SELECTION, "plan", {"resources": [ref("disk", "arn")]})),
        example(Given(VOLUME, "disk"), Given(SELECTION, "plan", {"resources": ["arn:aws:ec2:*:*:volume/*"]})),
        example(
            Given(VOLUME, "disk", {"tags": {"backup": "daily"}}),
            Given(SELECTION, "plan", {"selectionTags": [{"key": "backup", "value": "daily"}]}),
        ),
    ),
    failing=(
        {},
        example(Given(VOLUME, "disk"), Given(SELECTION, "plan", {"resources": ["arn:aws:ec2:*:*:instance/*"]})),
        example(
            Given(VOLUME, "other"),
            Given(VOLUME, "disk"),
            Given(SELECTION, "plan", {"resources": [ref("other", "arn")]}),
        ),
    ),
)


def _encrypts(case: Case) -> Verdict:
    found = case.view.of(BY_DEFAULT)
    if not found:
        return fail("the account's stack declares no EncryptionByDefault")
    verdicts = [not_false("enabled")(case.about(item)) for item in found]
    return next((verdict for verdict in verdicts if verdict is not PASS), PASS)


DEFAULT_ENCRYPTION = Rule(
    id="ec2-ebs-default-encryption",
    pack="hipaa",
    severity="high",
    scope="account",
    once=True,
    types=(BY_DEFAULT,),
    what="The account encrypts every new volume by default.",
    why="Volumes are made by many hands and tools; only the region's default catches those that nobody declared.",
    fix=Fix(
        "Declare an EncryptionByDefault for each region.",
        python='aws.ebs.EncryptionByDefault("default", enabled=True)',
        yaml="type: aws:ebs:EncryptionByDefault\nproperties:\n  enabled: true",
    ),
    check=_encrypts,
    passing=({}, {"enabled": True}),
    failing=(example(), {"enabled": False}),
)


def _blocks(case: Case) -> Verdict:
    found = case.view.of(PUBLIC_BLOCK)
    if not found:
        return fail("the account's stack declares no SnapshotBlockPublicAccess")
    check = one_of("state", "block-all-sharing", "block-new-sharing")
    return next((verdict for verdict in (check(case.about(item)) for item in found) if verdict is not PASS), PASS)


PUBLIC_SNAPSHOTS_BLOCKED = Rule(
    id="ec2-snapshot-public-block",
    pack="hipaa",
    severity="critical",
    scope="account",
    once=True,
    types=(PUBLIC_BLOCK,),
    what="The account cannot share snapshots of volumes with everyone.",
    why="A public snapshot is a whole disk for anyone who has an AWS account, and such are looked for all the time.",
    fix=Fix(
        "Declare a SnapshotBlockPublicAccess for each region.",
        python='aws.ebs.SnapshotBlockPublicAccess("block", state="block-all-sharing")',
        yaml="type: aws:ebs:SnapshotBlockPublicAccess\nproperties:\n  state: block-all-sharing",
    ),
    check=_blocks,
    passing=({"state": "block-all-sharing"}, {"state": "block-new-sharing"}),
    failing=(example(), {"state": "unblocked"}, {}),
)
