"""SDK clients with bounds: on the night of a promotion no call may hang on a region that is gone.

Where the calls go is the environment's business (`AWS_*`, `CLOUDFLARE_*`), as for the SDKs' own tools.
"""

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloudflare import Cloudflare

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0

# Making a client is not thread-safe in boto3 (using one is), and several questions start at once.
_making = threading.Lock()


def aws(service: str, region: str, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS) -> Any:
    """A boto3 client for one service in one region; one attempt, no hidden retries. Bounds in seconds.

    Raises botocore's own errors when used: `ClientError` is an answer, anything else of `BotoCoreError` is none.
    """
    with _making:
        return _made(service, region, connect, read)


def cloudflare() -> "Cloudflare":
    """The Cloudflare client; token and address come from the environment, as the SDK reads them."""
    import cloudflare  # noqa: F401  # takes most of a second, for which no maker of AWS clients must wait

    with _making:
        return _edge()


@cache
def _made(service: str, region: str, connect: float, read: float) -> Any:
    from botocore.config import Config

    bounds = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"total_max_attempts": 1},
        user_agent_extra="lifeline",
    )
    return _session().client(service, region_name=region, config=bounds)


@cache
def _session() -> Any:
    import boto3

    return boto3.session.Session()


@cache
def _edge() -> "Cloudflare":
    from cloudflare import Cloudflare

    return Cloudflare(timeout=READ_SECONDS, max_retries=0)
