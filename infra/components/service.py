"""One service on Fargate: its task, its roles, its log, and the ways in and out of it."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra import permissions
from infra.component import Component, Statement, TagsInput, assumed_by, policy
from infra.container import container


class Door(TypedDict):
    """How the load balancer reaches a public service."""

    security_group_id: pulumi.Input[str]
    """The load balancer's security group."""
    target_group_arn: pulumi.Input[str]
    """Where tasks are registered."""


class Store(TypedDict):
    """How a service reaches the database, or the cache."""

    security_group_id: pulumi.Input[str]
    """The store's security group."""
    port: pulumi.Input[int]
    """The store's port."""


class Discovery(TypedDict):
    """How services of a site find each other (ECS Service Connect)."""

    namespace_arn: pulumi.Input[str]
    """Cloud Map namespace of the site."""
    offers: bool
    """Plain, since it shapes the configuration: whether others may call this one, at its own name and port."""


class ServiceArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of everything in it."""
    account_id: pulumi.Input[str]
    """The account of the roles and of the images without a registry."""
    service: str
    """Plain: the service's name, which is also its container's."""
    cluster_arn: pulumi.Input[str]
    """ECS cluster."""
    family: pulumi.Input[str]
    """Family of the task definitions."""
    image: pulumi.Input[str]
    """With digest."""
    command: Sequence[str]
    """Plain: replaces the image's own command; empty keeps it."""
    architecture: pulumi.Input[str]
    """`ARM64` or `X86_64`: what the image is built for."""
    cpu: pulumi.Input[int]
    """CPU units, 1024 to a virtual CPU."""
    memory: pulumi.Input[int]
    """MiB."""
    port: NotRequired[int]
    """Plain: what the container listens on, if it listens."""
    environment: Mapping[str, pulumi.Input[str]]
    """Plain mapping of what the container is told; no secret."""
    secrets: Mapping[str, pulumi.Input[str]]
    """Plain mapping: environment variable → ARN of the secret that ECS resolves into it."""
    secret_key_alias: pulumi.Input[str]
    """Alias of the region's key for secrets; the key itself belongs to another stack."""
    statements: Sequence[Statement]
    """Plain sequence of IAM statements, what the task may do; none is an empty list."""
    log_group: pulumi.Input[str]
    """Name of the log group."""
    log_key_arn: pulumi.Input[str]
    """Key that encrypts the log."""
    task_role: pulumi.Input[str]
    """Name of the role that the task acts with."""
    execution_role: pulumi.Input[str]
    """Name of the role that starts the task: image, log, secrets."""
    vpc_id: pulumi.Input[str]
    """The site's network."""
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Private subnets."""
    desired: pulumi.Input[int]
    """Tasks at creation; afterwards scaling decides."""
    user: pulumi.Input[str]
    """`uid:gid` of the container's process."""
    log_days: pulumi.Input[int]
    """How long the log keeps its events."""
    discovery: NotRequired[Discovery]
    """Only for a service that calls others or is called."""
    door: NotRequired[Door]
    """Only for a public service."""
    store: NotRequired[Store]
    """Only for a service that needs the database."""
    cache: NotRequired[Store]
    """Only for a service that needs the cache."""
    tags: TagsInput
    """The service's own tags, on every child that takes tags."""


class Service(Component):
    """An ECS service that keeps its tasks running in private subnets."""

    arn: pulumi.Output[str]
    service_name: pulumi.Output[str]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: ServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            region=args["region"],
            vpc_id=args["vpc_id"],
            description=f"Tasks of the service {args['service']}",
            tags=args["tags"],
            opts=self.child(),
        )
        ways = self._ways(group.id)
        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            region=args["region"],
            name=args["log_group"],
            retention_in_days=args["log_days"],
            kms_key_id=args["log_key_arn"],
            tags=args["tags"],
            opts=self.child(),
        )
        definition, allowed = self._task(log)
        door = args.get("door")
        service = aws.ecs.Service(
            f"{name}-service",
            region=args["region"],
            name=args["service"],
            cluster=args["cluster_arn"],
            task_definition=definition.arn,
            launch_type="FARGATE",
            desired_count=args["desired"],
            network_configuration={
                "subnets": args["subnet_ids"],
                "security_groups": [group.id],
                "assign_public_ip": False,
            },
            load_balancers=(
                [
                    {
                        "target_group_arn": door["target_group_arn"],
                        "container_name": args["service"],
                        "container_port": args["port"],
                    }
                ]
                if door
                else []
            ),
            health_check_grace_period_seconds=60 if door else None,
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            deployment_circuit_breaker={"enable": True, "rollback": True},
            service_connect_configuration=self._discovery(),
            # No shell into a task that holds PHI, and none into the one that must not be tampered with.
            enable_execute_command=False,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            tags=args["tags"],
            # Scaling and promotion set it, many times a day.
            opts=self.child(ignore_changes=["desired_count"], depends_on=[*ways, *allowed]),
        )
        self.arn = service.id
        self.service_name = service.name
        self.security_group_id = group.id
        self.register_outputs({"arn": self.arn, "service_name": self.service_name})

    def _ways(self, group_id: pulumi.Output[str]) -> list[pulumi.Resource]:
        """HTTPS out to the AWS APIs; database, cache and load balancer only where they are needed."""
        ways = [self._way("https-out", "out", group_id, 443, "HTTPS to the AWS APIs", anywhere=True)]
        for what, store in (("database", self._args.get("store")), ("cache", self._args.get("cache"))):
            if store is None:
                continue
            base, port = store["security_group_id"], store["port"]
            ways.append(self._way(f"{what}-out", "out", group_id, port, f"To the {what}", base))
            text = f"From the service {self._args['service']}"
            ways.append(self._way(f"{what}-in", "in", base, port, text, group_id))
        if door := self._args.get("door"):
            base, port = door["security_group_id"], self._args["port"]
            ways.append(self._way("requests-in", "in", group_id, port, "From the load balancer", base))
            text = f"To the service {self._args['service']}"
            ways.append(self._way("requests-out", "out", base, port, text, group_id))
        return ways

    def _discovery(self) -> dict[str, object] | None:
        """A proxy beside each task resolves the other services' names, and retries what a dead task did not answer."""
        discovery = self._args.get("discovery")
        if discovery is None:
            return None
        found: dict[str, object] = {"enabled": True, "namespace": discovery["namespace_arn"]}
        if discovery["offers"]:
            name = self._args["service"]
            alias = {"dns_name": name, "port": self._args["port"]}
            found["services"] = [{"port_name": name, "discovery_name": name, "client_alias": [alias]}]
        return found

    def _way(
        self,
        suffix: str,
        direction: str,
        group_id: pulumi.Input[str],
        port: pulumi.Input[int],
        description: str,
        other: pulumi.Input[str] | None = None,
        *,
        anywhere: bool = False,
    ) -> pulumi.Resource:
        kind = aws.vpc.SecurityGroupIngressRule if direction == "in" else aws.vpc.SecurityGroupEgressRule
        rule: pulumi.Resource = kind(
            f"{self._name}-{suffix}",
            region=self._args["region"],
            security_group_id=group_id,
            description=description,
            referenced_security_group_id=other,
            cidr_ipv4="0.0.0.0/0" if anywhere else None,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            tags=self._args["tags"],
            opts=self.child(),
        )
        return rule

    def _task(self, log: aws.cloudwatch.LogGroup) -> tuple[aws.ecs.TaskDefinition, list[pulumi.Resource]]:
        """The task definition, and the policies that must stand before a task starts."""
        args = self._args
        arns = [args["secrets"][key] for key in sorted(args["secrets"])]
        starting = [
            *permissions.pull(args["region"], args["account_id"]),
            *permissions.pull_agent(args["region"]),
            *permissions.write_log(log.arn),
            *permissions.read_secrets(args["region"], args["account_id"], arns, args["secret_key_alias"]),
        ]
        execution, started = self._role("execution", args["execution_role"], starting)
        task, allowed = self._role("task", args["task_role"], args["statements"])
        definition = aws.ecs.TaskDefinition(
            f"{self._name}-task",
            region=args["region"],
            family=args["family"],
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            runtime_platform={"cpu_architecture": args["architecture"], "operating_system_family": "LINUX"},
            cpu=pulumi.Output.from_input(args["cpu"]).apply(str),
            memory=pulumi.Output.from_input(args["memory"]).apply(str),
            execution_role_arn=execution.arn,
            task_role_arn=task.arn,
            container_definitions=pulumi.Output.json_dumps([container(args, log.name)]),
            # The root file system is read-only; this is what a program may scribble on.
            volumes=[{"name": "scratch"}],
            tags=args["tags"],
            opts=self.child(),
        )
        return definition, [*started, *allowed]

    def _role(
        self, purpose: str, role_name: pulumi.Input[str], statements: Sequence[Statement]
    ) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            f"{self._name}-{purpose}-role",
            name=role_name,
            assume_role_policy=assumed_by("ecs-tasks.amazonaws.com", self._args["account_id"]),
            tags=self._args["tags"],
            opts=self.child(),
        )
        if not statements:
            return role, []
        allowed = aws.iam.RolePolicy(
            f"{self._name}-{purpose}-policy", role=role.name, policy=policy(*statements), opts=self.child()
        )
        return role, [allowed]
