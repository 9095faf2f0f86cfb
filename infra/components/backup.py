"""A site's backups: a locked vault, a plan that works while the site is active, and a weekly restore to try them."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component, TagsInput, assumed_by, policy
from infra.settings.backup import frequent, monthly

ROLES = (
    "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
    "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
    "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
)
"""AWS's own lists of what AWS Backup must do; they grow with AWS."""
DESTRUCTIVE = (
    "backup:DeleteRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
)
TESTED = ("Aurora", "DynamoDB", "S3")


class Retention(TypedDict):
    """How long recovery points are kept."""

    daily_days: int
    """Plain, since it shapes the rules: those of the frequent rule."""
    monthly_days: int
    """Plain, since it shapes the rules: those of the monthly one."""


class BackupArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of everything in it."""
    account_id: pulumi.Input[str]
    """The account of the role."""
    vault: pulumi.Input[str]
    """The vault's name; the peer copies into it by that."""
    key_arn: pulumi.Input[str]
    """The site's own key for backups: a copy is encrypted anew."""
    role: pulumi.Input[str]
    """Name of the role that backs up and restores."""
    resources: Sequence[pulumi.Input[str]]
    """Plain sequence: ARNs, or patterns of them, that may be backed up at all."""
    selects: Mapping[str, pulumi.Input[str]]
    """Plain mapping: tag → value. Of the resources, those that carry all of them are backed up."""
    active: bool
    """Plain, since it shapes the rules: whether the site serves. It changes what the plan does, never what exists."""
    frequency: str
    """Plain, since it shapes the rules: a key of the settings' `EVERY_HOURS`."""
    at: str
    """Plain `HH:MM` in UTC, since it shapes the rules: when the day's first begins."""
    start_minutes: pulumi.Input[int]
    """A job that has not begun by then has failed."""
    completion_minutes: pulumi.Input[int]
    """A job that has not ended by then is ended."""
    retention: Retention
    """How long recovery points are kept."""
    copies: Sequence[pulumi.Input[str]]
    """Plain sequence, since it shapes the rules: ARNs of the vaults that get a copy."""
    grace_days: NotRequired[pulumi.Input[int]]
    """Makes the lock one of compliance mode, for good after so many days. Without it, governance mode."""
    restore_day: str
    """Plain `MON` … `SUN`: when the restores are tried."""
    protection: bool
    """Plain, as Pulumi's `protect`: with it on, the vault is protected; with it off, what is in it goes with it."""
    tags: TagsInput
    """On every child that takes tags."""


class Backup(Component):
    """Vault, lock, plan, selection, restore test."""

    vault_arn: pulumi.Output[str]
    plan_id: pulumi.Output[str]

    def __init__(self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        vault = aws.backup.Vault(
            f"{name}-vault",
            region=args["region"],
            name=args["vault"],
            kms_key_arn=args["key_arn"],
            force_destroy=not args["protection"],
            tags=args["tags"],
            opts=self.child(protect=args["protection"]),
        )
        self._guard(vault)
        role = aws.iam.Role(
            f"{name}-role",
            name=args["role"],
            assume_role_policy=assumed_by("backup.amazonaws.com", args["account_id"]),
            managed_policy_arns=list(ROLES),
            tags=args["tags"],
            opts=self.child(),
        )
        role_of_plan = "active" if args["active"] else "standby"
        plan = aws.backup.Plan(
            f"{name}-plan",
            region=args["region"],
            name=args["vault"],
            rules=self._rules(vault),
            # What the policy rules ask of the active site's plan, they do not ask of the standby's.
            tags=pulumi.Output.from_input(args["tags"]).apply(lambda tags: {**tags, "role": role_of_plan}),
            opts=self.child(),
        )
        aws.backup.Selection(
            f"{name}-selection",
            region=args["region"],
            plan_id=plan.id,
            name=args["vault"],
            iam_role_arn=role.arn,
            resources=list(args["resources"]),
            conditions=[
                {
                    "string_equals": [
                        {"key": f"aws:ResourceTag/{key}", "value": value} for key, value in args["selects"].items()
                    ]
                }
            ],
            opts=self.child(),
        )
        self._restore_test(vault, role)
        self.vault_arn = vault.arn
        self.plan_id = plan.id
        self.register_outputs({"vault_arn": vault.arn, "plan_id": plan.id})

    def _guard(self, vault: aws.backup.Vault) -> None:
        args = self._args
        aws.backup.VaultLockConfiguration(
            f"{self._name}-lock",
            region=args["region"],
            backup_vault_name=vault.name,
            min_retention_days=args["retention"]["daily_days"],
            max_retention_days=args["retention"]["monthly_days"],
            changeable_for_days=args.get("grace_days"),
            opts=self.child(),
        )
        aws.backup.VaultPolicy(
            f"{self._name}-no-deletes",
            region=args["region"],
            backup_vault_name=vault.name,
            policy=policy(
                {
                    "Sid": "NoDeletes",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": list(DESTRUCTIVE),
                    "Resource": "*",
                }
            ),
            opts=self.child(),
        )

    def _rules(self, vault: aws.backup.Vault) -> list[dict[str, Any]]:
        """While the site is active: the frequent rule and the monthly one, each with its copies.

        At the standby the monthly one alone and without copies, so that its vault, key and role are not tried for the
        first time on the day on which they count.
        """
        retention = self._args["retention"]
        frequency, at = self._args["frequency"], self._args["at"]
        each_month = self._rule(vault, "monthly", monthly(at), retention["monthly_days"])
        if not self._args["active"]:
            return [{**each_month, "copy_actions": []}]
        return [self._rule(vault, frequency, frequent(frequency, at), retention["daily_days"]), each_month]

    def _rule(self, vault: aws.backup.Vault, name: str, schedule: str, days: int) -> dict[str, Any]:
        return {
            "rule_name": name,
            "target_vault_name": vault.name,
            "schedule": schedule,
            "schedule_expression_timezone": "Etc/UTC",
            "start_window": self._args["start_minutes"],
            "completion_window": self._args["completion_minutes"],
            "lifecycle": {"delete_after": days},
            "recovery_point_tags": self._args["tags"],
            "copy_actions": [
                {"destination_vault_arn": arn, "lifecycle": {"delete_after": days}} for arn in self._args["copies"]
            ],
        }

    def _restore_test(self, vault: aws.backup.Vault, role: aws.iam.Role) -> None:
        """Of what lies in this vault: at the standby, the copies of the active site's."""
        args = self._args
        plan = aws.backup.RestoreTestingPlan(
            f"{self._name}-restores",
            region=args["region"],
            # AWS takes letters, digits and underscores only.
            name=pulumi.Output.from_input(args["vault"]).apply(lambda name: name.replace("-", "_")),
            schedule_expression=f"cron(0 12 ? * {args['restore_day']} *)",
            schedule_expression_timezone="Etc/UTC",
            start_window_hours=1,
            recovery_point_selection={
                "algorithm": "LATEST_WITHIN_WINDOW",
                "include_vaults": [vault.arn],
                "recovery_point_types": ["SNAPSHOT"],
                "selection_window_days": 35,
            },
            tags=args["tags"],
            opts=self.child(),
        )
        for kind in TESTED:
            aws.backup.RestoreTestingSelection(
                f"{self._name}-restores-{kind.lower()}",
                region=args["region"],
                name=kind.lower(),
                restore_testing_plan_name=plan.name,
                protected_resource_type=kind,
                protected_resource_arns=["*"],
                iam_role_arn=role.arn,
                opts=self.child(),
            )
