"""How often something runs that goes by `rate(…)` or `cron(…)`."""

import re

_EVERY = ("*", "?", "1/1", "*/1")
_EVERY_MONTH = (*_EVERY, "1-12", "JAN-DEC")
_EVERY_WEEKDAY = (*_EVERY, "1-7", "SUN-SAT", "MON-SUN", "2-1")
_UNITS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0}


def longest_gap(schedule: str) -> float | None:
    """The most days between two runs of `rate(30 days)` or `cron(0 4 1 * ? *)`, rounded up; None for anything else."""
    rate = re.fullmatch(r"\s*rate\((\d+) (minute|hour|day)s?\)\s*", schedule)
    if rate:
        return int(rate[1]) * _UNITS[rate[2]]
    cron = re.fullmatch(r"\s*cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)\s*", schedule.upper().replace("CRON", "cron"))
    if not cron or cron[6] != "*":
        return None
    _, _, day, month, weekday, _ = cron.groups()
    steps = re.fullmatch(r"(?:\*|\d+)/(\d+)", month)
    months = 1 if month in _EVERY_MONTH else int(steps[1]) if steps else 12
    if months > 1 or day not in _EVERY:
        return 31 * months
    return 1 if weekday in _EVERY_WEEKDAY else 31 if "#" in weekday or "L" in weekday else 7
