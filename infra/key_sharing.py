"""What a second account may do with the keys of what is backed up, so that its vault can take a copy."""

import pulumi

from infra.component import Statement

COPIED = frozenset({"data", "documents", "backup"})
"""Purposes of the keys that encrypt what is backed up, and the backups."""


def statements(purpose: str, account_id: pulumi.Input[str] | None) -> list[Statement]:
    """Read and re-encrypt, and grants to AWS's own services only; nothing without a second account."""
    if account_id is None or purpose not in COPIED:
        return []
    principal = {"AWS": pulumi.Output.format("arn:aws:iam::{0}:root", account_id)}
    return [
        {
            "Sid": "CopiesRead",
            "Effect": "Allow",
            "Principal": principal,
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "Resource": "*",
        },
        {
            "Sid": "CopiesGrant",
            "Effect": "Allow",
            "Principal": principal,
            "Action": ["kms:CreateGrant"],
            "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
