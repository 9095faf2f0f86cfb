"""Secrets of both sites: primary in one region, a replica in the other, readable in each alone."""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from infra.component import Component, TagsInput

LENGTH = 40


class SecretsArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of the primary copies; rotation runs only there."""
    replica_region: pulumi.Input[str]
    """The other site's region."""
    names: Mapping[str, pulumi.Input[str]]
    """Plain mapping, since it decides what exists: short name → the secret's name at AWS."""
    versions: Mapping[str, int]
    """Plain, since it decides when a value is made anew: short name → version; 1 where absent."""
    key_id: pulumi.Input[str]
    """Key of the primary copies, ARN or alias."""
    replica_key_id: pulumi.Input[str]
    """Key of the replicas, in their region."""
    protection: bool
    """Plain, as Pulumi's `protect`: with it on, secrets are protected and can be recovered for 30 days."""
    tags: TagsInput
    """On every secret; a version takes none."""


class Secrets(Component):
    """Each secret starts with a random value, so that a task that refers to it can start at once.

    The value is write-only: it is sent when its version is raised and at no other time, so what an
    operator or a rotation puts there stays. State keeps the initial value encrypted.
    """

    arns: dict[str, pulumi.Output[str]]
    """Short name → ARN of the primary copy. The replica's differs in the region only."""

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        arns: dict[str, pulumi.Output[str]] = {}
        for short, full in args["names"].items():
            version = args["versions"].get(short, 1)
            secret = aws.secretsmanager.Secret(
                f"{name}-{short}",
                region=args["region"],
                name=full,
                kms_key_id=args["key_id"],
                replicas=[{"region": args["replica_region"], "kms_key_id": args["replica_key_id"]}],
                recovery_window_in_days=30 if args["protection"] else 0,
                force_overwrite_replica_secret=not args["protection"],
                tags=args["tags"],
                opts=self.child(protect=args["protection"]),
            )
            value = random.RandomPassword(
                f"{name}-{short}-value",
                length=LENGTH,
                # Letters and digits survive every connection string and shell.
                special=False,
                keepers={"version": str(version)},
                opts=self.child(),
            )
            aws.secretsmanager.SecretVersion(
                f"{name}-{short}-version",
                region=args["region"],
                secret_id=secret.id,
                secret_string_wo=value.result,
                secret_string_wo_version=version,
                opts=self.child(),
            )
            arns[short] = secret.arn
        self.arns = arns
        self.register_outputs({"arns": arns})
