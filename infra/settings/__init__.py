"""Settings: what an operator may decide, as frozen data. Pure: imports neither pulumi nor boto3."""

from infra.settings.images import ImagesSettings
from infra.settings.model import (
    GLOBAL,
    Capacity,
    DatabaseSettings,
    Range,
    ScaleOn,
    Schedule,
    ServiceSettings,
    Settings,
    SiteSettings,
    Tags,
    TrafficSettings,
)
from infra.settings.problems import Problem, SettingsError

__all__ = [
    "GLOBAL",
    "Capacity",
    "DatabaseSettings",
    "ImagesSettings",
    "Problem",
    "Range",
    "ScaleOn",
    "Schedule",
    "ServiceSettings",
    "Settings",
    "SettingsError",
    "SiteSettings",
    "Tags",
    "TrafficSettings",
]
