"""A load balancer, a service behind it, and its capacity."""

import json

import pulumi
import pulumi_aws as aws

from infra.components.autoscaling import RUNNING
from tests.sandbox.providers.programs.place import at_east, trust, two_subnets

CONTAINERS = [
    {
        "name": "web",
        "image": "trial/web",
        "essential": True,
        "portMappings": [{"containerPort": 8080}],
        "environment": [{"name": "LIFELINE_SITE", "value": "east"}],
    }
]


def services(opts: pulumi.ResourceOptions) -> None:
    """A load balancer, a service behind it, and its capacity."""
    vpc, subnets = two_subnets(opts)
    group = aws.ec2.SecurityGroup("group", vpc_id=vpc.id, opts=opts)
    balancer = aws.lb.LoadBalancer(
        "balancer",
        name="trial",
        internal=False,
        load_balancer_type="application",
        security_groups=[group.id],
        subnets=[subnet.id for subnet in subnets],
        drop_invalid_header_fields=True,
        idle_timeout=75,
        opts=opts,
    )
    certificate = aws.acm.Certificate(
        "certificate", domain_name="origin.clinic.example.com", validation_method="DNS", opts=opts
    )
    issued = aws.acm.CertificateValidation("issued", certificate_arn=certificate.arn, opts=opts)
    target = aws.lb.TargetGroup(
        "target",
        name="trial-web",
        port=8080,
        protocol="HTTP",
        target_type="ip",
        vpc_id=vpc.id,
        deregistration_delay=15,
        health_check={"path": "/health", "interval": 15, "matcher": "200", "healthy_threshold": 2},
        opts=opts,
    )
    listener = aws.lb.Listener(
        "listener",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        certificate_arn=issued.certificate_arn,
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        default_actions=[
            {
                "type": "fixed-response",
                "fixed_response": {"content_type": "text/plain", "status_code": "404", "message_body": "no such path"},
            }
        ],
        opts=opts,
    )
    rule = aws.lb.ListenerRule(
        "rule",
        listener_arn=listener.arn,
        priority=10,
        actions=[{"type": "forward", "target_group_arn": target.arn}],
        conditions=[{"path_pattern": {"values": ["/", "/*"]}}],
        opts=opts,
    )
    cluster = aws.ecs.Cluster(
        "cluster", name="trial", settings=[{"name": "containerInsights", "value": "enabled"}], opts=opts
    )
    role = aws.iam.Role("role", assume_role_policy=trust("ecs-tasks.amazonaws.com"), opts=opts)
    task = aws.ecs.TaskDefinition(
        "task",
        family="trial-web",
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        execution_role_arn=role.arn,
        runtime_platform={"operating_system_family": "LINUX", "cpu_architecture": "ARM64"},
        container_definitions=json.dumps(CONTAINERS),
        opts=opts,
    )
    service = aws.ecs.Service(
        "service",
        name="web",
        cluster=cluster.arn,
        task_definition=task.arn,
        desired_count=2,
        launch_type="FARGATE",
        propagate_tags="SERVICE",
        network_configuration={"subnets": [subnet.id for subnet in subnets], "security_groups": [group.id]},
        load_balancers=[{"target_group_arn": target.arn, "container_name": "web", "container_port": 8080}],
        deployment_circuit_breaker={"enable": True, "rollback": True},
        health_check_grace_period_seconds=60,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[rule])),
    )
    scalable = aws.appautoscaling.Target(
        "scalable",
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=pulumi.Output.concat("service/trial/", service.name),
        min_capacity=2,
        max_capacity=8,
        suspended_state=RUNNING,
        opts=opts,
    )
    for suffix, specification in (
        ("cpu", {"predefined_metric_type": "ECSServiceAverageCPUUtilization"}),
        (
            "requests",
            {
                "predefined_metric_type": "ALBRequestCountPerTarget",
                "resource_label": pulumi.Output.concat(balancer.arn_suffix, "/", target.arn_suffix),
            },
        ),
    ):
        aws.appautoscaling.Policy(
            f"scale-{suffix}",
            policy_type="TargetTrackingScaling",
            service_namespace=scalable.service_namespace,
            scalable_dimension=scalable.scalable_dimension,
            resource_id=scalable.resource_id,
            target_tracking_scaling_policy_configuration={
                "predefined_metric_specification": specification,
                "target_value": 60,
                "scale_out_cooldown": 60,
                "scale_in_cooldown": 300,
            },
            opts=opts,
        )
    aws.appautoscaling.ScheduledAction(
        "evening",
        service_namespace=scalable.service_namespace,
        scalable_dimension=scalable.scalable_dimension,
        resource_id=scalable.resource_id,
        schedule="cron(0 20 * * ? *)",
        timezone="America/Chicago",
        scalable_target_action={"min_capacity": 1, "max_capacity": 8},
        opts=opts,
    )
    topic = aws.sns.Topic("topic", name="trial-alarms", kms_master_key_id="alias/aws/sns", opts=opts)
    aws.cloudwatch.MetricAlarm(
        "alarm",
        name="trial-lease",
        namespace="Lifeline",
        metric_name="lease_age_seconds",
        dimensions={"site": "east"},
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        period=60,
        statistic="Maximum",
        threshold=30,
        treat_missing_data="breaching",
        alarm_actions=[topic.arn],
        opts=opts,
    )


def services_behind_a_load_balancer() -> None:
    services(at_east())
