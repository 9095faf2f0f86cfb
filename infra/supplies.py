"""The site's queues and its cache, and what a service is told and allowed because it needs them, or the bucket."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra import permissions
from infra.component import Component, Statement
from infra.components.autoscaling import Backlog
from infra.components.cache import PORT, Cache
from infra.components.keys import Keys
from infra.components.object_store import DOCUMENTS
from infra.components.queue import Queue, QueueArgs
from infra.naming import Naming, tags
from infra.premises import Premises
from infra.settings import ServiceSettings, Settings

Told = Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True)
class Supplies:
    """What the site's services share beside the database."""

    settings: Settings
    queues: Mapping[str, Queue]
    """By the service that works it off."""
    cache: Cache | None
    """None where no service needs it."""

    def environment(self, service: ServiceSettings) -> Told:
        """What the service is told; `docs/workload.md` is the contract."""
        told: dict[str, pulumi.Input[str]] = {}
        settings, naming = self.settings, Naming.of(self.settings)
        if service.name in self.queues:
            told["QUEUE_URL"] = self.queues[service.name].url
        for target in service.sends_to:
            told[f"QUEUE_URL_{target.upper().replace('-', '_')}"] = self.queues[target].url
        if "bucket" in service.needs:
            told["BUCKET_NAME"] = naming.bucket(settings.scope, DOCUMENTS)
            told["BUCKET_PREFIX"] = f"{service.name}/"
        if self.cache is not None and "cache" in service.needs:
            told["CACHE_HOST"], told["CACHE_PORT"] = self.cache.endpoint, str(PORT)
            told["CACHE_NAME"] = naming.cache(settings.scope)
            told["CACHE_USER"] = naming.cache_user(settings.scope, service.name)
            told["CACHE_PREFIX"] = f"{service.name}:"
            told["CACHE_TTL_SECONDS"] = str(settings.cache.response_seconds)
        return told

    def statements(self, service: ServiceSettings) -> list[Statement]:
        """What its tasks may do."""
        settings, naming = self.settings, Naming.of(self.settings)
        region, account, site = settings.region, settings.account_id, settings.scope
        statements: list[Statement] = []
        own = [self.queues[service.name].arn] if service.name in self.queues else []
        targets = [*own, *(self.queues[target].arn for target in service.sends_to)]
        for queue in own:
            statements += permissions.work_off(queue)
        if targets:
            statements += permissions.send_to(targets)
            statements += permissions.queue_key(region, account, naming.key_alias(site, "data"))
        if "bucket" in service.needs:
            bucket, alias = naming.bucket(site, DOCUMENTS), naming.key_alias(site, DOCUMENTS)
            statements += permissions.keep_documents(region, account, bucket, f"{service.name}/", alias)
        if self.cache is not None and "cache" in service.needs:
            statements += permissions.use_cache(self.cache.arn, self.cache.user_arns[service.name])
        return statements

    def backlog(self, service: ServiceSettings) -> Backlog | None:
        """What the service scales on, if it scales on its queue."""
        settings, naming = self.settings, Naming.of(self.settings)
        if service.scale_on.backlog is None:
            return None
        return {
            "queue_name": self.queues[service.name].queue_name,
            "cluster_name": naming.ecs_cluster(settings.scope),
            "service_name": naming.ecs_service(service.name),
            "messages_per_task": service.scale_on.backlog,
        }


def supplies(
    owner: Component,
    name: str,
    settings: Settings,
    keys: Keys,
    network: Premises,
) -> Supplies:
    """Declares queues and cache as children of `owner`."""
    queues = {
        service.name: _queue(owner, name, settings, keys, service)
        for service in settings.services
        if "queue" in service.needs
    }
    return Supplies(settings, queues, _cache(owner, name, settings, keys, network))


def _queue(
    owner: Component,
    name: str,
    settings: Settings,
    keys: Keys,
    service: ServiceSettings,
) -> Queue:
    naming, site, given = Naming.of(settings), settings.scope, settings.queue
    args: QueueArgs = {
        "region": settings.region,
        "name": naming.queue(site, service.name),
        "dead_name": naming.dead_letters(site, service.name),
        "key_arn": keys.arns["data"],
        "visibility_seconds": given.visibility_seconds,
        "retention_seconds": given.retention_seconds,
        "attempts": given.attempts,
        "protection": settings.protection == "on",
        "tags": tags(settings, service),
    }
    return Queue(f"{name}-{service.name}-queue", args, owner.child())


def _cache(owner: Component, name: str, settings: Settings, keys: Keys, network: Premises) -> Cache | None:
    naming, site, given = Naming.of(settings), settings.scope, settings.cache
    users = {
        service.name: naming.cache_user(site, service.name) for service in settings.services if "cache" in service.needs
    }
    if not users:
        return None
    pilot = settings.standby == "pilot" and site != settings.active_site
    return Cache(
        f"{name}-cache",
        {
            "region": settings.region,
            "cache_id": naming.cache(site),
            "users": users,
            "valkey_version": given.valkey_version,
            "node_type": given.node_type,
            "nodes": 1 if pilot else given.nodes,
            "vpc_id": network.vpc_id,
            "subnet_ids": network.isolated_subnet_ids,
            "key_arn": keys.arns["data"],
            "tags": tags(settings),
        },
        owner.child(),
    )
