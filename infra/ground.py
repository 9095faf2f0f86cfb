"""What a site's services stand on, and what each is told and allowed because of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra import permissions, workloads
from infra.component import Statement
from infra.components.autoscaling import AutoscalingArgs
from infra.components.cache import PORT as CACHE_PORT
from infra.components.calls import Callee, CallsArgs
from infra.components.cluster import Cluster
from infra.components.database import PORT as DATABASE_PORT
from infra.components.database import Database
from infra.components.keys import Keys
from infra.components.load_balancer import LoadBalancer
from infra.components.service import Service, ServiceArgs
from infra.found import Found
from infra.naming import Naming, tags
from infra.premises import Premises
from infra.settings import ServiceSettings, Settings
from infra.supplies import Supplies
from infra.workloads import Workload


@dataclass(frozen=True)
class Ground:
    """A site without its services."""

    settings: Settings
    found: Found
    keys: Keys
    network: Premises
    database: Database
    cluster: Cluster
    balancer: LoadBalancer
    supplies: Supplies

    @property
    def naming(self) -> Naming:
        return Naming.of(self.settings)

    def service(self, workload: Workload) -> ServiceArgs:
        """How the workload runs here."""
        settings, naming, service = self.settings, self.naming, workload.service
        site, region = settings.scope, settings.region
        args: ServiceArgs = {
            "region": region,
            "account_id": settings.account_id,
            "service": naming.ecs_service(workload.name),
            "cluster_arn": self.cluster.arn,
            "family": naming.task_family(site, workload.name),
            "image": naming.image(region, service.image),
            "command": service.command,
            "cpu": service.cpu,
            "memory": service.memory,
            "environment": self.environment(workload),
            "secrets": {key: self.found.secret_arn(short) for key, short in workload.secrets.items()},
            "secret_key_alias": naming.key_alias(site, "secrets"),
            "architecture": settings.architecture.upper(),
            "statements": self.statements(workload),
            "log_group": naming.log_group(site, workload.name),
            "log_key_arn": self.keys.arns["logs"],
            "task_role": naming.role(site, f"{workload.name}-task"),
            "execution_role": naming.role(site, f"{workload.name}-execution"),
            "vpc_id": self.network.vpc_id,
            "subnet_ids": self.network.private_subnet_ids,
            "desired": workloads.capacity(settings, service).floor,
            "user": service.user,
            "log_days": settings.log_days,
            "tags": tags(settings, service),
        }
        if service.port is not None:
            args["port"] = service.port
        called = any(service.name in each.calls for each in settings.services)
        if called or service.calls:
            args["discovery"] = {"namespace_arn": self.cluster.namespace_arn, "offers": called}
        if workload.user:
            args["store"] = {"security_group_id": self.database.security_group_id, "port": DATABASE_PORT}
        if self.supplies.cache is not None and "cache" in service.needs:
            args["cache"] = {"security_group_id": self.supplies.cache.security_group_id, "port": CACHE_PORT}
        if service.public:
            args["door"] = {
                "security_group_id": self.balancer.security_group_id,
                "target_group_arn": self.balancer.target_group_arns[workload.name],
            }
        return args

    def environment(self, workload: Workload) -> Mapping[str, pulumi.Input[str]]:
        """What the container is told; `docs/workload.md` is the contract."""
        settings, service = self.settings, workload.service
        told: dict[str, pulumi.Input[str]] = {
            "LIFELINE_APPLICATION": settings.application,
            "LIFELINE_ENVIRONMENT": settings.environment,
            "LIFELINE_SITE": settings.scope,
            "LIFELINE_REGION": settings.region,
            "LIFELINE_SERVICE": workload.name,
            "LIFELINE_ROLE": workload.role,
            **workload.environment,
        }
        if service.port is not None:
            told["PORT"] = str(service.port)
            told["LIFELINE_TLS"] = "on" if service.tls else "off"
        if workload.user:
            told["DATABASE_HOST"] = self.database.endpoint
            told["DATABASE_READER_HOST"] = self.database.reader_endpoint
            told["DATABASE_PORT"] = self.database.port.apply(lambda port: str(int(port)))
            told["DATABASE_NAME"] = workloads.database_name(settings)
            told["DATABASE_USER"] = workload.user
        for callee in service.calls:
            other = settings.service(callee)
            key = f"LIFELINE_URL_{callee.upper().replace('-', '_')}"
            told[key] = f"{'https' if other.tls else 'http'}://{callee}:{other.port}"
        told.update(self.supplies.environment(service))
        return told

    def statements(self, workload: Workload) -> list[Statement]:
        """What the tasks may do."""
        settings = self.settings
        region, account = settings.region, settings.account_id
        statements: list[Statement] = []
        if workload.by_token and workload.user:
            statements += permissions.connect(region, account, self.database.resource_id, workload.user)
        statements += self.supplies.statements(workload.service)
        if "llm" in workload.service.needs:
            statements += permissions.invoke_models(region)
        if workload.role == workloads.WARDEN:
            statements += permissions.connect_copies(region, account, str(workload.user))
            statements += permissions.watch_lease(
                region=region,
                account_id=account,
                table=self.naming.control_table,
                regions=workloads.control_regions(settings),
                site=settings.scope,
                extension=self.naming.lease_extension(settings.scope),
            )
        if workload.role == workloads.GUARD:
            statements += permissions.watch_record(
                account_id=account,
                table=self.naming.control_table,
                regions=workloads.control_regions(settings),
                site=settings.scope,
                peer=settings.peer(settings.scope),
            )
        return statements

    def calls(self, service: ServiceSettings, running: Mapping[str, Service]) -> CallsArgs:
        """Whom the service may call here."""
        callees: dict[str, Callee] = {}
        for name in service.calls:
            port = self.settings.service(name).port
            if port is None:
                raise ValueError(f"the service {name} is called and has no port: settings check that")
            callees[name] = {"security_group_id": running[name].security_group_id, "port": port}
        return {
            "region": self.settings.region,
            "service": service.name,
            "security_group_id": running[service.name].security_group_id,
            "callees": callees,
            "tags": tags(self.settings, service),
        }

    def scaling(self, service: ServiceSettings, running: Service) -> AutoscalingArgs:
        """How far the service scales here. Only this follows from who is active."""
        settings, on = self.settings, service.scale_on
        held = workloads.capacity(settings, service)
        target = self.naming.scalable_target(settings.scope, service.name)
        args: AutoscalingArgs = {
            "region": settings.region,
            # The name is known beforehand, but the service has to be there first.
            "resource_id": running.arn.apply(lambda _: target),
            "floor": held.floor,
            "ceiling": held.ceiling,
            "tags": tags(settings, service),
        }
        if on.cpu is not None:
            args["cpu_percent"] = on.cpu
        if on.requests is not None:
            args["requests_per_task"] = on.requests
            args["request_label"] = self.balancer.request_labels[service.name]
        if backlog := self.supplies.backlog(service):
            args["backlog"] = backlog
        if service.schedule is not None:
            args["off_hours"] = {
                "time_zone": service.schedule.time_zone,
                "down": service.schedule.down,
                "up": service.schedule.up,
                # At a standby the schedule must not raise what is already lower.
                "floor": min(service.schedule.floor, held.floor),
            }
        return args
