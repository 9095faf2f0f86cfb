"""Services: what a container is told, what its task may do, and how it starts without the other region."""

import json

import pytest

from tests.infra.declared import Declared, run, shipped
from tests.infra.stacks import declared, everything

SITES = pytest.mark.parametrize("site", ["east", "west"])


def environment(stack: Declared, name: str) -> dict[str, str]:
    container = stack.one("ecs/taskDefinition:TaskDefinition", name).container()
    return {item["name"]: item["value"] for item in container["environment"]}


def secrets(stack: Declared, name: str) -> dict[str, str]:
    container = stack.one("ecs/taskDefinition:TaskDefinition", name).container()
    return {item["name"]: item["valueFrom"] for item in container["secrets"]}


def test_the_task_environment_is_the_contract() -> None:
    told = environment(declared("east"), "east-web-task")
    assert {key: value for key, value in told.items() if not key.startswith("LIFELINE_URL_")} == {
        "LIFELINE_APPLICATION": "nl-fhir",
        "LIFELINE_ENVIRONMENT": "production",
        "LIFELINE_SITE": "east",
        "LIFELINE_REGION": "us-east-1",
        "LIFELINE_SERVICE": "web",
        "LIFELINE_ROLE": "app",
        "LIFELINE_TLS": "on",
        "PORT": "8080",
        "DATABASE_HOST": "nl-fhir-production-east.cluster.example",
        "DATABASE_READER_HOST": "ro.nl-fhir-production-east.cluster.example",
        "DATABASE_PORT": "5432",
        "DATABASE_NAME": "nl_fhir",
        "DATABASE_USER": "app",
        "CACHE_HOST": "master.nl-fhir-production-east.cache.example",
        "CACHE_PORT": "6379",
        "CACHE_NAME": "nl-fhir-production-east",
        "CACHE_USER": "nl-fhir-production-east-web",
        "CACHE_PREFIX": "web:",
        "CACHE_TTL_SECONDS": "60",
        "QUEUE_URL_NLP": "https://sqs.us-east-1.example/nl-fhir-production-east-nlp",
    }


def test_each_task_logs_in_as_its_own_role() -> None:
    users = {
        name: environment(declared("east"), f"east-{name}-task")["DATABASE_USER"]
        for name in ("web", "migration", "warden", "fence")
    }
    assert users == {"web": "app", "migration": "app_owner", "warden": "warden", "fence": "lifeline"}


def test_the_warden_reads_its_own_replica_first() -> None:
    told = environment(declared("west"), "west-warden-task")
    assert told["CONTROL_TABLE"] == "nl-fhir-production-control"
    assert told["CONTROL_REGIONS"] == "us-west-2,us-east-1"
    assert (told["LEASE_SECONDS"], told["TRANSACTION_SECONDS"]) == ("60", "10")
    assert (told["FOUNDER_SITE"], told["PEER_SITE"], told["PORT"]) == ("east", "east", "8099")
    assert told["LIFELINE_ROLE"] == "warden"


def test_the_warden_and_the_fence_run_this_repository_s_image() -> None:
    stack, image = declared("west"), shipped("west").lifeline_image
    for name, module in (("warden", "operations.warden"), ("fence", "operations.warden.install")):
        container = stack.one("ecs/taskDefinition:TaskDefinition", f"west-{name}-task").container()
        assert container["command"] == ["python", "-m", module]
        assert container["image"] == f"111122223333.dkr.ecr.us-west-2.amazonaws.com/{image}"


@SITES
def test_only_the_fence_gets_the_master_password(site: str) -> None:
    stack = declared(site)
    having = [
        item.name
        for item in stack.of("ecs/taskDefinition:TaskDefinition")
        if any("database-master" in secret["valueFrom"] for secret in item.container()["secrets"])
    ]
    reading = [
        item.name for item in stack.of("iam/rolePolicy:RolePolicy") if "database-master" in item.inputs["policy"]
    ]
    assert having == [f"{site}-fence-task"]
    assert reading == [f"{site}-fence-execution-policy"]
    assert all(
        "password" not in json.dumps(item.container()).lower()
        for item in stack.of("ecs/taskDefinition:TaskDefinition")
        if item.name not in having
    )


@SITES
def test_secrets_are_read_in_the_site_s_own_region(site: str) -> None:
    region = shipped(site).region
    assert secrets(declared(site), f"{site}-web-task") == {
        "LIFELINE_SECRET_SESSION_KEY": (
            f"arn:aws:secretsmanager:{region}:111122223333:secret:nl-fhir/production/session-key-AbCdEf"
        )
    }


@SITES
def test_no_statement_is_wide_open(site: str) -> None:
    stack = declared(site)
    for item in stack.of("iam/rolePolicy:RolePolicy"):
        for statement in item.policy():
            actions = statement["Action"]
            assert not any(action.endswith("*") for action in actions), item.name
            if statement["Resource"] == "*":
                assert actions == ["ecr:GetAuthorizationToken"] or "Condition" in statement, item.name


@SITES
def test_no_role_trusts_more_than_one_service_of_this_account(site: str) -> None:
    for item in declared(site).of("iam/role:Role"):
        (statement,) = item.policy("assumeRolePolicy")
        assert list(statement["Principal"]) == ["Service"]
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_the_warden_never_writes_the_record() -> None:
    policy = declared("east").one("iam/rolePolicy:RolePolicy", "east-warden-task-policy")
    writing = [
        statement
        for statement in policy.policy()
        if {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"} & set(statement["Action"])
    ]
    for statement in writing:
        assert statement["Condition"] == {
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mailbox#east", "heartbeat#east"]}
        }
    assert writing


def test_a_service_without_needs_gets_nothing() -> None:
    settings = shipped("east")
    nothing = {"needs": (), "calls": (), "sends_to": (), "secrets": (), "public": ()}
    web = settings.services[0].model_copy(update=nothing)
    stack = run(settings.model_copy(update={"services": (web,)}))
    assert "DATABASE_HOST" not in environment(stack, "east-web-task")
    assert not [item for item in stack.of("iam/rolePolicy:RolePolicy") if item.name == "east-web-task-policy"]
    rules = [item.name for item in stack.custom if item.name.startswith("east-web-") and "Rule" in item.type]
    assert rules == ["east-web-https-out"]


@SITES
def test_tasks_are_private_read_only_and_logged(site: str) -> None:
    stack = declared(site)
    for item in stack.of("ecs/service:Service"):
        network = item.inputs["networkConfiguration"]
        assert network["assignPublicIp"] is False
        assert all("-private-" in subnet for subnet in network["subnets"])
        assert item.inputs["enableExecuteCommand"] is False
        assert item.inputs["propagateTags"] == "SERVICE"
    for item in stack.of("ecs/taskDefinition:TaskDefinition"):
        container = item.container()
        assert container["readonlyRootFilesystem"] is True
        assert "privileged" not in container
        assert container["user"] == "10001:10001"
        assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
        assert container["logConfiguration"]["options"]["awslogs-region"] == shipped(site).region
        assert item.inputs["executionRoleArn"] != item.inputs["taskRoleArn"]


CALLS = {"web": {"nlp", "fhir", "review"}, "nlp": {"fhir"}, "fhir": {"review"}}


@SITES
def test_a_service_reaches_those_that_it_calls_and_no_other(site: str) -> None:
    stack = declared(site)
    for name, callees in CALLS.items():
        told = environment(stack, f"{site}-{name}-task")
        assert {key: value for key, value in told.items() if key.startswith("LIFELINE_URL_")} == {
            f"LIFELINE_URL_{callee.upper()}": f"https://{callee}:8080" for callee in callees
        }
    ways = {
        (item.inputs["securityGroupId"], item.inputs["referencedSecurityGroupId"])
        for item in stack.of("vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if str(item.inputs.get("referencedSecurityGroupId")).endswith("-group-id")
    }
    group = f"{site}-{{}}-group-id".format
    between = {(into, out) for into, out in ways if group("balancer") != out and "database" not in into}
    assert between == {(group(callee), group(name)) for name, callees in CALLS.items() for callee in callees}


@SITES
def test_services_are_found_by_the_names_that_callers_are_told(site: str) -> None:
    stack = declared(site)
    offered = {}
    for item in stack.of("ecs/service:Service"):
        connect = item.inputs.get("serviceConnectConfiguration")
        assert bool(connect) is (item.inputs["name"] in {"web", "nlp", "fhir", "review"})
        for each in (connect or {}).get("services", []):
            (alias,) = each["clientAlias"]
            offered[alias["dnsName"]] = alias["port"]
            container = stack.one("ecs/taskDefinition:TaskDefinition", f"{site}-{item.inputs['name']}-task").container()
            assert container["portMappings"][0]["name"] == each["portName"]
        assert not connect or connect["namespace"] == f"arn:mock:{site}-cluster-namespace"
    assert offered == {"nlp": 8080, "fhir": 8080, "review": 8080}


def test_the_llm_is_reached_through_the_network_s_own_endpoint() -> None:
    stack = declared("west")
    assert [item for item in stack.of("ec2/vpcEndpoint:VpcEndpoint") if "bedrock" in item.inputs["serviceName"]]
    (statement,) = [
        statement
        for statement in stack.one("iam/rolePolicy:RolePolicy", "west-nlp-task-policy").policy()
        if "bedrock:InvokeModel" in statement["Action"]
    ]
    assert statement["Resource"] == "arn:aws:bedrock:us-west-2::foundation-model/*"


def test_an_up_lets_a_schedule_run_that_a_promotion_suspended() -> None:
    (*_, special) = everything()
    (action,) = special.of("appautoscaling/scheduledAction:ScheduledAction")[:1]
    for target in special.of("appautoscaling/target:Target"):
        suspended = target.inputs.get("suspendedState", {}).get("scheduledScalingSuspended")
        assert suspended is (False if target.inputs["resourceId"] == action.inputs["resourceId"] else None)
    assert not [item for item in declared("east").of("appautoscaling/target:Target") if "suspendedState" in item.inputs]
