"""A site's backup plan as AWS Backup takes it, while the site is active and while it stands by. Pure.

A promotion gives the promoted site the rules of an active one: until the next `up` it would be backed up once a month.
"""

from typing import Any

from infra.naming import Naming, tags
from infra.settings.backup import frequent, monthly
from infra.settings.frozen import Frozen
from infra.settings.model import Settings

TIME_ZONE = "Etc/UTC"


class BackupRule(Frozen):
    """One rule of a plan."""

    name: str
    schedule: str
    """AWS's cron expression, in UTC."""
    days: int
    """How long its recovery points and their copies are kept."""
    copies: tuple[str, ...] = ()
    """ARNs of the vaults that get a copy."""


class BackupPlan(Frozen):
    """A site's plan. `name`: by which AWS Backup lists it; ids are made by AWS."""

    name: str
    vault: str
    start_minutes: int
    completion_minutes: int
    active: tuple[BackupRule, ...]
    standby: tuple[BackupRule, ...]
    tags: dict[str, str]
    """On every recovery point."""

    def document(self, *, active: bool) -> dict[str, Any]:
        """The `BackupPlan` of an UpdateBackupPlan."""
        return {
            "BackupPlanName": self.name,
            "Rules": [self._rule(rule) for rule in (self.active if active else self.standby)],
        }

    def _rule(self, rule: BackupRule) -> dict[str, Any]:
        kept = {"DeleteAfterDays": rule.days}
        return {
            "RuleName": rule.name,
            "TargetBackupVaultName": self.vault,
            "ScheduleExpression": rule.schedule,
            "ScheduleExpressionTimezone": TIME_ZONE,
            "StartWindowMinutes": self.start_minutes,
            "CompletionWindowMinutes": self.completion_minutes,
            "Lifecycle": kept,
            "RecoveryPointTags": self.tags,
            "CopyActions": [{"DestinationBackupVaultArn": arn, "Lifecycle": kept} for arn in rule.copies],
        }


def of_settings(settings: Settings, site: str) -> BackupPlan:
    """The plan that the site's stack declares."""
    naming, given, peer = Naming.of(settings), settings.backup, settings.peer(site)
    copies = [naming.backup_vault_arn(settings.sites[peer].region, peer)]
    if given.account:
        region = settings.sites[site].region
        copies.append(f"arn:aws:backup:{region}:{given.account.account_id}:backup-vault:{given.account.vault}")
    each_month = BackupRule(name="monthly", schedule=monthly(given.at), days=given.monthly_days, copies=tuple(copies))
    often = frequent(given.frequency, given.at)
    return BackupPlan(
        name=naming.backup_vault(site),
        vault=naming.backup_vault(site),
        start_minutes=given.start_hours * 60,
        completion_minutes=given.completion_hours * 60,
        active=(
            BackupRule(name=given.frequency, schedule=often, days=given.daily_days, copies=tuple(copies)),
            each_month,
        ),
        standby=(each_month.model_copy(update={"copies": ()}),),
        tags=tags(settings.at(site)),
    )


def as_wanted(shown: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a plan as AWS shows it has all that is wanted; AWS adds ids and defaults of its own."""
    return _holds(shown, wanted)


def _holds(shown: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(shown, dict) and all(_holds(shown.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        if not wanted:
            return not shown
        return isinstance(shown, list) and len(shown) == len(wanted) and all(map(_holds, shown, wanted))
    return bool(shown == wanted)
