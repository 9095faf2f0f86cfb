"""What a guard's task is told through its environment, read once and all at once."""

from collections.abc import Mapping
from dataclasses import dataclass


class EnvironmentIncomplete(Exception):
    """The task definition lacks something; names every such variable."""


@dataclass(frozen=True)
class GuardEnvironment:
    """Everything the guard needs to know."""

    application: str
    environment: str
    site: str
    peer: str
    region: str
    table: str
    table_regions: tuple[str, ...]
    """Own region first."""
    interval: float = 10.0
    """Seconds between two looks."""


def guard_environment(variables: Mapping[str, str]) -> GuardEnvironment:
    """The guard's settings. Raises EnvironmentIncomplete with every variable that is missing or unusable."""
    wanted = {
        "application": "LIFELINE_APPLICATION",
        "environment": "LIFELINE_ENVIRONMENT",
        "site": "LIFELINE_SITE",
        "peer": "PEER_SITE",
        "region": "LIFELINE_REGION",
        "table": "CONTROL_TABLE",
        "regions": "CONTROL_REGIONS",
        "interval": "GUARD_SECONDS",
    }
    found = {field: variables.get(name, "").strip() for field, name in wanted.items()}
    problems = [f"{wanted[field]} is not set" for field, value in found.items() if not value]
    regions = tuple(region.strip() for region in found.pop("regions").split(",") if region.strip())
    interval = found.pop("interval")
    try:
        seconds = float(interval or "1")
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 60:
        problems.append(f"GUARD_SECONDS is {interval!r}, which is not between 0 and 60")
    if problems:
        raise EnvironmentIncomplete(
            f"the task's environment is incomplete: {'; '.join(problems)}; apply the site's stack again"
        )
    return GuardEnvironment(**found, table_regions=regions, interval=seconds)
