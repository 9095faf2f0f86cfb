"""Rotation of application secrets in the home region, and the alarm in the other one that it has fallen silent."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra import permissions
from infra.component import Component, TagsInput, policy
from infra.log_masking import masking

CODE = Path(__file__).parents[2] / "operations" / "rotation" / "handler.py"
METRIC = "secret_rotation_alive"
BEAT_MINUTES = 5
LOG_DAYS = 400


class Reader(TypedDict):
    """A service whose tasks take the secret when they start."""

    region: str
    """Plain: its region."""
    cluster: str
    """Plain: its ECS cluster."""
    service: str
    """Plain: the ECS service."""


class Rotated(TypedDict):
    """One secret that is made anew."""

    name: str
    """Plain: its name at AWS."""
    arn: pulumi.Input[str]
    """Its primary copy."""
    days: pulumi.Input[int]
    """Between two rotations."""
    readers: Sequence[Reader]
    """Plain: restarted afterwards, one task after the other."""


class RotationArgs(TypedDict):
    region: str
    """Plain, since its topic is looked up by it. Home region: Secrets Manager rotates the primary copy only."""
    alarm_region: str
    """Plain: the other region, where the silence is heard."""
    account_id: str
    """Plain: the account of function and services."""
    application: str
    """Plain: dimension of the metric."""
    environment: str
    """Plain: dimension of the metric."""
    function: str
    """Plain: name of the function, by which others are let call it."""
    role: pulumi.Input[str]
    """Name of the function's role."""
    secrets: Mapping[str, Rotated]
    """Plain mapping, since it decides what exists: short name → secret."""
    keys: Mapping[str, str]
    """Plain mapping: region → alias of its key for secrets; a new value is encrypted in both."""
    log_key_arn: pulumi.Input[str]
    """Key of the log."""
    topic_arns: Mapping[str, pulumi.Input[str]]
    """Plain mapping: region → where its alarm speaks. By name: the other region's is its site's."""
    topic_key: str
    """Plain: alias of the key of the topic in `region`."""
    runbooks: pulumi.Input[str]
    """Address below which the runbook pages are."""
    tags: TagsInput
    """On every child that takes tags."""


class Rotation(Component):
    """A function that makes secrets anew, its schedule, and two alarms."""

    function_arn: pulumi.Output[str]

    def __init__(self, name: str, args: RotationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        function = self._function()
        called = self._called_by("secretsmanager.amazonaws.com", "rotation", function)
        for short, secret in args["secrets"].items():
            aws.secretsmanager.SecretRotation(
                f"{name}-{short}",
                region=args["region"],
                secret_id=secret["arn"],
                rotation_lambda_arn=function.arn,
                # Not at once: the first value was made a moment ago.
                rotate_immediately=False,
                rotation_rules={"automatically_after_days": secret["days"]},
                opts=self.child(depends_on=[called]),
            )
        self._beat(function)
        self._alarms(function)
        self.function_arn = function.arn
        self.register_outputs({"function_arn": function.arn})

    def _function(self) -> aws.lambda_.Function:
        name, args = self._name, self._args
        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            region=args["region"],
            name=f"/aws/lambda/{args['function']}",
            retention_in_days=LOG_DAYS,
            kms_key_id=args["log_key_arn"],
            tags=args["tags"],
            opts=self.child(),
        )
        aws.cloudwatch.LogDataProtectionPolicy(
            f"{name}-masking",
            region=args["region"],
            log_group_name=log.name,
            policy_document=masking(),
            opts=self.child(),
        )
        role = aws.iam.Role(
            f"{name}-role",
            name=args["role"],
            # Without conditions: Lambda promises none. Only this account can pass the role.
            assume_role_policy=policy(
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ),
            tags=args["tags"],
            opts=self.child(),
        )
        secrets = list(args["secrets"].values())
        allowed = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=policy(
                *permissions.write_log(log.arn),
                *permissions.rotate(args["account_id"], [secret["arn"] for secret in secrets], args["keys"]),
                *permissions.restart(
                    [
                        f"arn:aws:ecs:{each['region']}:{args['account_id']}:service/{each['cluster']}/{each['service']}"
                        for secret in secrets
                        for each in secret["readers"]
                    ]
                ),
                *permissions.report(),
                *permissions.tell(
                    args["topic_arns"][args["region"]], args["region"], args["account_id"], args["topic_key"]
                ),
            ),
            opts=self.child(),
        )
        return aws.lambda_.Function(
            f"{name}-function",
            region=args["region"],
            name=args["function"],
            description="Makes application secrets anew",
            role=role.arn,
            runtime="python3.13",
            architectures=["arm64"],
            handler=f"{CODE.stem}.handler",
            code=pulumi.AssetArchive({CODE.name: pulumi.FileAsset(str(CODE))}),
            timeout=60,
            memory_size=256,
            # Secrets Manager calls it once a secret and step; one that runs away takes no more of the account's.
            reserved_concurrent_executions=5,
            kms_key_arn=args["log_key_arn"],  # its environment says where secrets are, and is encrypted like its log
            environment={"variables": self._told()},
            # A beat that failed three times is told, and not only counted.
            dead_letter_config={"target_arn": args["topic_arns"][args["region"]]},
            tags=args["tags"],
            opts=self.child(depends_on=[log, allowed]),
        )

    def _told(self) -> dict[str, str]:
        args = self._args
        readers = {
            secret["name"]: [[each["region"], each["cluster"], each["service"]] for each in secret["readers"]]
            for secret in args["secrets"].values()
        }
        return {
            "SECRETS": json.dumps(sorted(readers)),
            "READERS": json.dumps(readers, sort_keys=True),
            "BEAT_REGION": args["alarm_region"],
            "BEAT_NAMESPACE": permissions.METRICS,
            "BEAT_METRIC": METRIC,
            "BEAT_APPLICATION": args["application"],
            "BEAT_ENVIRONMENT": args["environment"],
        }

    def _called_by(
        self, service: str, suffix: str, function: aws.lambda_.Function, source: pulumi.Input[str] | None = None
    ) -> pulumi.Resource:
        permission: pulumi.Resource = aws.lambda_.Permission(
            f"{self._name}-{suffix}-calls",
            region=self._args["region"],
            action="lambda:InvokeFunction",
            function=function.name,
            principal=service,
            source_arn=source,
            source_account=None if source else self._args["account_id"],
            opts=self.child(),
        )
        return permission

    def _beat(self, function: aws.lambda_.Function) -> None:
        name, args = self._name, self._args
        rule = aws.cloudwatch.EventRule(
            f"{name}-beat",
            region=args["region"],
            description="Rotation shows that it is alive",
            schedule_expression=f"rate({BEAT_MINUTES} minutes)",
            state="ENABLED",
            tags=args["tags"],
            opts=self.child(),
        )
        called = self._called_by("events.amazonaws.com", "beat", function, rule.arn)
        aws.cloudwatch.EventTarget(
            f"{name}-beat-target",
            region=args["region"],
            rule=rule.name,
            arn=function.arn,
            input=json.dumps({"beat": True}),
            opts=self.child(depends_on=[called]),
        )

    def _says(self, text: str, heading: str) -> pulumi.Output[str]:
        return pulumi.Output.format("[high] {0} Runbook: {1}/keys.md#{2}", text, self._args["runbooks"], heading)

    def _alarms(self, function: aws.lambda_.Function) -> None:
        name, args = self._name, self._args
        aws.cloudwatch.MetricAlarm(
            f"{name}-failed",
            region=args["region"],
            alarm_description=self._says("A rotation failed, or a copy of a secret is not in step.", "rotation-failed"),
            alarm_actions=[args["topic_arns"][args["region"]]],
            ok_actions=[args["topic_arns"][args["region"]]],
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions={"FunctionName": function.name},
            statistic="Sum",
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            period=300,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            treat_missing_data="notBreaching",
            tags=args["tags"],
            opts=self.child(),
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-silent",
            region=args["alarm_region"],
            alarm_description=self._says(
                "Secrets are not rotated: the home region is lost, or its secrets are out of step.", "rotation-silent"
            ),
            alarm_actions=[args["topic_arns"][args["alarm_region"]]],
            ok_actions=[args["topic_arns"][args["alarm_region"]]],
            namespace=permissions.METRICS,
            metric_name=METRIC,
            dimensions={"Application": args["application"], "Environment": args["environment"]},
            statistic="SampleCount",
            comparison_operator="LessThanThreshold",
            threshold=1,
            period=BEAT_MINUTES * 60,
            evaluation_periods=3,
            # Silence is what it listens for.
            treat_missing_data="breaching",
            tags=args["tags"],
            opts=self.child(),
        )
