"""Backups: how often, how long, and where a second copy lies."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from infra.settings.frozen import Frozen

Frequency = Literal["daily", "twice-daily", "every-six-hours", "hourly"]
MONTHLY_DAYS = 365
EVERY_HOURS: dict[str, int] = {"daily": 24, "twice-daily": 12, "every-six-hours": 6, "hourly": 1}


def hours_of(frequency: str, first: int) -> list[int]:
    """The hours of a day at which backups begin, one of them `first`."""
    return sorted((first + step) % 24 for step in range(0, 24, EVERY_HOURS[frequency]))


def frequent(frequency: str, at: str) -> str:
    """The schedule of the rule that works at the active site only; `at`: `HH:MM`."""
    hour, minute = (int(part) for part in at.split(":"))
    return f"cron({minute} {','.join(str(each) for each in hours_of(frequency, hour))} * * ? *)"


def monthly(at: str) -> str:
    """The schedule of the rule that works at both sites."""
    hour, minute = (int(part) for part in at.split(":"))
    return f"cron({minute} {hour} 1 * ? *)"


class BackupAccount(Frozen):
    """A vault in a second account, so that one stolen administrator cannot end both."""

    account_id: Annotated[str, Field(pattern=r"^\d{12}$")]
    vault: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{2,50}$")]
    """Its name, in the region of the site that makes the copy, or the same in both."""


class BackupSettings(Frozen):
    """Made at the active site. Replication bounds what is lost with a region; backups are for corruption, deletion."""

    frequency: Frequency = "daily"
    """Each step up makes and copies that many more recovery points: storage grows with what changes between two, the
    transfer to the peer's region with every one of them."""
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "05:00"
    """When the day's first begins, UTC."""
    start_hours: Annotated[int, Field(ge=1, le=24)] = 1
    """A job that has not begun by then has failed. AWS's own default is 8."""
    completion_hours: Annotated[int, Field(ge=2, le=168)] = 6
    """A job that has not ended by then is ended, counted from its scheduled time."""
    daily_days: Annotated[int, Field(ge=7, le=364)] = 35
    monthly_days: Annotated[int, Field(ge=90, le=3650)] = MONTHLY_DAYS
    lock: Literal["governance", "compliance"] = "governance"
    """`compliance` cannot be undone, by nobody, AWS included, once `grace_days` have passed."""
    grace_days: Annotated[int, Field(ge=3, le=36500)] = 14
    """Only for `compliance`: until then the lock can still be taken off."""
    account: BackupAccount | None = None
    """Also copied there. Both accounts must be of one AWS organisation with cross-account backup turned on."""
    restore_test: Annotated[str, Field(pattern=r"^(MON|TUE|WED|THU|FRI|SAT|SUN)$")] = "SUN"
    """The day of the week on which AWS restores the newest recovery point of each kind, and deletes it again."""

    def problems(self, account_id: str) -> Iterator[tuple[str, str, str]]:
        """What contradicts something else: dotted key, what is wrong, what is allowed."""
        if self.completion_hours <= self.start_hours:
            yield (
                "backup.completion_hours",
                f"{self.completion_hours} is not above start_hours {self.start_hours}",
                "more hours to complete than to start",
            )
        if self.account and self.account.account_id == account_id:
            yield "backup.account.account_id", "is the site's own account", "a second account"
