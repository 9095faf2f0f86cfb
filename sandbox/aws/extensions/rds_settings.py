"""Settings of clusters and instances that moto takes and forgets, kept so that they are shown again."""

from typing import Any

# Input name → name in the description.
_CLUSTER = {
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
    "MonitoringInterval": "MonitoringInterval",
    "MonitoringRoleArn": "MonitoringRoleArn",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "EnableCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
}
_INSTANCE = {
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
    "MonitoringInterval": "MonitoringInterval",
    "MonitoringRoleArn": "MonitoringRoleArn",
    "PromotionTier": "PromotionTier",
    "CACertificateIdentifier": "CACertificateIdentifier",
}
_EXPORTS = "EnabledCloudwatchLogsExports"


def of_cluster(given: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a call's input makes of a cluster's kept settings."""
    settings = {**(before or {}), **{shown: given[name] for name, shown in _CLUSTER.items() if name in given}}
    if (change := given.get("CloudwatchLogsExportConfiguration")) is not None:
        kept = [kind for kind in settings.get(_EXPORTS, []) if kind not in change.get("DisableLogTypes", [])]
        settings[_EXPORTS] = kept + [kind for kind in change.get("EnableLogTypes", []) if kind not in kept]
    return settings


def of_instance(given: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a call's input makes of an instance's kept settings."""
    return {**(before or {}), **{shown: given[name] for name, shown in _INSTANCE.items() if name in given}}
