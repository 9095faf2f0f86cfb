"""Two regions in this process: moto for what it can, doubles for database, wardens, edge and users.

Every call from the promotion goes through `Cloud.pass_through`, which counts it, cuts regions off, throttles, loses
answers and kills: after a kill every further call dies too, as in a process that is gone.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any, Literal

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from operations.edge import Edge, Order, Pool
from operations.recovery.downtime import PATH
from operations.recovery.move import World
from operations.recovery.users import Answer
from operations.steps.call import spelled
from operations.topology import Topology
from tests.operations.recovery.backups import Backups
from tests.operations.recovery.clock import VirtualClock
from tests.operations.recovery.doubles import Databases, EdgeDouble, Wardens
from tests.operations.recovery.table import Table

READS = ("describe", "get", "list", "query")
When = Literal["before", "after"]
CERTIFICATE = {
    "describe_load_balancers": {"LoadBalancers": [{"LoadBalancerArn": "balancer"}]},
    "describe_listeners": {"Listeners": [{"Certificates": [{"CertificateArn": "certificate"}]}]},
    "describe_certificate": {"Certificate": {"Status": "ISSUED", "DomainName": "clinic.example.com"}},
}
"""What stands in front of the services; moto would take a dozen calls to have it."""


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@cache
def _moto(service: str, region: str) -> Any:
    return boto3.client(service, region_name=region)


class Cloud:
    """One estate as `topology` has it, east active."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.clock = VirtualClock()
        self.databases = Databases(topology)
        self.wardens = Wardens(self)
        self.balancer = EdgeDouble(topology)
        self.backups = Backups(topology)
        self.calls: list[tuple[str, str, str]] = []
        self.given: list[tuple[str, str, dict[str, Any]]] = []
        """Service, operation and parameters of each call by an AWS client."""
        self.dark: set[str] = set()
        self.throttle: Callable[[], bool] = lambda: False
        self.deaf: Counter[str] = Counter()
        """Operation → how often its answer is lost after the effect."""
        self.table_out = False
        """Whether no replica of the control table answers anybody."""
        self.orders: Counter[str] = Counter()
        self.most: dict[str, int] = {}
        """Service → how many of its tasks run at most, however many are wanted."""
        self.changes = 0
        """How many calls that change something were made: journal, letters, record, estate, edge, users."""
        self.kill: tuple[int, When] | None = None
        """Around which of them the process ends."""
        self.dead = False
        self._lock = threading.RLock()
        self.table = Table(topology.one("control_table").id, topology.control_regions[0])
        self._build()

    def reset(self) -> None:
        """As it was at first; quicker than building it anew."""
        self.databases, self.balancer = Databases(self.topology), EdgeDouble(self.topology)
        self.backups = Backups(self.topology)
        self.wardens, self.clock = Wardens(self), VirtualClock()
        self.orders.clear()
        self.table.clear()
        self.table_out = False
        self.revive()
        for site in self.topology.sites:
            self._set_capacity(site, self.topology.region(site))

    @property
    def world(self) -> World:
        return World(aws=self.client, edge=self._edge, users=self._users, clock=self.clock, answer_seconds=1.0)

    def client(self, service: str, region: str) -> Any:
        return _Client(self, service, region)

    def revive(self) -> None:
        """Another process, which knows nothing."""
        self.kill, self.dead = None, False
        self.forget_calls()

    def forget_calls(self) -> None:
        self.calls.clear()
        self.given.clear()
        self.changes = 0

    def count(self, operation: str) -> int:
        return sum(spelled(called) == spelled(operation) for _, called, _ in self.calls)

    def capacity(self, site: str) -> dict[str, tuple[int, int, int]]:
        """Service → (desired, floor, ceiling) at a site."""
        topology, region = self.topology, self.topology.region(site)
        cluster = topology.one("ecs_cluster", site).id
        found = {}
        for name in topology.capacity:
            service = topology.one("service", site, name).id
            shown = _moto("ecs", region).describe_services(cluster=cluster, services=[service])["services"][0]
            target = topology.one("scalable_target", site, name).id
            (held,) = _moto("application-autoscaling", region).describe_scalable_targets(
                ServiceNamespace="ecs", ResourceIds=[target]
            )["ScalableTargets"]
            found[name] = (shown["desiredCount"], held["MinCapacity"], held["MaxCapacity"])
        return found

    def pass_through(self, service: str, operation: str, region: str, act: Callable[[], Any]) -> Any:
        """One call: everything that can happen to it happens here."""
        with self._lock:
            if self.dead:
                raise Killed
            number, changing = self.changes, not spelled(operation).startswith(READS)
            if changing and self.kill == (number, "before"):
                self.dead = True
                raise Killed
            self.changes += changing
            self.calls.append((service, operation, region))
            if region in self.dark or (service == "dynamodb" and self.table_out):
                raise EndpointConnectionError(endpoint_url=region)
            if region and service != "dynamodb" and self.throttle():
                raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, operation)
            done = act()
            if changing and self.kill == (number, "after"):
                self.dead = True
                raise Killed
            if self.deaf[spelled(operation)] > 0:
                self.deaf[spelled(operation)] -= 1
                raise ReadTimeoutError(endpoint_url=region)
            return done

    def _edge(self, topology: Topology) -> Edge:
        return _RecordedEdge(self)  # type: ignore[return-value]  # the same four methods

    def _users(self, host: str, method: str, path: str, headers: Any, body: Any) -> Answer:
        def serves() -> Answer:
            site = self.balancer.leads_to(self.wardens.serves)
            held = self.wardens.lease(site) if site else None
            return Answer(503, {}) if held is None else Answer(200, {"site": site, "epoch": held[1]})

        def act() -> Answer:
            if path == PATH:
                return serves()
            site = self.balancer.leads_to(self.wardens.serves)
            if site is None or not self.databases.accepts(site, self.wardens.lease(site)):
                return Answer(503, {"reason": "no lease"})
            new = headers["Idempotency-Key"] not in self.orders
            self.orders[headers["Idempotency-Key"]] += 1
            return Answer(201 if new else 200, {"site": site})

        found: Answer = self.pass_through("edge", f"{method} {path}", "", act)
        return found

    def _build(self) -> None:
        topology = self.topology
        for site in topology.sites:
            self._build_services(site, topology.region(site))
            for queue in topology.all("queue", site):
                _moto("sqs", queue.region).create_queue(QueueName=queue.id)

    def _build_services(self, site: str, region: str) -> None:
        topology, ecs = self.topology, _moto("ecs", region)
        cluster = topology.one("ecs_cluster", site).id
        ecs.create_cluster(clusterName=cluster)
        box = {"name": "app", "image": "example.com/app@sha256:1", "memory": 128}
        ecs.register_task_definition(family="app", containerDefinitions=[box])
        for name in topology.capacity:
            service = topology.one("service", site, name).id
            ecs.create_service(cluster=cluster, serviceName=service, taskDefinition="app", desiredCount=0)
        warden = topology.one("warden", site).id
        ecs.create_service(cluster=cluster, serviceName=warden, taskDefinition="app", desiredCount=1)
        self._set_capacity(site, region)

    def _set_capacity(self, site: str, region: str) -> None:
        topology = self.topology
        for name, held in topology.capacity.items():
            floor, ceiling = held.active if site == topology.founder else held.standby
            if topology.standby == "pilot" and site != topology.founder:
                floor = ceiling = 0
            _moto("ecs", region).update_service(
                cluster=topology.one("ecs_cluster", site).id,
                service=topology.one("service", site, name).id,
                desiredCount=floor,
            )
            _moto("application-autoscaling", region).register_scalable_target(
                ServiceNamespace="ecs",
                ResourceId=topology.one("scalable_target", site, name).id,
                ScalableDimension="ecs:service:DesiredCount",
                MinCapacity=floor,
                MaxCapacity=ceiling,
            )

    def lose_table(self) -> None:
        """From now on; the last renewal was just before."""
        active = self.wardens.record()[0]
        self.wardens.lease(active)
        self.table_out = True

    def wardens_wanted(self, site: str) -> int:
        """How many tasks the site's warden is to have."""
        shown = _moto("ecs", self.topology.region(site)).describe_services(
            cluster=self.topology.one("ecs_cluster", site).id, services=[self.topology.one("warden", site).id]
        )
        return int(shown["services"][0]["desiredCount"])

    def run_tasks(self, services: list[dict[str, Any]]) -> None:
        """All that is desired runs at once, as far as it can; moto says whatever."""
        for item in services:
            item["runningCount"] = min(item["desiredCount"], self.most.get(item["serviceName"], 1000))
            item["deployments"] = [{"status": "PRIMARY", "rolloutState": "COMPLETED"}]

    def schedule(self, site: str, service: str) -> None:
        """Give a service an off-hours action."""
        _moto("application-autoscaling", self.topology.region(site)).put_scheduled_action(
            ServiceNamespace="ecs",
            ScheduledActionName="down",
            ResourceId=self.topology.one("scalable_target", site, service).id,
            ScalableDimension="ecs:service:DesiredCount",
            Schedule="cron(0 19 * * ? *)",
            ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 1},
        )

    def jump(self, hours: float) -> None:
        self.clock.jump += timedelta(hours=hours)


class _Client:
    """A client of one region, as boto3 makes them."""

    def __init__(self, cloud: Cloud, service: str, region: str) -> None:
        self._cloud, self._service, self._region = cloud, service, region

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            self._cloud.given.append((self._service, method, parameters))
            return self._cloud.pass_through(
                self._service, method, self._region, lambda: self._answer(method, parameters)
            )

        return call

    def _answer(self, method: str, parameters: dict[str, Any]) -> Any:
        cloud = self._cloud
        if self._service == "rds":
            return getattr(cloud.databases, method)(self._region, **parameters)
        if self._service == "backup":
            return getattr(cloud.backups, method)(self._region, **parameters)
        if self._service in ("elbv2", "acm"):
            return CERTIFICATE[method]
        if self._service == "dynamodb":
            before = cloud.wardens.record()
            done = getattr(cloud.table, method)(**parameters)
            cloud.wardens.moved(before, cloud.wardens.record())
            if method == "put_item":
                cloud.wardens.deliver(parameters["Item"])
            return done
        done = getattr(_moto(self._service, self._region), method)(**parameters)
        if self._service == "sts":
            done["ResponseMetadata"]["HTTPHeaders"]["date"] = format_datetime(cloud.clock.now() - cloud.clock.jump)
        if method == "put_parameter":
            cloud.wardens.granted(self._region, parameters["Value"])
        if method == "describe_services":
            cloud.run_tasks(done["services"])
        return done


class _RecordedEdge:
    """The edge's API, each method one call."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def pools(self) -> dict[str, Pool]:
        found: dict[str, Pool] = self._call("ListPools", self._cloud.balancer.pools)
        return found

    def order(self) -> Order:
        found: Order = self._call("GetLoadBalancer", self._cloud.balancer.order)
        return found

    def set_enabled(self, name: str, enabled: bool) -> None:
        self._call("EditPool", lambda: self._cloud.balancer.set_enabled(name, enabled))

    def set_order(self, first: str, second: str) -> None:
        if first != self._cloud.topology.one("pool", self._cloud.databases.writer).id:
            self._cloud.wardens.violations.append(f"traffic led to {first}, whose database does not write")
        self._call("EditLoadBalancer", lambda: self._cloud.balancer.set_order(first, second))

    def _call(self, operation: str, act: Callable[[], Any]) -> Any:
        return self._cloud.pass_through("cloudflare", operation, "", act)
