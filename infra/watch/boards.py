"""The dashboards: one a site, one for both sites, and one for each epic over both sites."""

from collections.abc import Mapping, Sequence

import pulumi

from infra import workloads
from infra.alarm import Metric
from infra.naming import Naming
from infra.permissions import METRICS
from infra.settings import ServiceSettings, Settings
from infra.watch import recovery, widgets
from infra.watch.control import NAMESPACE as TABLE
from infra.watch.database import NAMESPACE as RDS
from infra.watch.database import lag
from infra.watch.load_balancer import NAMESPACE as BALANCER
from infra.watch.load_balancer import suffix
from infra.watch.widgets import Widget

CANARY = "CloudWatchSynthetics"


def site_board(
    settings: Settings, balancer_arn: pulumi.Output[str], arns: Mapping[str, Mapping[str, pulumi.Output[str]]]
) -> pulumi.Output[str]:
    """Of the site of `settings.scope`. `arns`: part → its alarms."""
    site, region = settings.scope, settings.region
    own = {"LoadBalancer": suffix(balancer_arn)}
    traffic = [
        widgets.metrics("Requests", region, [("requests", Metric(BALANCER, "RequestCount", own, "Sum"))]),
        widgets.metrics(
            "Failures",
            region,
            [
                ("at the load balancer", Metric(BALANCER, "HTTPCode_ELB_5XX_Count", own, "Sum")),
                ("at a task", Metric(BALANCER, "HTTPCode_Target_5XX_Count", own, "Sum")),
            ],
        ),
        widgets.metrics(
            "Response time",
            region,
            [(rank, Metric(BALANCER, "TargetResponseTime", own, rank)) for rank in ("p50", "p95", "p99")],
            "seconds",
        ),
    ]
    alarms = [widgets.alarms(part, list(each.values())) for part, each in arns.items()]
    return widgets.board(
        [
            widgets.text(f"# {settings.application} {settings.environment}: the site {site} in {region}"),
            *alarms[-1:],
            *traffic,
            *_services(settings, settings.services, site),
            *_database(settings, site),
            *_recovery(settings, site),
            *alarms[:-1],
        ]
    )


def spanning_board(settings: Settings) -> pulumi.Output[str]:
    """Both sites side by side: who serves, how well, and how far the copy is behind."""
    shown: list[Widget] = [widgets.text(f"# {settings.application} {settings.environment}: both sites")]
    shown += _canaries(settings, [canary.name for canary in settings.observability.canaries])
    for site in settings.sites:
        public = [each.service for each in workloads.workloads(settings.at(site)) if each.service.public]
        shown += _targets(settings, public, site)
        shown += _database(settings, site)
        shown += _recovery(settings, site)
    return widgets.board(shown)


def epic_board(settings: Settings, epic: int) -> pulumi.Output[str]:
    """One epic over both sites: its services, the way to them, and its canaries."""
    services = [service for service in settings.services if service.epic == epic]
    features = ", ".join(dict.fromkeys(service.feature for service in services))
    shown: list[Widget] = [widgets.text(f"# Epic {epic}: {features}")]
    shown += _canaries(settings, [each.name for each in settings.observability.canaries if each.epic == epic])
    for site in settings.sites:
        shown += _targets(settings, [service for service in services if service.public], site)
        shown += _services(settings, services, site)
    return widgets.board(shown)


def epics(settings: Settings) -> list[int]:
    """The epics that services belong to."""
    return sorted({service.epic for service in settings.services if service.epic is not None})


def _targets(settings: Settings, services: Sequence[ServiceSettings], site: str) -> list[Widget]:
    """Requests, failures and times. Searched: target groups have a part in their name that only AWS knows."""
    naming, region = Naming.of(settings), settings.sites[site].region

    def search(service: ServiceSettings, metric: str, statistic: str) -> str:
        group = naming.target_group(site, service.name)
        schema = f"{{{BALANCER},LoadBalancer,TargetGroup}}"
        return f"SEARCH('{schema} MetricName=\"{metric}\" {group}', '{statistic}', 60)"

    graphs = (
        ("Requests", "RequestCount", "Sum", ""),
        ("Failures", "HTTPCode_Target_5XX_Count", "Sum", ""),
        ("Response time, p99", "TargetResponseTime", "p99", "seconds"),
    )
    return [
        widgets.searched(
            f"{title} at {site}",
            region,
            [(service.name, search(service, metric, statistic)) for service in services],
            unit,
        )
        for title, metric, statistic, unit in graphs
        if services
    ]


def _services(settings: Settings, services: Sequence[ServiceSettings], site: str) -> list[Widget]:
    naming, region = Naming.of(settings), settings.sites[site].region

    def own(service: ServiceSettings) -> dict[str, pulumi.Input[str]]:
        return {"ClusterName": naming.ecs_cluster(site), "ServiceName": naming.ecs_service(service.name)}

    graphs = (
        ("Tasks", "ECS/ContainerInsights", "RunningTaskCount", ""),
        ("CPU", "AWS/ECS", "CPUUtilization", "per cent"),
        ("Memory", "AWS/ECS", "MemoryUtilization", "per cent"),
    )
    return [
        widgets.metrics(
            f"{title} at {site}",
            region,
            [(service.name, Metric(namespace, name, own(service))) for service in services],
            unit,
        )
        for title, namespace, name, unit in graphs
    ]


def _database(settings: Settings, site: str) -> list[Widget]:
    region = settings.sites[site].region
    cluster = Naming.of(settings).database_cluster(site)
    own = {"DBClusterIdentifier": cluster}
    return [
        widgets.metrics(
            f"Database at {site}",
            region,
            [
                ("connections", Metric(RDS, "DatabaseConnections", own, "Maximum")),
                ("CPU, per cent", Metric(RDS, "CPUUtilization", own, "Maximum")),
            ],
        ),
        widgets.searched(f"How far the copy at {site} is behind", region, [("lag", lag(cluster))], "milliseconds"),
    ]


def _recovery(settings: Settings, site: str) -> list[Widget]:
    region = settings.sites[site].region
    own = {"Application": settings.application, "Environment": settings.environment, "Site": site}
    table = {"TableName": Naming.of(settings).control_table}
    return [
        widgets.metrics(
            f"Lease and record at {site}",
            region,
            [
                ("age of the lease", Metric(METRICS, "lease_age_seconds", own, "Maximum")),
                ("silence of the peer", Metric(METRICS, recovery.SILENCE, own, "Maximum")),
                ("writes to the record", Metric(METRICS, recovery.CHANGES, own, "Sum")),
                ("refused by the table", Metric(TABLE, "ReadThrottleEvents", table, "Sum")),
            ],
        )
    ]


def _canaries(settings: Settings, names: Sequence[str]) -> list[Widget]:
    naming = Naming.of(settings)
    if not names:
        return []
    shown = [
        (name, Metric(CANARY, "SuccessPercent", {"CanaryName": naming.canary(name)}, period=300)) for name in names
    ]
    slow = [(name, Metric(CANARY, "Duration", {"CanaryName": naming.canary(name)}, period=300)) for name in names]
    return [
        widgets.metrics("Canaries: success", settings.witness_region, shown, "per cent"),
        widgets.metrics("Canaries: duration", settings.witness_region, slow, "milliseconds"),
    ]
