"""KMS keys of one region, one per purpose. Regional on purpose: no key depends on another region's."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra import key_policies, key_sharing
from infra.component import Component, TagsInput, policy


class KeysArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of every key."""
    account_id: pulumi.Input[str]
    """The account whose IAM decides who may use the keys."""
    aliases: Mapping[str, pulumi.Input[str]]
    """Plain mapping, since it decides what exists: purpose → alias (`alias/…`). The policy follows the purpose."""
    existing: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Plain mapping, since it decides what exists: purpose → ARN of a key that is there; it only gets the alias."""
    backup_account: NotRequired[pulumi.Input[str]]
    """Account that takes copies of backups, and must read what they are encrypted with."""
    protection: bool
    """Plain, as Pulumi's `protect`: with it on, keys are protected and wait 30 days before they are gone."""
    tags: TagsInput
    """On every key; an alias takes none."""


class Keys(Component):
    """A rotated key and its alias for each purpose."""

    arns: dict[str, pulumi.Output[str]]
    """Purpose → key ARN."""

    def __init__(self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        arns: dict[str, pulumi.Output[str]] = {}
        existing = args.get("existing", {})
        for purpose, alias in args["aliases"].items():
            target: pulumi.Input[str]
            if purpose in existing:
                target = existing[purpose]
                arns[purpose] = pulumi.Output.from_input(target)
            else:
                key = aws.kms.Key(
                    f"{name}-{purpose}",
                    region=args["region"],
                    description=f"{name}: {purpose}",
                    enable_key_rotation=True,
                    deletion_window_in_days=30 if args["protection"] else 7,
                    policy=policy(
                        *key_policies.statements(purpose, args["region"], args["account_id"]),
                        *key_sharing.statements(purpose, args.get("backup_account")),
                    ),
                    tags=args["tags"],
                    opts=self.child(protect=args["protection"]),
                )
                target, arns[purpose] = key.key_id, key.arn
            # Other stacks, and a peer's IAM policies, know a key by this alias alone.
            aws.kms.Alias(
                f"{name}-{purpose}-alias",
                region=args["region"],
                name=alias,
                target_key_id=target,
                opts=self.child(),
            )
        self.arns = arns
        self.register_outputs({"arns": arns})
