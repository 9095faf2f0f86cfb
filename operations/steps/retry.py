"""Which failures pass by themselves, and how long to wait for that."""

import random

THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "BandwidthLimitExceeded",
        "SlowDown",
        "PriorRequestNotComplete",
    }
)
"""Refused before anything was done: the same call may be made again."""

ATTEMPTS = 6
"""How often one call is made at most that was not answered."""
THROTTLED_ATTEMPTS = 12
"""And one that was refused for the rate, in about half a minute: a promotion makes hundreds of calls, and at a rate of
one half a bound of six would stop nearly every one of them somewhere."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


def code(error: BaseException) -> str | None:
    """AWS's own word for what is wrong; None for an error that has none (the edge's has a status)."""
    response = getattr(error, "response", None)
    return response.get("Error", {}).get("Code") if isinstance(response, dict) else None


def throttled(error: BaseException) -> bool:
    """AWS refused for the rate; nothing was done. The edge is not waited for: traffic follows the lease without it."""
    from botocore.exceptions import ClientError

    return isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in THROTTLED


def unanswered(error: BaseException) -> bool:
    """No answer, or a server's own failure: whether it was done is unknown."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        ParamValidationError,
        PartialCredentialsError,
    )

    from operations.record.record import RecordUnreachable

    if isinstance(error, ClientError):
        return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)) >= 500
    if isinstance(error, (NoCredentialsError, PartialCredentialsError, ParamValidationError)):
        return False
    return isinstance(error, (BotoCoreError, RecordUnreachable))


def pause(attempt: int) -> float:
    """Seconds before the next attempt: doubling, with chance, so that parallel steps do not come back together."""
    bound = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1))
    return bound * random.uniform(0.5, 1.0)
