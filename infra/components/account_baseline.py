"""What an AWS account has once: its password policy, and its block on public buckets."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component


class AccountBaselineArgs(TypedDict):
    account_id: pulumi.Input[str]
    """The account."""


class AccountBaseline(Component):
    """Account-wide singletons: a second declaration of them would take turns with this one."""

    def __init__(self, name: str, args: AccountBaselineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        aws.iam.AccountPasswordPolicy(
            f"{name}-passwords",
            minimum_password_length=14,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            password_reuse_prevention=24,
            max_password_age=90,
            # An expired password can still be changed by its owner: nobody is locked out at night.
            hard_expiry=False,
            allow_users_to_change_password=True,
            opts=self.child(),
        )
        aws.s3.AccountPublicAccessBlock(
            f"{name}-buckets",
            account_id=args["account_id"],
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )
        self.register_outputs({})
