"""The edge, the tasks and the intake on what the emulated AWS declares: nothing but real parts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.aws.callers import OPERATOR, client
from sandbox.aws.layer import AwsLayer
from sandbox.calls import CallLog
from sandbox.cloudflare import Cloudflare
from sandbox.edge import Edge, Sight
from sandbox.faults import Faults
from sandbox.load import acknowledged_ids, run
from sandbox.tasks import Sight as TasksSight
from sandbox.tasks import Tasks
from tests.sandbox.eventually import eventually
from tests.sandbox.workload.conftest import Sites, variables

ROOT = Path(__file__).parents[3]
REGION = "us-east-1"
REGIONS = [REGION, "us-west-2"]
DOMAIN = "clinic.example.com"
HOST = f"nl-fhir.{DOMAIN}"


class Estate:
    """One site, declared through the APIs."""

    def __init__(self, state: Path, sites: Sites) -> None:
        self.sites = sites
        self.faults = Faults()
        calls = CallLog(state / "calls.jsonl")
        self.layer = AwsLayer("111122223333", self.faults, calls, self.sites.databases, REGIONS)
        self.layer.start()
        edge_sight: Sight = self.layer.view
        tasks_sight: TasksSight = self.layer.view
        self.tasks = Tasks(tasks_sight, self.faults, REGIONS, self.layer.endpoint, ROOT, state / "logs")
        self.cloudflare = Cloudflare(self.faults, calls, [DOMAIN], shortest_interval=1)
        self.edge = Edge(self.cloudflare, edge_sight, self.faults, calls, REGIONS)
        self.elbv2 = client("elbv2", REGION, OPERATOR, self.layer.endpoint)
        self.ecs = client("ecs", REGION, OPERATOR, self.layer.endpoint)
        self._declare()
        self.url = f"http://127.0.0.1:{self.edge.start()}"
        self.tasks.start()

    def close(self) -> None:
        self.edge.stop()
        self.tasks.stop()
        self.layer.stop()

    def _declare(self) -> None:
        ec2 = client("ec2", REGION, OPERATOR, self.layer.endpoint)
        vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.10.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
            for n, zone in enumerate("ab")
        ]
        ids = [subnet["SubnetId"] for subnet in subnets]
        self.balancer = self.elbv2.create_load_balancer(Name="east", Subnets=ids)["LoadBalancers"][0]
        group = self.elbv2.create_target_group(
            Name="web", Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="ip", HealthCheckPath="/health"
        )
        self.group = group["TargetGroups"][0]["TargetGroupArn"]
        not_found = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
        self.listener = self.elbv2.create_listener(
            LoadBalancerArn=self.balancer["LoadBalancerArn"], Protocol="HTTP", Port=443, DefaultActions=[not_found]
        )["Listeners"][0]["ListenerArn"]
        self.rule = self.elbv2.create_rule(
            ListenerArn=self.listener,
            Priority=10,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": self.group}],
        )["Rules"][0]["RuleArn"]
        self._declare_service()
        self._declare_traffic()

    def _declare_service(self) -> None:
        self.ecs.create_cluster(clusterName="east")
        environment = {**variables("east", self.sites.databases.port("east")), "LIFELINE_SERVICE": "web"}
        container = {
            "name": "web",
            "image": f"111122223333.dkr.ecr.{REGION}.amazonaws.com/nl-fhir/web@sha256:{'2' * 64}",
            "environment": [{"name": name, "value": value} for name, value in environment.items()],
            "portMappings": [{"containerPort": 8080}],
        }
        definition = self.ecs.register_task_definition(
            family="web", containerDefinitions=[container], networkMode="awsvpc", cpu="256", memory="512"
        )
        self.ecs.create_service(
            cluster="east",
            serviceName="web",
            desiredCount=2,
            taskDefinition=definition["taskDefinition"]["taskDefinitionArn"],
            loadBalancers=[{"targetGroupArn": self.group, "containerName": "web", "containerPort": 8080}],
        )

    def _declare_traffic(self) -> None:
        api = f"http://127.0.0.1:{self.cloudflare.start()}/client/v4"
        with httpx.Client(base_url=api, headers={"Authorization": "Bearer sandbox"}, trust_env=False) as http:
            zone = http.get("/zones").json()["result"][0]
            record = {"type": "CNAME", "name": "origin-east", "content": self.balancer["DNSName"]}
            http.post(f"/zones/{zone['id']}/dns_records", json=record).raise_for_status()
            origin = {"name": "east", "address": f"origin-east.{DOMAIN}"}
            path = f"/accounts/{zone['account']['id']}/load_balancers/pools"
            pool = http.post(path, json={"name": "east", "origins": [origin]}).json()["result"]["id"]
            balancer = {"name": HOST, "default_pools": [pool], "fallback_pool": pool, "steering_policy": "off"}
            http.post(f"/zones/{zone['id']}/load_balancers", json=balancer).raise_for_status()

    def running(self) -> int:
        found: Any = self.ecs.describe_services(cluster="east", services=["web"])["services"][0]["runningCount"]
        return int(found)

    def missing(self) -> str | None:
        """The hop that the next request misses."""
        answer = httpx.get(f"{self.url}/health", headers={"Host": HOST}, trust_env=False)
        hop: str | None = answer.headers.get("x-sandbox-missing")
        return hop


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    state = tmp_path_factory.mktemp("sandbox")
    sites = Sites(state)
    try:
        estate = Estate(state, sites)
        yield estate
        estate.close()
    finally:
        sites.close()


def test_orders_travel_the_whole_way(estate: Estate, tmp_path: Path) -> None:
    eventually(lambda: estate.running() == 2 and estate.missing() is None)
    result = run(estate.url, HOST, 200, None, tmp_path / "acked", threads=4)
    assert (result.acknowledged, result.by_site) == (200, {"east": 200})
    stored = {order_id for (order_id,) in estate.sites.execute("east", "SELECT order_id FROM orders")}
    assert stored == set(acknowledged_ids(tmp_path / "acked"))
    assert estate.sites.execute("east", "SELECT count(DISTINCT order_id) FROM outbox") == [(200,)]


def test_what_is_taken_away_is_missed(estate: Estate) -> None:
    eventually(lambda: estate.missing() is None)
    estate.elbv2.delete_rule(RuleArn=estate.rule)
    assert estate.missing() == "rule"
    estate.elbv2.create_rule(
        ListenerArn=estate.listener,
        Priority=10,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": estate.group}],
    )
    assert estate.missing() is None
    estate.ecs.update_service(cluster="east", service="web", desiredCount=0)
    eventually(lambda: estate.missing() == "target" and estate.running() == 0)
    estate.ecs.update_service(cluster="east", service="web", desiredCount=1)
    eventually(lambda: estate.missing() is None)
    estate.elbv2.delete_listener(ListenerArn=estate.listener)
    assert estate.missing() == "listener"
