"""AWS Backup: vaults."""

from policies.access import kept_from_everyone, not_public
from policies.asking import ask
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, unknown
from policies.vocabulary import all_of, any_of, at_least, cmk, linked_by, not_true, param

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
VAULT_POLICY = "aws:backup/vaultPolicy:VaultPolicy"

ENCRYPTED = Rule(
    id="backup-vault-encrypted",
    pack="hipaa",
    severity="high",
    types=(VAULT,),
    what="A vault is encrypted with a customer-managed key.",
    why="Recovery points are copies of everything; a key of one's own says who may restore them, and outlives the "
    "account's defaults.",
    fix=Fix("Set kms_key_arn to your own key.", python="kms_key_arn=key.arn", yaml="kmsKeyArn: ${key.arn}"),
    check=cmk("kmsKeyArn"),
    passing=(
        example(Given("aws:kms/key:Key", "key"), Given(VAULT, "vault", {"kmsKeyArn": ref("key", "arn")})),
        {"kmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1"},
    ),
    failing=({}, {"kmsKeyArn": ""}, {"kmsKeyArn": None}, {"kmsKeyArn": "alias/aws/backup"}),
)

_VAULT = Given(VAULT, "vault")


def _lock(vault: str = "vault", **days: object) -> Given:
    return Given(LOCK, "lock", {"backupVaultName": ref(vault, "name"), **days})


def _policy(vault: str = "vault", **statement: object) -> Given:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**deny, **statement}]}
    return Given(VAULT_POLICY, "no-deletes", {"backupVaultName": ref(vault, "name"), "policy": policy})


_PRIVATE = not_public("policy")


def _not_open(case: Case) -> Verdict:
    """A lock ends one day, and keeps nobody from restoring what it holds."""
    links = case.view.linked(case.resource, VAULT_POLICY, "backupVaultName")
    for policy in links.found:
        verdict = ask(_PRIVATE, case.about(policy))
        if verdict.outcome in ("fail", "unknown"):
            return verdict
    perhaps = [policy for policy in links.unclear if ask(_PRIVATE, case.about(policy)).outcome in ("fail", "unknown")]
    return unknown(f"whether {perhaps[0].name} is the vault's policy is not known yet") if perhaps else PASS


_BREAK_GLASS = {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/break-glass"}}

LOCKED = Rule(
    id="backup-vault-lock",
    pack="hipaa",
    severity="high",
    scope="stack",
    types=(VAULT,),
    unknown_blocks=False,  # policies hold ARNs that a first preview does not know
    what="A vault keeps its recovery points from being deleted, by a lock or by a policy that denies it to everybody, "
    "and its policy allows nothing to everybody.",
    why="Who breaks in deletes the backups first, and then asks for money.",
    fix=Fix(
        "Add a VaultLockConfiguration with min_retention_days, or a VaultPolicy that denies backup:DeleteRecoveryPoint "
        "to everyone.",
        python=(
            'aws.backup.VaultLockConfiguration("vault", backup_vault_name=vault.name, min_retention_days=35, '
            "max_retention_days=365)"
        ),
        yaml=(
            "type: aws:backup:VaultLockConfiguration\n"
            "properties:\n"
            "  backupVaultName: ${vault.name}\n"
            "  minRetentionDays: 35\n"
            "  maxRetentionDays: 365"
        ),
    ),
    parameters=(
        Parameter("min_days", 1, "How many days a lock holds every recovery point at least.", "integer", minimum=1),
    ),
    check=all_of(
        any_of(
            linked_by(
                LOCK,
                "backupVaultName",
                at_least("minRetentionDays", param("min_days")),
                lacks="no VaultLockConfiguration is attached to it",
            ),
            linked_by(
                VAULT_POLICY,
                "backupVaultName",
                kept_from_everyone("policy", "backup:DeleteRecoveryPoint"),
                lacks="no VaultPolicy either",
            ),
        ),
        _not_open,
    ),
    passing=(
        example(_VAULT, _lock(minRetentionDays=35)),
        example(_VAULT, _policy()),
        example(_VAULT, _policy(Action=["backup:Delete*", "backup:UpdateRecoveryPointLifecycle"])),
        example(_VAULT, _policy(Condition=_BREAK_GLASS), note="one role is spared"),
    ),
    failing=(
        example(_VAULT),
        example(_VAULT, _lock(maxRetentionDays=365), note="a lock that holds nothing"),
        example(_VAULT, _lock(minRetentionDays=0)),
        example(_VAULT, _lock(minRetentionDays=7), parameters={"min_days": 35}),
        example(Given(VAULT, "other"), _lock("other", minRetentionDays=35), _VAULT, note="another vault's"),
        example(_VAULT, _policy(Effect="Allow")),
        example(_VAULT, _lock(minRetentionDays=35), _policy(Effect="Allow", Action="backup:StartRestoreJob")),
        example(_VAULT, _policy(Action="backup:StartRestoreJob")),
        example(_VAULT, _policy(Principal={"AWS": "arn:aws:iam::111122223333:role/orders"}), note="one role only"),
        example(_VAULT, _policy(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"})),
        example(
            _VAULT,
            _policy(Condition={"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}),
            note="everybody in the account may",
        ),
        example(_VAULT, _policy(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
    ),
)

NO_FORCE = Rule(
    id="backup-vault-no-force-destroy",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(VAULT,),
    what="A vault that still has recovery points cannot be destroyed.",
    why="With force_destroy, one line in a program deletes every backup there is, and the engine asks nobody.",
    fix=Fix("Remove force_destroy, or set it to false.", python="force_destroy=False", yaml="forceDestroy: false"),
    check=not_true("forceDestroy"),
    passing=({}, {"forceDestroy": False}, {"forceDestroy": "false"}, {"forceDestroy": None}),
    failing=({"forceDestroy": True}, {"forceDestroy": "true"}, {"forceDestroy": "True"}),
)
