"""What AWS services may do with the key of a data class, beyond what IAM allows the account's own roles.

A service that works with its caller's rights (RDS, S3 for a reader, SQS for a sender, ECR, ElastiCache, AWS Backup)
needs no statement: the caller's IAM policy decides. Only services that act on their own stand here, each under its
conditions.
"""

from collections.abc import Sequence

import pulumi

from infra.component import Statement

WRITE = ("kms:GenerateDataKey*", "kms:Decrypt", "kms:DescribeKey")
PUBLISHERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com", "events.amazonaws.com")
USE = ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")


def statements(purpose: str, region: pulumi.Input[str], account_id: pulumi.Input[str]) -> list[Statement]:
    """The whole policy of a key, the account's own statement first."""
    root = pulumi.Output.format("arn:aws:iam::{0}:root", account_id)
    mine: Statement = {
        "Sid": "IamDecides",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }
    match purpose:
        case "logs":
            return [mine, *_logs(region, account_id)]
        case "alerts":
            return [mine, _publishers(account_id)]
        case "trail":
            return [mine, _trail(account_id), _log_groups(region, account_id)]
        case "audit":
            return [mine, *_audit(account_id), _log_groups(region, account_id)]
    return [mine]


def _logs(region: pulumi.Input[str], account_id: pulumi.Input[str]) -> list[Statement]:
    return [
        _log_groups(region, account_id),
        _service("Alarms", "cloudwatch.amazonaws.com", ("kms:Decrypt", "kms:GenerateDataKey*"), account_id),
    ]


def _log_groups(region: pulumi.Input[str], account_id: pulumi.Input[str]) -> Statement:
    groups = pulumi.Output.format("arn:aws:logs:{0}:{1}:log-group:*", region, account_id)
    return {
        "Sid": "LogGroups",
        "Effect": "Allow",
        "Principal": {"Service": pulumi.Output.format("logs.{0}.amazonaws.com", region)},
        "Action": list(USE),
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    }


def _audit(account_id: pulumi.Input[str]) -> list[Statement]:
    """CloudTrail encrypts in the name of a trail of this account; Config delivers for this account only."""
    return [_trail(account_id), _service("Configuration", "config.amazonaws.com", WRITE, account_id)]


def _trail(account_id: pulumi.Input[str]) -> Statement:
    """CloudTrail seals its files with the key; who reads them needs the key too, by IAM."""
    trails = pulumi.Output.format("arn:aws:cloudtrail:*:{0}:trail/*", account_id)
    trail = _service("Trails", "cloudtrail.amazonaws.com", ("kms:GenerateDataKey*", "kms:DescribeKey"), account_id)
    only = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails}}
    return {**trail, "Condition": {**_of(account_id), **only}}


def _publishers(account_id: pulumi.Input[str]) -> Statement:
    """Services that may publish to a topic encrypted with the key; the topic's own policy lets in fewer."""
    statement = _service("Publishers", "events.amazonaws.com", ("kms:Decrypt", "kms:GenerateDataKey*"), account_id)
    return {**statement, "Principal": {"Service": list(PUBLISHERS)}}


def _service(sid: str, service: str, actions: Sequence[str], account_id: pulumi.Input[str]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(actions),
        "Resource": "*",
        "Condition": _of(account_id),
    }


def _of(account_id: pulumi.Input[str]) -> dict[str, object]:
    """Only for this account: no confused deputy."""
    return {"StringEquals": {"aws:SourceAccount": account_id}}
