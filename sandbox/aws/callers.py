"""Who calls: each caller of the sandbox signs with an access key of its own, which names it.

A caller is a region's name (a process inside that region), `operator` (a laptop: Pulumi, the command line)
or `edge` (the CDN on its way to the origins). The keys open nothing outside the sandbox.
"""

import re
from typing import Any

OPERATOR = "operator"
EDGE = "edge"
SECRET_ACCESS_KEY = "sandbox"

_KEY_LENGTH = 20
_PREFIX = "AKIA"
_REGION_KEY = re.compile(r"^([A-Z]{2})((?:[A-Z]+?)?(?:NORTH|SOUTH|EAST|WEST|CENTRAL)+)([1-9])0*$")


def access_key(caller: str) -> str:
    """The access key id of a caller: `us-east-1` → `AKIAUSEAST1000000000`, `operator` → `AKIAOPERATOR00000000`."""
    stem = _PREFIX + caller.upper().replace("-", "")
    if len(stem) > _KEY_LENGTH:
        raise ValueError(f"caller '{caller}' has no access key: its name is too long; use a region, operator or edge")
    return stem.ljust(_KEY_LENGTH, "0")


def caller_of(key: str) -> str | None:
    """The caller that an access key id names, or None for a key that is not the sandbox's."""
    for fixed in (OPERATOR, EDGE):
        if key == access_key(fixed):
            return fixed
    if len(key) != _KEY_LENGTH or not key.startswith(_PREFIX):
        return None
    match = _REGION_KEY.match(key.removeprefix(_PREFIX))
    if match is None:
        return None
    return "-".join(match.groups()).lower()


def credentials(caller: str) -> dict[str, str]:
    """Environment variables that make any AWS SDK sign as `caller`."""
    return {"AWS_ACCESS_KEY_ID": access_key(caller), "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY}


def client(service: str, region: str, caller: str, endpoint: str) -> Any:
    """A boto3 client of `service` in `region`, signing as `caller`, that gives up at once where a fault cuts it off.

    The retries and timeouts are those of the product's own clients: an unreachable region must not take minutes.
    """
    import boto3  # only processes that call AWS pay for it
    from botocore.config import Config

    make: Any = boto3.client  # its type knows only services named by a literal
    return make(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=access_key(caller),
        aws_secret_access_key=SECRET_ACCESS_KEY,
        config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}),
    )
