"""KMS keys of one region, one per purpose. Regional on purpose: no key depends on another region's."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra import key_sharing
from infra.component import Component, Statement, TagsInput, policy
from infra import key_policies
from infra.component import Component, TagsInput, policy

PUBLISHERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com", "events.amazonaws.com")
"""Services that may publish to a topic encrypted with the key `alerts`; the topic's own policy lets in fewer."""


class KeysArgs(TypedDict):
    region: pulumi.Input[str]
    """Region of every key."""
    account_id: pulumi.Input[str]
    """The account whose IAM decides who may use the keys."""
    aliases: Mapping[str, pulumi.Input[str]]
    """Plain mapping, since it decides what exists: purpose → alias (`alias/…`). `logs` lets log groups in,
    `alerts` whatever publishes to topics, `trail` log groups and CloudTrail."""
    backup_account: NotRequired[pulumi.Input[str]]
    """Account that takes copies of backups, and must read what they are encrypted with."""
    """Plain mapping, since it decides what exists: purpose → alias (`alias/…`). The policy follows the purpose."""
    existing: Mapping[str, pulumi.Input[str]]
    """Plain mapping, since it decides what exists: purpose → ARN of a key that is there; it only gets the alias."""
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
        for purpose, alias in args["aliases"].items():
            key = aws.kms.Key(
                f"{name}-{purpose}",
                region=args["region"],
                description=f"{name}: {purpose}",
                enable_key_rotation=True,
                deletion_window_in_days=30 if args["protection"] else 7,
                policy=policy(
                    *_statements(purpose, args), *key_sharing.statements(purpose, args.get("backup_account"))
                ),
                tags=args["tags"],
                opts=self.child(protect=args["protection"]),
            )
            target: pulumi.Input[str]
            if purpose in args["existing"]:
                target = args["existing"][purpose]
                arns[purpose] = pulumi.Output.from_input(target)
            else:
                key = aws.kms.Key(
                    f"{name}-{purpose}",
                    region=args["region"],
                    description=f"{name}: {purpose}",
                    enable_key_rotation=True,
                    deletion_window_in_days=30 if args["protection"] else 7,
                    policy=policy(*key_policies.statements(purpose, args["region"], args["account_id"])),
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


def _statements(purpose: str, args: KeysArgs) -> list[Statement]:
    account = args["account_id"]
    statements: list[Statement] = [
        {
            "Sid": "IamDecides",
            "Effect": "Allow",
            "Principal": {"AWS": pulumi.Output.format("arn:aws:iam::{0}:root", account)},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]
    if purpose == "trail":
        statements.append(_trail(account))
    if purpose in ("logs", "trail"):
        use = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
        groups = pulumi.Output.format("arn:aws:logs:{0}:{1}:log-group:*", args["region"], account)
        statements.append(
            {
                "Sid": "LogGroups",
                "Effect": "Allow",
                "Principal": {"Service": pulumi.Output.format("logs.{0}.amazonaws.com", args["region"])},
                "Action": use,
                "Resource": "*",
                "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            }
        )
    if purpose == "alerts":
        statements.append(
            {
                "Sid": "Publishers",
                "Effect": "Allow",
                "Principal": {"Service": list(PUBLISHERS)},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            }
        )
    return statements


def _trail(account: pulumi.Input[str]) -> Statement:
    """CloudTrail seals its files with the key; who reads them needs the key too, by IAM."""
    trails = pulumi.Output.format("arn:aws:cloudtrail:*:{0}:trail/*", account)
    return {
        "Sid": "Trail",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails},
        },
    }
