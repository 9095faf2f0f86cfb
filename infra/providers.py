"""The AWS and random providers of a stack, explicit: nothing may land in a region by accident."""

import pulumi_aws as aws
import pulumi_random as random

from infra.naming import tags
from infra.settings import Settings


def aws_provider(settings: Settings) -> aws.Provider:
    """AWS in the stack's own region, and its STS there too: the global one lives in us-east-1."""
    return aws.Provider(
        "aws",
        region=settings.region,
        sts_region=settings.region,
        # Credentials of another account stop here, before anything is changed.
        allowed_account_ids=[settings.account_id],
        default_tags={"tags": tags(settings)},
    )


def random_provider() -> random.Provider:
    """Makes the first values of secrets."""
    return random.Provider("random")
