"""AWS clients with bounds: on the night of a promotion no call may hang on a region that is gone.

Where the calls go is the environment's business (`AWS_*`), as for AWS's own tools.
"""

import threading
from functools import cache
from typing import Any

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0

# Making a client is not thread-safe (using one is), and several questions start at once.
_making = threading.Lock()


def aws(service: str, region: str, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS) -> Any:
    """A client as boto3 makes them, for one service in one region; one attempt, no hidden retries. Bounds in seconds.

    Raises botocore's own errors when used: `ClientError` is an answer, anything else of `BotoCoreError` is none.
    """
    with _making:
        return _made(service, region, connect, read)


@cache
def _made(service: str, region: str, connect: float, read: float) -> Any:
    from botocore.config import Config

    bounds = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"total_max_attempts": 1},
        user_agent_extra="lifeline",
    )
    return _session().create_client(service, region_name=region, config=bounds)


@cache
def _session() -> Any:
    import botocore.session  # boto3's clients are its own; the rest of boto3 takes longer to import

    return botocore.session.Session()
