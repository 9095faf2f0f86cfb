"""Versions of engines that are near the end of their standard support, after which each hour costs more."""

from typing import Any


def ending(engine: str, version: str, listed: Any) -> bool:
    """Whether an item such as `postgres 11` or `mysql 5.7` of a list names the engine, and the version or a part of it.

    `5.7` stands for 5.7 and all that follows a dot: `5.7.mysql_aurora.2.11.0`, but not 5.70.
    """
    for item in listed:
        name, _, ends = str(item).strip().lower().partition(" ")
        if engine.strip().lower() == name and f"{version.strip().lower()}.".startswith(f"{ends}."):
            return True
    return False
