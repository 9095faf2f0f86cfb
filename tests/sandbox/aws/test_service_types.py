"""Services of ECS, and the limits of their capacity."""

import json
from typing import Any

import pytest

from tests.sandbox.aws.conftest import EAST, WEST, Aws
from tests.sandbox.aws.front import front


def service(aws: Aws, region: str, desired: int = 2) -> dict[str, Any]:
    """A cluster, a task definition and a service of it."""
    ecs = aws.client("ecs", region)
    role = aws.client("iam", region).create_role(RoleName=f"task-{region}", AssumeRolePolicyDocument="{}")["Role"][
        "Arn"
    ]
    secret = aws.client("secretsmanager", region).create_secret(
        Name="nl-fhir/key", SecretString=json.dumps({"a": "one"})
    )
    ecs.create_cluster(
        clusterName="site",
        settings=[{"name": "containerInsights", "value": "enabled"}],
        tags=[{"key": "a", "value": "b"}],
    )
    definition = ecs.register_task_definition(
        family="site-web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
        executionRoleArn=role,
        taskRoleArn=role,
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        containerDefinitions=[
            {
                "name": "web",
                "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/nl-fhir/web@sha256:22",
                "command": ["python", "-m", "web"],
                "essential": True,
                "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
                "environment": [{"name": "PORT", "value": "8080"}],
                "secrets": [{"name": "KEY", "valueFrom": f"{secret['ARN']}:a::"}],
                "readonlyRootFilesystem": True,
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/x"}},
            }
        ],
        tags=[{"key": "service", "value": "web"}],
    )["taskDefinition"]["taskDefinitionArn"]
    made = front(aws, region)
    subnet = aws.client("ec2", region).describe_subnets(Filters=[{"Name": "vpc-id", "Values": [made.vpc]}])["Subnets"][
        0
    ]
    created = ecs.create_service(
        cluster="site",
        serviceName="web",
        taskDefinition=definition,
        desiredCount=desired,
        launchType="FARGATE",
        platformVersion="LATEST",
        loadBalancers=[{"targetGroupArn": made.target_group, "containerName": "web", "containerPort": 8080}],
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": [subnet["SubnetId"]], "securityGroups": [], "assignPublicIp": "DISABLED"}
        },
        deploymentConfiguration={
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
        },
        healthCheckGracePeriodSeconds=30,
        propagateTags="SERVICE",
        tags=[{"key": "service", "value": "web"}],
    )["service"]
    return {"front": made, "definition": definition, "service": created}


@pytest.mark.parametrize("region", [EAST, WEST])
def test_services(aws: Aws, region: str) -> None:
    ecs = aws.client("ecs", region)
    made = service(aws, region)
    assert (made["service"]["runningCount"], made["service"]["pendingCount"]) == (0, 2)
    seen = aws.layer.view.ecs_services(region)
    assert [(entry["cluster"], entry["name"], entry["desired"]) for entry in seen] == [("site", "web", 2)]
    container = seen[0]["task_definition"]["containers"][0]
    assert container["command"] == ["python", "-m", "web"] and container["environment"] == {"PORT": "8080"}
    assert container["image"].endswith("nl-fhir/web@sha256:22") and container["ports"] == [8080]
    assert aws.layer.view.secret_value(region, container["secrets"]["KEY"]) == "one"
    assert seen[0]["load_balancers"] == [(made["front"].target_group, "web", 8080)]

    aws.layer.view.set_running(seen[0]["cluster_arn"], "web", 1)
    read = ecs.describe_services(cluster="site", services=["web"], include=["TAGS"])["services"][0]
    assert (read["runningCount"], read["pendingCount"]) == (1, 1)
    assert read["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert read["tags"] == [{"key": "service", "value": "web"}]
    assert read["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    aws.layer.running = lambda cluster, name: 2
    read = ecs.describe_services(cluster="site", services=["web"])["services"][0]
    assert read["deployments"][0]["rolloutState"] == "COMPLETED"

    ecs.update_service(cluster="site", service="web", desiredCount=0)
    assert aws.layer.view.ecs_services(region)[0]["desired"] == 0
    ecs.delete_service(cluster="site", service="web", force=True)
    assert aws.layer.view.ecs_services(region) == []
    ecs.deregister_task_definition(taskDefinition=made["definition"])
    assert ecs.describe_task_definition(taskDefinition=made["definition"])["taskDefinition"]["status"] == "INACTIVE"
    ecs.delete_cluster(cluster="site")
    assert ecs.describe_clusters(clusters=["site"])["clusters"][0]["status"] == "INACTIVE"


def register(aws: Aws, region: str = EAST, **limits: Any) -> None:
    aws.client("application-autoscaling", region).register_scalable_target(
        ServiceNamespace="ecs", ResourceId="service/site/web", ScalableDimension="ecs:service:DesiredCount", **limits
    )


def desired(aws: Aws, region: str = EAST) -> int:
    read = aws.client("ecs", region).describe_services(cluster="site", services=["web"])["services"][0]
    return int(read["desiredCount"])


def test_limits_move_the_service_into_them(aws: Aws) -> None:
    service(aws, EAST, desired=1)
    register(aws, MinCapacity=3, MaxCapacity=8)
    assert desired(aws) == 3
    register(aws, MaxCapacity=9)
    target = aws.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][
        0
    ]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (3, 9), "a limit that is not named is kept"
    register(aws, MinCapacity=0, MaxCapacity=2)
    assert desired(aws) == 2
    register(aws, MinCapacity=0, MaxCapacity=0, SuspendedState={"DynamicScalingInSuspended": True})
    assert desired(aws) == 2, "suspended"


def test_limits_in_the_wrong_order_are_refused(aws: Aws) -> None:
    service(aws, EAST)
    client = aws.client("application-autoscaling")
    with pytest.raises(client.exceptions.ValidationException, match="cannot be less"):
        register(aws, MinCapacity=4, MaxCapacity=3)
    with pytest.raises(client.exceptions.ValidationException, match="required"):
        register(aws, MinCapacity=4)
    assert client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []


@pytest.mark.parametrize("region", [EAST, WEST])
def test_scaling_policies_and_schedules(aws: Aws, region: str) -> None:
    service(aws, region)
    register(aws, region, MinCapacity=1, MaxCapacity=4)
    client = aws.client("application-autoscaling", region)
    about = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/site/web",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    client.put_scaling_policy(
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 60.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
            "ScaleInCooldown": 300,
        },
        **about,
    )
    policy = client.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"][0]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60.0
    client.put_scheduled_action(
        ScheduledActionName="night",
        Schedule="cron(0 22 * * ? *)",
        Timezone="America/New_York",
        ScalableTargetAction={"MinCapacity": 1, "MaxCapacity": 1},
        **about,
    )
    assert (
        client.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"][0]["Timezone"]
        == "America/New_York"
    )
    client.delete_scheduled_action(ScheduledActionName="night", **about)
    client.delete_scaling_policy(PolicyName="cpu", **about)
    client.deregister_scalable_target(**about)
    assert client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []
