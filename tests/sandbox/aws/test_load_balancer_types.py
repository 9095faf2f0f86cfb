"""Load balancers, listeners, rules and target groups, and the health of real targets."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sandbox.aws.conftest import EAST, WEST, Aws
from tests.sandbox.aws.front import front


@pytest.mark.parametrize("region", [EAST, WEST])
def test_load_balancing(aws: Aws, region: str) -> None:
    elb = aws.client("elbv2", region)
    made = front(aws, region)
    assert region in made.dns_name
    read = elb.describe_load_balancers(LoadBalancerArns=[made.load_balancer])["LoadBalancers"][0]
    assert read["State"]["Code"] == "active"
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=made.load_balancer,
        Attributes=[
            {"Key": "deletion_protection.enabled", "Value": "true"},
            {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"},
        ],
    )
    attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=made.load_balancer)["Attributes"]
    assert {entry["Key"]: entry["Value"] for entry in attributes}["deletion_protection.enabled"] == "true"
    forward = [{"Type": "forward", "TargetGroupArn": made.target_group}]
    rule = elb.create_rule(
        ListenerArn=made.listener,
        Priority=20,
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/nlp", "/nlp/*"]}}],
        Actions=forward,
        Tags=[{"Key": "service", "Value": "nlp"}],
    )["Rules"][0]["RuleArn"]
    elb.create_rule(
        ListenerArn=made.listener,
        Priority=10,
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/.well-known/lifeline"]}}],
        Actions=forward,
    )
    seen = aws.layer.view.rules(made.listener)
    assert [entry["priority"] for entry in seen[:2]] in ([10, 20], ["10", "20"])
    assert seen[-1]["is_default"] and seen[-1]["actions"][0]["Type"] == "fixed-response"
    assert seen[0]["actions"][0]["TargetGroupArn"] == made.target_group
    assert seen[1]["conditions"][0]["PathPatternConfig"]["Values"] == ["/nlp", "/nlp/*"]
    elb.modify_rule(
        RuleArn=rule,
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/nlp2"]}}],
        Actions=forward,
    )
    assert elb.describe_rules(RuleArns=[rule])["Rules"][0]["Conditions"][0]["PathPatternConfig"]["Values"] == ["/nlp2"]
    elb.modify_target_group(TargetGroupArn=made.target_group, HealthCheckPath="/alive", HealthCheckIntervalSeconds=10)
    elb.modify_target_group_attributes(
        TargetGroupArn=made.target_group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "5"}]
    )
    assert aws.layer.view.target_groups(region)[0]["health_path"] == "/alive"
    elb.modify_listener(ListenerArn=made.listener, DefaultActions=forward)
    assert aws.layer.view.rules(made.listener)[-1]["actions"][0]["TargetGroupArn"] == made.target_group
    assert aws.layer.view.listeners(made.load_balancer)[0]["port"] == 443
    assert [entry["dns_name"] for entry in aws.layer.view.load_balancers(region)] == [made.dns_name]

    with pytest.raises(elb.exceptions.ClientError, match=r"(?i)deletion protection"):
        elb.delete_load_balancer(LoadBalancerArn=made.load_balancer)
    with pytest.raises(elb.exceptions.ResourceInUseException):
        elb.delete_target_group(TargetGroupArn=made.target_group)
    elb.delete_rule(RuleArn=rule)
    elb.delete_listener(ListenerArn=made.listener)
    assert aws.layer.view.rules(made.listener) == [] and aws.layer.view.listeners(made.load_balancer) == []
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=made.load_balancer, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}]
    )
    elb.delete_load_balancer(LoadBalancerArn=made.load_balancer)
    elb.delete_target_group(TargetGroupArn=made.target_group)
    with pytest.raises(elb.exceptions.LoadBalancerNotFoundException):
        elb.describe_load_balancers(LoadBalancerArns=[made.load_balancer])


@dataclass
class Task:
    port: int
    status: int = 200


@pytest.fixture
def task() -> Iterator[Task]:
    """A process that answers health checks on a port of its own."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(state.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    state = Task(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def test_targets_are_ports_and_their_health_is_asked(aws: Aws, task: Task) -> None:
    elb = aws.client("elbv2")
    group = front(aws, EAST).target_group
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": task.port}])
    aws.layer.view.register_target(group, "127.0.0.1", 1)
    assert aws.layer.view.targets(group) == [("127.0.0.1", task.port), ("127.0.0.1", 1)]

    def health() -> dict[int, str]:
        read = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return {entry["Target"]["Port"]: entry["TargetHealth"]["State"] for entry in read}

    assert health() == {task.port: "healthy", 1: "unhealthy"}
    task.status = 503
    assert health()[task.port] == "unhealthy"
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": task.port}])
    aws.layer.view.deregister_target(group, "127.0.0.1", 1)
    assert aws.layer.view.targets(group) == []
    unused = elb.describe_target_health(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": task.port}])
    assert unused["TargetHealthDescriptions"][0]["TargetHealth"]["State"] == "unused"
    with pytest.raises(LookupError, match="no target group"):
        aws.layer.view.register_target(group + "x", "127.0.0.1", 1)
