"""Queues and the cache: encrypted, reached only by those that need them, and scaled on what waits."""

import json
from typing import Any

import pytest

from infra.settings import ServiceSettings
from tests.infra.declared import Declared, run, shipped
from tests.infra.stacks import declared

SITES = pytest.mark.parametrize("site", ["east", "west"])
REGIONS = {"east": "us-east-1", "west": "us-west-2"}


def environment(stack: Declared, name: str) -> dict[str, str]:
    container = stack.one("ecs/taskDefinition:TaskDefinition", name).container()
    return {item["name"]: item["value"] for item in container["environment"]}


def allowed(stack: Declared, name: str) -> dict[str, Any]:
    """Action → resource of what a service's tasks may do."""
    policy = stack.one("iam/rolePolicy:RolePolicy", name).policy()
    return {action: item["Resource"] for item in policy for action in item["Action"]}


@SITES
def test_a_queue_is_encrypted_tls_only_and_gives_up_into_its_own_dead_letters(site: str) -> None:
    stack = declared(site)
    queue = stack.one("sqs/queue:Queue", f"{site}-nlp-queue-queue").inputs
    dead = stack.one("sqs/queue:Queue", f"{site}-nlp-queue-dead").inputs
    assert queue["name"] == f"nl-fhir-production-{site}-nlp"
    for each in (queue, dead):
        assert each["kmsMasterKeyId"] == f"arn:mock:{site}-keys-data"
        assert each["region"] == REGIONS[site]
    assert json.loads(queue["redrivePolicy"]) == {
        "deadLetterTargetArn": f"arn:mock:{site}-nlp-queue-dead",
        "maxReceiveCount": 5,
    }
    allow = stack.one("sqs/redriveAllowPolicy:RedriveAllowPolicy", f"{site}-nlp-queue-redrive").inputs
    assert json.loads(allow["redriveAllowPolicy"])["sourceQueueArns"] == [f"arn:mock:{site}-nlp-queue-queue"]
    policies = [item for item in stack.of("sqs/queuePolicy:QueuePolicy") if item.name.startswith(f"{site}-nlp-")]
    for item in policies:
        (statement,) = item.policy()
        assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert len(policies) == 2


@SITES
def test_old_work_and_given_up_work_raise_alarms(site: str) -> None:
    alarms = {
        item.inputs["metricName"]: item.inputs["dimensions"]["QueueName"]
        for item in declared(site).of("cloudwatch/metricAlarm:MetricAlarm")
        if item.name.startswith(f"{site}-alarms-nlp-queue-")
    }
    assert alarms == {
        "ApproximateAgeOfOldestMessage": f"nl-fhir-production-{site}-nlp",
        "ApproximateNumberOfMessagesVisible": f"nl-fhir-production-{site}-nlp-dead",
    }


@SITES
def test_only_the_worker_takes_and_only_those_that_said_so_send(site: str) -> None:
    stack = declared(site)
    queue = f"arn:mock:{site}-nlp-queue-queue"
    assert allowed(stack, f"{site}-nlp-task-policy")["sqs:ReceiveMessage"] == queue
    assert allowed(stack, f"{site}-web-task-policy")["sqs:SendMessage"] == [queue]
    assert "sqs:ReceiveMessage" not in allowed(stack, f"{site}-web-task-policy")
    assert "sqs:SendMessage" not in allowed(stack, f"{site}-migration-task-policy")
    told = environment(stack, f"{site}-nlp-task")
    assert told["QUEUE_URL"].endswith("-nlp") and told["QUEUE_URL_FHIR"].endswith("-fhir")


def test_a_service_scales_on_the_messages_that_wait_for_each_of_its_tasks() -> None:
    policy = declared("west").one("appautoscaling/policy:Policy", "west-nlp-scaling-backlog").inputs
    tracking = policy["targetTrackingScalingPolicyConfiguration"]
    assert tracking["targetValue"] == 10
    waiting, running, each = tracking["customizedMetricSpecification"]["metrics"]
    assert waiting["metricStat"]["metric"]["dimensions"] == [
        {"name": "QueueName", "value": "nl-fhir-production-west-nlp"}
    ]
    assert {item["name"]: item["value"] for item in running["metricStat"]["metric"]["dimensions"]} == {
        "ClusterName": "nl-fhir-production-west",
        "ServiceName": "nlp",
    }
    assert [item["returnData"] for item in (waiting, running, each)] == [False, False, True]


@SITES
def test_the_cache_is_encrypted_spread_and_without_passwords(site: str) -> None:
    stack = declared(site)
    cache = stack.one("elasticache/replicationGroup:ReplicationGroup").inputs
    assert (cache["engine"], cache["numCacheClusters"]) == ("valkey", 2)
    for key in ("atRestEncryptionEnabled", "transitEncryptionEnabled", "automaticFailoverEnabled", "multiAzEnabled"):
        assert cache[key] is True
    assert cache["kmsKeyId"] == f"arn:mock:{site}-keys-data"
    assert cache["transitEncryptionMode"] == "required"
    assert cache["snapshotRetentionLimit"] == 0
    assert not {"authToken", "authTokenWo", "globalReplicationGroupId"} & cache.keys()
    users = {item.name: item.inputs for item in stack.of("elasticache/user:User")}
    assert sorted(users) == [f"{site}-cache-user-nlp", f"{site}-cache-user-web"]
    for name, user in users.items():
        assert user["userId"] == user["userName"]
        assert user["authenticationMode"] == {"type": "iam"}
        assert f"~{name.rpartition('-')[2]}:*" in user["accessString"]


@SITES
def test_only_services_that_need_the_cache_reach_it(site: str) -> None:
    stack = declared(site)
    into = {
        item.inputs["referencedSecurityGroupId"]
        for item in stack.of("vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if item.inputs["securityGroupId"] == f"{site}-cache-group-id"
    }
    assert into == {f"{site}-web-group-id", f"{site}-nlp-group-id"}
    assert allowed(stack, f"{site}-web-task-policy")["elasticache:Connect"] == [
        f"arn:mock:{site}-cache-nodes",
        f"arn:mock:{site}-cache-user-web",
    ]
    assert "elasticache:Connect" not in allowed(stack, f"{site}-review-task-policy")


def test_a_pilot_keeps_one_node_that_cannot_fail_over() -> None:
    cache = declared("west", standby="pilot").one("elasticache/replicationGroup:ReplicationGroup").inputs
    assert (cache["numCacheClusters"], cache["multiAzEnabled"], cache["automaticFailoverEnabled"]) == (1, False, False)


@SITES
def test_a_service_reads_every_document_and_writes_its_own(site: str) -> None:
    stack = declared(site)
    bucket = f"arn:aws:s3:::nl-fhir-production-{site}-documents-111122223333"
    may = allowed(stack, f"{site}-fhir-task-policy")
    assert (may["s3:GetObject"], may["s3:PutObject"]) == (f"{bucket}/*", f"{bucket}/fhir/*")
    assert "s3:DeleteObjectVersion" not in may
    told = environment(stack, f"{site}-fhir-task")
    assert (told["BUCKET_NAME"], told["BUCKET_PREFIX"]) == (bucket.rpartition(":")[2], "fhir/")


def test_without_needs_there_is_neither_queue_nor_cache() -> None:
    settings = shipped("east")

    def bare(service: ServiceSettings) -> ServiceSettings:
        return service.model_copy(
            update={"needs": ("database",), "sends_to": (), "scale_on": settings.services[0].scale_on}
        )

    stack = run(settings.model_copy(update={"services": tuple(bare(service) for service in settings.services)}))
    assert not [item for item in stack.resources if item.type.startswith(("aws:sqs", "aws:elasticache"))]
    assert stack.outputs["cache_endpoint"] is None
