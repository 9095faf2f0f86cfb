"""Canaries: journeys through the service as users take them, from a region in which nothing of it runs."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from infra import bucket_policies
from infra.component import Component, Statement, TagsInput, assumed_by, policy
from infra.components.private_bucket import PrivateBucket

SCRIPT = Path(__file__).parents[1] / "journey" / "journey.py"
HANDLER = "journey.handler"
ARTIFACT_DAYS = 31


class Journey(TypedDict):
    """One canary."""

    name: pulumi.Input[str]
    """Its name at Synthetics, at most 21 characters."""
    minutes: pulumi.Input[int]
    """Between two runs."""
    steps: Sequence[Mapping[str, Any]]
    """Plain, as JSON for the script: method, path, body, status, contains."""
    tags: TagsInput
    """The epic's own."""


class CanariesArgs(TypedDict):
    region: pulumi.Input[str]
    """The witness region."""
    account_id: pulumi.Input[str]
    """The account of bucket and role."""
    url: pulumi.Input[str]
    """Where users reach the service: through the edge, like they do."""
    journeys: Mapping[str, Journey]
    """Plain mapping, since it decides what exists: name → canary."""
    bucket: pulumi.Input[str]
    """Name of the bucket for script and artifacts."""
    log_bucket: pulumi.Input[str]
    """Name of the bucket for the access log of that one."""
    log_days: int
    """Plain, since it shapes the rules: how long access logs are kept."""
    runtime: pulumi.Input[str]
    """Synthetics' runtime; AWS retires old ones."""
    role: pulumi.Input[str]
    """Name of the role that the canaries run as."""
    key_arn: pulumi.Input[str]
    """Key of the artifacts, in the same region."""
    protection: bool
    """Plain, as Pulumi's `protect`: drives the buckets'."""
    tags: TagsInput
    """On what belongs to no single epic."""


class Canaries(Component):
    """Bucket, script, role and the canaries."""

    names: dict[str, pulumi.Output[str]]
    """Name → canary, known once it is there."""

    def __init__(self, name: str, args: CanariesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        bucket = self._bucket()
        script = aws.s3.BucketObjectv2(
            f"{name}-script",
            region=args["region"],
            bucket=bucket,
            # Named by its content: another script is another key, which is what makes the canaries take it.
            key=f"script-{hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:12]}.zip",
            # Synthetics wants Python below `python/`.
            source=pulumi.AssetArchive({f"python/{SCRIPT.name}": pulumi.FileAsset(str(SCRIPT))}),
            tags=args["tags"],
            opts=self.child(),
        )
        role, allowed = self._role(bucket)
        self.names = {}
        for short, journey in args["journeys"].items():
            canary = aws.synthetics.Canary(
                f"{name}-{short}",
                region=args["region"],
                name=journey["name"],
                runtime_version=args["runtime"],
                handler=HANDLER,
                s3_bucket=bucket,
                s3_key=script.key,
                artifact_s3_location=pulumi.Output.format("s3://{0}/{1}/", bucket, short),
                execution_role_arn=role,
                schedule={
                    "expression": pulumi.Output.from_input(journey["minutes"]).apply(
                        lambda every: f"rate({every} minute{'s' if every > 1 else ''})"
                    )
                },
                run_config={
                    "timeout_in_seconds": 60,
                    "environment_variables": {
                        "CANARY_NAME": short,
                        "CANARY_URL": args["url"],
                        "CANARY_STEPS": pulumi.Output.json_dumps([dict(step) for step in journey["steps"]]),
                    },
                },
                success_retention_period=ARTIFACT_DAYS,
                failure_retention_period=ARTIFACT_DAYS,
                start_canary=True,
                delete_lambda=True,
                tags=journey["tags"],
                opts=self.child(depends_on=[allowed]),
            )
            self.names[short] = canary.name
        self.register_outputs({"names": self.names})

    def _bucket(self) -> pulumi.Output[str]:
        """The bucket for script and artifacts, and one for its access log: S3 writes logs to the own region only."""
        name, args = self._name, self._args
        logs = PrivateBucket(
            f"{name}-logs",
            {
                "region": args["region"],
                "bucket": args["log_bucket"],
                "expire_days": args["log_days"],
                "statements": bucket_policies.access_logs(
                    _arn(args["log_bucket"]), [_arn(args["bucket"])], args["region"], args["account_id"]
                ),
                "protection": args["protection"],
                "tags": args["tags"],
            },
            self.child(),
        )
        store = PrivateBucket(
            f"{name}-store",
            {
                "region": args["region"],
                "bucket": args["bucket"],
                "key_arn": args["key_arn"],
                "log": {"bucket": logs.bucket_name, "prefix": f"{bucket_policies.S3_LOGS}/canaries/"},
                "expire_days": ARTIFACT_DAYS,
                "protection": args["protection"],
                "tags": args["tags"],
            },
            self.child(),
        )
        return store.bucket_name

    def _role(self, bucket: pulumi.Output[str]) -> tuple[pulumi.Output[str], pulumi.Resource]:
        name, args = self._name, self._args
        role = aws.iam.Role(
            f"{name}-role",
            name=args["role"],
            assume_role_policy=assumed_by("lambda.amazonaws.com", args["account_id"]),
            tags=args["tags"],
            opts=self.child(),
        )
        allowed = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=policy(*_statements(args, bucket)),
            opts=self.child(),
        )
        arn: pulumi.Output[str] = role.arn
        return arn, allowed


def _arn(bucket: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.format("arn:aws:s3:::{0}", bucket)


def _statements(args: CanariesArgs, bucket: pulumi.Output[str]) -> list[Statement]:
    """What Synthetics asks for, and no more. Source: "Required roles and permissions for canaries"."""
    logs = pulumi.Output.format(
        "arn:aws:logs:{0}:{1}:log-group:/aws/lambda/cwsyn-*", args["region"], args["account_id"]
    )
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": pulumi.Output.format("arn:aws:s3:::{0}/*", bucket),
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetBucketLocation"],
            "Resource": pulumi.Output.format("arn:aws:s3:::{0}", bucket),
        },
        # The runtime asks for it before it looks at its own bucket; it takes no resource.
        {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [logs, pulumi.Output.format("{0}:*", logs)],
        },
        {
            "Effect": "Allow",
            "Action": ["cloudwatch:PutMetricData"],
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}},
        },
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": args["key_arn"],
            "Condition": {
                "StringEquals": {"kms:ViaService": pulumi.Output.format("s3.{0}.amazonaws.com", args["region"])}
            },
        },
    ]
