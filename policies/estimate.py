"""What a stack costs a month, by list prices of what its program says: an estimate, and a lower bound of the bill.

Counted is what is paid for by the hour or the piece, whether it is used or not. Not counted is what depends on use
(requests, traffic, logs, storage that grows) and every type that is not named here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from model.resource import Resource
from model.values import UNKNOWN, Malformed, UnknownMet, items, number, truth
from model.view import View
from policies.prices import Prices, Unpriced
from policies.scaling import scalable_targets

TASK = "aws:ecs/taskDefinition:TaskDefinition"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
CLUSTER = "aws:rds/cluster:Cluster"

Cost = Callable[[View, Resource, Prices], float]
"""Dollars a month of one resource. Raises UnknownMet, Malformed, Unpriced."""


@dataclass(slots=True)
class Estimate:
    """`total` in US dollars a month."""

    parts: Counter[str] = field(default_factory=Counter)
    """Type's name → dollars."""
    unclear: list[str] = field(default_factory=list)
    """What could not be priced, and why."""

    @property
    def total(self) -> float:
        return sum(self.parts.values())

    def largest(self, count: int = 3) -> str:
        """The largest parts, for a message."""
        return ", ".join(f"{name} {dollars:,.0f}" for name, dollars in self.parts.most_common(count))


def estimate(view: View, prices: Prices) -> Estimate:
    """Of all resources that the stack manages."""
    found = Estimate()
    for kind, cost in _COSTS.items():
        for resource in view.of(kind):
            if resource.external:
                continue
            try:
                dollars = cost(view, resource, prices)
            except Unpriced as error:
                found.unclear.append(f"{resource.name}: {error}")
            except (UnknownMet, Malformed):
                found.unclear.append(f"{resource.name}: its size is not known")
            else:
                found.parts[kind.rsplit(":", 1)[-1]] += dollars  # type: ignore[assignment]
    return found


def _number(resource: Resource, path: str, default: float) -> float:
    value = resource.at(path)
    if value is None:
        return default
    found = number(value)
    if found is None:
        raise Malformed(path, "a number is expected")
    return found


def _count(resource: Resource, path: str) -> int:
    return len(items(resource.at(path)))


def _text(resource: Resource, path: str) -> str:
    value = resource.at(path)
    if value is UNKNOWN:
        raise UnknownMet(path)
    return "" if value is None else str(value).strip().lower()


def _each(key: str) -> Cost:
    return lambda _view, _resource, prices: prices.of(key)


def _endpoint(_view: View, resource: Resource, prices: Prices) -> float:
    if _text(resource, "vpcEndpointType") in ("", "gateway"):
        return 0.0
    return prices.of("interface-endpoint") * max(1, _count(resource, "subnetIds"))


def _balancer(_view: View, resource: Resource, prices: Prices) -> float:
    zones = max(_count(resource, "subnets"), _count(resource, "subnetMappings"))
    addresses = 0 if truth(resource.at("internal")) is True else zones
    return prices.of("load-balancer") + addresses * prices.of("public-ipv4")


def _volume(prices: Prices, kind: str, size: float) -> float:
    return prices.of(f"ebs-{kind}-gb") * size


def _instance(_view: View, resource: Resource, prices: Prices) -> float:
    disk = _number(resource, "rootBlockDevice.volumeSize", 0)
    kind = _text(resource, "rootBlockDevice.volumeType") or "gp3"
    size = _text(resource, "instanceType")
    return (prices.machine("ec2", size) if size else 0.0) + _volume(prices, kind, disk)


def _group(view: View, resource: Resource, prices: Prices) -> float:
    count = _number(resource, "desiredCapacity", _number(resource, "minSize", 0))
    if not count:
        return 0.0
    sizes = [item for item in items(resource.at(f"{_MIXED}.overrides[*].instanceType")) if item is not None]
    for path in (
        "launchTemplate.id",
        "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId",
    ):
        sizes += [_text(item, "instanceType") for item in view.targets(resource, path, TEMPLATE).found]
    if not sizes or sizes[0] is UNKNOWN or not sizes[0]:
        raise UnknownMet("launchTemplate")
    return count * prices.machine("ec2", str(sizes[0]))


_MIXED = "mixedInstancesPolicy.launchTemplate"


def _service(view: View, resource: Resource, prices: Prices) -> float:
    """Fargate's: tasks at the least that scaling leaves, else as many as are desired."""
    if _text(resource, "launchType") in ("ec2", "external"):
        return 0.0
    tasks = view.targets(resource, "taskDefinition", TASK)
    if not tasks.found:
        raise UnknownMet("taskDefinition")
    task = tasks.found[0]
    if "fargate" not in [str(kind).lower() for kind in items(task.at("requiresCompatibilities[*]"))]:
        return 0.0
    targets = scalable_targets(view, resource)
    if targets.unclear and not targets.found:
        raise UnknownMet("resourceId")
    desired = _number(resource, "desiredCount", 0)
    count = _number(targets.found[0], "minCapacity", desired) if targets.found else desired
    arm = "arm-" if _text(task, "runtimePlatform.cpuArchitecture") == "arm64" else ""
    cpu, memory = _number(task, "cpu", 256) / 1024, _number(task, "memory", 512) / 1024
    return count * (cpu * prices.of(f"fargate-{arm}vcpu") + memory * prices.of(f"fargate-{arm}gb"))


def _database(_view: View, resource: Resource, prices: Prices) -> float:
    size = _text(resource, "instanceClass")
    copies = 2 if truth(resource.at("multiAz")) is True else 1
    if not size:
        raise UnknownMet("instanceClass")
    storage = _number(resource, "allocatedStorage", 0) * prices.of("rds-gb")
    return copies * (prices.machine("rds", size) + storage)


def _member(view: View, resource: Resource, prices: Prices) -> float:
    size = _text(resource, "instanceClass")
    if size != "db.serverless":
        return prices.machine("aurora", size)
    clusters = view.targets(resource, "clusterIdentifier", CLUSTER).found
    if not clusters:
        raise UnknownMet("clusterIdentifier")
    return prices.of("aurora-acu") * _number(clusters[0], "serverlessv2ScalingConfiguration.minCapacity", 0.5)


def _cache(_view: View, resource: Resource, prices: Prices) -> float:
    size = _text(resource, "nodeType")
    if not size:
        return 0.0  # of a global group, which names it
    shards = _number(resource, "numNodeGroups", 1)
    nodes = _number(resource, "numCacheClusters", shards * (1 + _number(resource, "replicasPerNodeGroup", 0)))
    valkey = 0.8 if _text(resource, "engine") == "valkey" else 1.0
    return nodes * valkey * prices.machine("elasticache", size)


def _cache_cluster(_view: View, resource: Resource, prices: Prices) -> float:
    size = _text(resource, "nodeType")
    if not size or resource.at("replicationGroupId") is not None:
        return 0.0
    return _number(resource, "numCacheNodes", 1) * prices.machine("elasticache", size)


def _domain(_view: View, resource: Resource, prices: Prices) -> float:
    size, masters = _text(resource, "clusterConfig.instanceType"), _text(resource, "clusterConfig.dedicatedMasterType")
    if not size:
        raise UnknownMet("clusterConfig.instanceType")
    nodes = _number(resource, "clusterConfig.instanceCount", 1)
    total = nodes * prices.machine("opensearch", size)
    total += nodes * _number(resource, "ebsOptions.volumeSize", 0) * prices.of("opensearch-gb")
    if truth(resource.at("clusterConfig.dedicatedMasterEnabled")) is True and masters:
        total += _number(resource, "clusterConfig.dedicatedMasterCount", 3) * prices.machine("opensearch", masters)
    return total


def _table(_view: View, resource: Resource, prices: Prices) -> float:
    if _text(resource, "billingMode") == "pay_per_request":
        return 0.0
    reads, writes = _number(resource, "readCapacity", 0), _number(resource, "writeCapacity", 0)
    return reads * prices.of("dynamodb-read-unit") + writes * prices.of("dynamodb-write-unit")


def _stream(_view: View, resource: Resource, prices: Prices) -> float:
    return _number(resource, "shardCount", 0) * prices.of("kinesis-shard")


_COSTS: Mapping[str, Cost] = {
    "aws:autoscaling/group:Group": _group,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _each("composite-alarm"),
    "aws:cloudwatch/dashboard:Dashboard": _each("dashboard"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _each("alarm"),
    "aws:dynamodb/table:Table": _table,
    "aws:ebs/volume:Volume": lambda _view, item, prices: _volume(
        prices, _text(item, "type") or "gp2", _number(item, "size", 0)
    ),
    "aws:ec2/eip:Eip": _each("public-ipv4"),
    "aws:ec2/instance:Instance": _instance,
    "aws:ec2/natGateway:NatGateway": _each("nat-gateway"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:ecs/service:Service": _service,
    "aws:eks/cluster:Cluster": _each("eks-cluster"),
    "aws:elasticache/cluster:Cluster": _cache_cluster,
    "aws:elasticache/replicationGroup:ReplicationGroup": _cache,
    "aws:kinesis/stream:Stream": _stream,
    "aws:kms/key:Key": _each("kms-key"),
    "aws:kms/replicaKey:ReplicaKey": _each("kms-key"),
    "aws:lb/loadBalancer:LoadBalancer": _balancer,
    "aws:networkfirewall/firewall:Firewall": lambda _view, item, prices: (
        prices.of("firewall-endpoint") * max(1, _count(item, "subnetMappings"))
    ),
    "aws:opensearch/domain:Domain": _domain,
    "aws:rds/clusterInstance:ClusterInstance": _member,
    "aws:rds/instance:Instance": _database,
    "aws:route53/healthCheck:HealthCheck": _each("health-check"),
    "aws:route53/zone:Zone": _each("hosted-zone"),
    "aws:secretsmanager/secret:Secret": lambda _view, item, prices: (
        prices.of("secret") * (1 + _count(item, "replicas"))
    ),
    "aws:wafv2/webAcl:WebAcl": lambda _view, item, prices: (
        prices.of("waf-acl") + prices.of("waf-rule") * _count(item, "rules")
    ),
}
"""Type → what one costs."""

PRICED = tuple(_COSTS)


def before(view: View) -> View | None:
    """The stack as it was before what the engine intends; None where the source knows no operations."""
    if view.changes is None:
        return None
    return View(view.stack, view.source, _before(view))


def _before(view: View) -> Iterator[Resource]:
    changed = {change.resource.urn for change in view.changes or ()}
    yield from (item for item in view.resources if item.urn not in changed)
    yield from (change.before for change in view.changes or () if change.before is not None)
