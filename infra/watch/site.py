"""Wiring of everything that watches one site."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra import workloads
from infra.alarm import Alarm
from infra.component import Component
from infra.components.alarms import Alarms
from infra.components.composite_alarms import CompositeAlarms
from infra.components.dashboard import Dashboard
from infra.components.event_alerts import EventAlerts
from infra.components.load_balancer import LoadBalancer
from infra.components.notifications import Notifications
from infra.components.object_store import AUDIT, DOCUMENTS
from infra.components.recovery_automation import RecoveryAutomation
from infra.components.service import Service
from infra.naming import Naming, tags
from infra.premises import Premises
from infra.settings import ServiceSettings, Settings
from infra.supplies import Supplies
from infra.watch import cache, control, database, events, load_balancer, network, objectives, queue, recovery, service
from infra.watch.boards import site_board


@dataclass(frozen=True)
class Watched:
    """The parts of a site that are watched."""

    network: Premises
    balancer: LoadBalancer
    services: Mapping[str, Service]
    topics: Notifications
    supplies: Supplies


class SiteWatch:
    """Declares alarms, composites, event rules, log metrics and the dashboard of a site. Not a component itself."""

    def __init__(self, parent: Component, name: str, settings: Settings, watched: Watched) -> None:
        self._parent, self._name, self._settings, self._watched = parent, name, settings, watched
        self._naming = Naming.of(settings)
        self._runbooks = settings.observability.runbooks
        arns = self._alarms()
        arns["objectives"] = self._objectives()
        self._events()
        self._logs()
        self.dashboard_name = self._dashboard(arns)

    def _alarms(self) -> dict[str, dict[str, pulumi.Output[str]]]:
        settings, naming, site = self._settings, self._naming, self._settings.scope
        seen = settings.observability
        found = {
            "balancer": load_balancer.alarms(
                self._watched.balancer.arn,
                self._watched.balancer.target_group_arns,
                seen.objectives.latency_seconds,
            ),
            "database": database.alarms(
                naming.database_cluster(site),
                seen.database_connections,
                seen.database_free_mib,
                seen.replication_lag_seconds,
            ),
            "network": network.alarms(self._watched.network.nat_gateway_ids),
            "control": control.alarms(naming.control_table),
            "recovery": recovery.alarms(settings.application, settings.environment, site, naming.at(site)),
        }
        if self._watched.supplies.cache is not None:
            found["cache"] = cache.alarms(cache.nodes_of(naming.cache(site), settings.cache.nodes))
        made = {part: self._made(part, alarms).arns for part, alarms in found.items()}
        for name in self._watched.supplies.queues:
            queues = queue.alarms(
                naming.queue(site, name), naming.dead_letters(site, name), settings.queue.oldest_seconds
            )
            made[f"{name}-queue"] = self._made(f"{name}-queue", queues, of=settings.service(name)).arns
        for each in workloads.workloads(settings):
            own = service.alarms(naming.ecs_cluster(site), naming.ecs_service(each.name))
            made[each.name] = self._made(each.name, own, of=each.service).arns
        return made

    def _made(
        self, part: str, alarms: Mapping[str, Alarm], of: ServiceSettings | None = None, *, silent: bool = False
    ) -> Alarms:
        return Alarms(
            f"{self._name}-alarms-{part}",
            {
                "region": self._settings.region,
                "alarms": alarms,
                "topic_arns": {} if silent else self._watched.topics.topic_arns,
                "runbooks": self._runbooks,
                "tags": tags(self._settings, of),
            },
            self._parent.child(),
        )

    def _objectives(self) -> dict[str, pulumi.Output[str]]:
        aims = self._settings.observability.objectives
        windows = self._made("windows", objectives.windows(aims, self._watched.balancer.arn), silent=True)
        topics = self._watched.topics.topic_arns
        return CompositeAlarms(
            f"{self._name}-objectives",
            {
                "region": self._settings.region,
                "prefix": self._naming.at(self._settings.scope),
                "alarms": {
                    name: {
                        "parts": [windows.names[f"{name}-long"], windows.names[f"{name}-short"]],
                        "severity": burn.severity,
                        "says": said,
                        "page": objectives.PAGE,
                        "heading": burn.name,
                        "topic_arn": topics[burn.severity],
                    }
                    for name, burn, said in objectives.pairs(aims)
                },
                "runbooks": self._runbooks.rstrip("/"),
                "tags": tags(self._settings),
            },
            self._parent.child(),
        ).arns

    def _events(self) -> None:
        settings, naming, site = self._settings, self._naming, self._settings.scope
        cluster = f"arn:aws:ecs:{settings.region}:{settings.account_id}:cluster/{naming.ecs_cluster(site)}"
        kept = [naming.bucket(site, purpose) for purpose in (DOCUMENTS, AUDIT)]
        told = events.told(cluster, naming.database_cluster(site), kept)
        EventAlerts(
            f"{self._name}-events",
            {
                "region": settings.region,
                "alerts": {
                    name: {
                        "pattern": each.pattern,
                        "says": each.says,
                        "page": each.page,
                        "topic_arn": self._watched.topics.topic_arns[each.severity],
                    }
                    for name, each in told.items()
                },
                "runbooks": self._runbooks.rstrip("/"),
                "tags": tags(settings),
            },
            self._parent.child(),
        )

    def _logs(self) -> None:
        settings, naming, site = self._settings, self._naming, self._settings.scope

        def group(name: str) -> pulumi.Output[str]:
            # The name is known beforehand, but the group has to be there first.
            log = naming.log_group(site, name)
            return self._watched.services[name].arn.apply(lambda _: log)

        RecoveryAutomation(
            f"{self._name}-recovery",
            {
                "region": settings.region,
                "namespace": recovery.LOG_NAMESPACE,
                "logs": {
                    name: {"log_group": group(name), "metric": recovery.log_metric(naming.at(site), name)}
                    for name in recovery.WATCHED
                },
            },
            self._parent.child(),
        )

    def _dashboard(self, arns: Mapping[str, Mapping[str, pulumi.Output[str]]]) -> pulumi.Output[str]:
        body = site_board(self._settings, self._watched.balancer.arn, arns)
        name = self._naming.dashboard(self._settings.scope)
        return Dashboard(
            f"{self._name}-board",
            {"region": self._settings.region, "name": name, "body": body},
            self._parent.child(),
        ).name
