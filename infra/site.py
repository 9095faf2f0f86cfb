"""A site: everything that lets one region carry the service alone. One code for both sites."""

from typing import TypedDict

import pulumi

from infra import clients, safeguards, workloads
from infra.cloudflare_addresses import EDGE_IPV4
from infra.component import Component
from infra.components.autoscaling import Autoscaling
from infra.components.calls import Calls
from infra.components.cluster import Cluster
from infra.components.database import Database, DatabaseArgs
from infra.components.keys import Keys, KeysArgs
from infra.components.lease_alarm import LeaseAlarm
from infra.components.load_balancer import Backend, LoadBalancer, LoadBalancerArgs
from infra.components.notifications import Notifications
from infra.components.origin import Origin
from infra.components.service import Service
from infra.found import Found
from infra.ground import Ground
from infra.naming import Naming, tags
from infra.notices import notifications
from infra.outputs import SiteOutputs
from infra.premises import Premises, premises
from infra.settings import ServiceSettings, Settings
from infra.supplies import supplies
from infra.watch.site import SiteWatch, Watched
from infra.zone import Zone

KEYS = ("data", "logs", "alerts", "backup")
"""Purposes of a site's own keys."""


class SiteArgs(TypedDict):
    settings: Settings
    """Of the stack's scope, which is this site."""
    found: Found
    """What other stacks made and this one refers to."""
    zone: Zone
    """Cloudflare's zone, for the origin record."""


class Site(Component):
    """Network, keys, database member, services, and the way from the edge to them."""

    outputs: SiteOutputs

    def __init__(self, name: str, args: SiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._settings, self._found = name, args["settings"], args["found"]
        settings = self._settings
        self._naming, self._tags, self._protection = Naming.of(settings), tags(settings), settings.protection == "on"
        keys = self._keys()
        network = premises(name, settings, self._found, keys.arns["logs"], self.child())
        cluster = Cluster(
            f"{name}-cluster",
            {
                "region": settings.region,
                "name": self._naming.ecs_cluster(settings.scope),
                "namespace": self._naming.namespace(settings.scope),
                "tags": self._tags,
            },
            self.child(),
        )
        database, balancer = self._database(keys, network), self._balancer(network)
        topics = notifications(self, name, settings, keys.arns["alerts"])
        supplied = supplies(self, name, settings, keys, network)
        services = self._services(Ground(settings, self._found, keys, network, database, cluster, balancer, supplied))
        self._lease_alarm(topics)
        watch = SiteWatch(self, name, settings, Watched(network, balancer, services, topics, supplied))
        safeguards.of_site(name, settings, balancer, keys, topics.topic_arns, self.child())
        origin = Origin(
            f"{name}-origin",
            {
                "zone_id": args["zone"].id,
                "host": self._naming.origin_host(settings.scope),
                "target": balancer.dns_name,
            },
            self.child(),
        )
        self.outputs = {
            "site": settings.scope,
            "region": settings.region,
            "vpc_id": network.vpc_id,
            "database_arn": database.arn,
            "database_endpoint": database.endpoint,
            "database_reader_endpoint": database.reader_endpoint,
            "ecs_cluster_arn": cluster.arn,
            "load_balancer_dns_name": balancer.dns_name,
            "origin_host": origin.host,
            "topic_arns": topics.topic_arns,
            "dashboard_name": watch.dashboard_name,
            "queue_urls": {key: queue.url for key, queue in supplied.queues.items()},
            "cache_endpoint": supplied.cache.endpoint if supplied.cache else None,
            "service_arns": {key: service.arn for key, service in services.items()},
        }
        self.register_outputs(dict(self.outputs))

    def _keys(self) -> Keys:
        settings = self._settings
        args: KeysArgs = {
            "region": settings.region,
            "account_id": settings.account_id,
            "aliases": {use: self._naming.key_alias(settings.scope, use) for use in KEYS},
            "existing": self._found.key_arns(settings.scope),
            "protection": self._protection,
            "tags": self._tags,
        }
        if settings.backup.account:
            args["backup_account"] = settings.backup.account.account_id
        return Keys(f"{self._name}-keys", args, self.child())

    def _database(self, keys: Keys, network: Premises) -> Database:
        settings, naming, site = self._settings, self._naming, self._settings.scope
        count = workloads.database_instances(settings)
        args: DatabaseArgs = {
            "region": settings.region,
            "account_id": settings.account_id,
            "global_cluster_identifier": naming.global_cluster,
            "cluster_identifier": naming.database_cluster(site),
            "instances_stay": settings.standby == "warm",
            "instance_identifiers": [naming.database_instance(site, index) for index in range(1, count + 1)],
            # Of a network that was there before, nobody said which zones its subnets are in.
            "zones": [] if settings.site.existing.network else self._found.zones(),
            "instance_class": settings.database.instance_class,
            "engine_version": settings.database.engine_version,
            "transaction_seconds": settings.transaction_seconds,
            "backup_retention_days": settings.database.backup_retention_days,
            "vpc_id": network.vpc_id,
            "subnet_ids": network.isolated_subnet_ids,
            "key_arn": keys.arns["data"],
            "log_key_arn": keys.arns["logs"],
            "monitoring_role": naming.role(site, "database-monitoring"),
            "protection": self._protection,
            "tags": self._tags,
        }
        if settings.database.rpo_seconds is not None:
            args["rpo_seconds"] = settings.database.rpo_seconds
        if settings.site.founder:
            args["master"] = {
                "username": workloads.MASTER_USER,
                "password": self._found.master_password(),
                "password_version": settings.database.master_password_version,
            }
        return Database(f"{self._name}-database", args, self.child())

    def _balancer(self, network: Premises) -> LoadBalancer:
        settings = self._settings
        public = [each.service for each in workloads.workloads(settings) if each.service.public]
        args: LoadBalancerArgs = {
            "region": settings.region,
            "name": self._naming.load_balancer(settings.scope),
            "vpc_id": network.vpc_id,
            "subnet_ids": network.public_subnet_ids,
            "certificate_arn": settings.site.existing.certificate_arn or self._found.certificate_arn(),
            "edge_addresses": EDGE_IPV4,
            "log_bucket": self._naming.bucket(settings.scope, "access-logs"),
            "log_prefix": "balancer",
            "backends": {service.name: self._backend(service) for service in public},
            "protection": self._protection,
            "tags": self._tags,
        }
        if certificate := clients.authority(settings):
            bucket = self._naming.bucket(settings.scope, clients.TRUST)
            args["clients"] = {"bucket": bucket, "key": clients.authority_key(certificate)}
        return LoadBalancer(f"{self._name}-balancer", args, self.child())

    def _backend(self, service: ServiceSettings) -> Backend:
        if service.port is None or service.health is None:
            raise ValueError(f"the public service {service.name} has no port or health path: settings check that")
        return {
            "target_group": self._naming.target_group(self._settings.scope, service.name),
            "port": service.port,
            "protocol": "HTTPS" if service.tls else "HTTP",
            "health": service.health,
            "prefixes": service.public,
            "tags": tags(self._settings, service),
        }

    def _services(self, ground: Ground) -> dict[str, Service]:
        services = {}
        for workload in workloads.workloads(self._settings):
            name = f"{self._name}-{workload.name}"
            services[workload.name] = Service(name, ground.service(workload), self.child())
            if workload.scaled:
                scaling = ground.scaling(workload.service, services[workload.name])
                Autoscaling(f"{name}-scaling", scaling, self.child())
        for caller in (each for each in self._settings.services if each.calls):
            calls = ground.calls(caller, services)
            Calls(f"{self._name}-{caller.name}-calls", calls, self.child())
        return services

    def _lease_alarm(self, topics: Notifications) -> None:
        settings = self._settings
        LeaseAlarm(
            f"{self._name}-lease",
            {
                "region": settings.region,
                "application": settings.application,
                "environment": settings.environment,
                "site": settings.scope,
                "threshold_seconds": settings.lease_seconds / 2,
                "runbooks": settings.observability.runbooks.rstrip("/"),
                "topic_arn": topics.topic_arns["critical"],
                "tags": self._tags,
            },
            self.child(),
        )
