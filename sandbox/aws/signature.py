"""Who signed a request, for which region and service: read from AWS Signature Version 4, never verified.

Nothing here checks the secret: the sandbox has one for everybody. What matters is that every request *is* signed with
a key of the sandbox, so that a laptop's real credentials are noticed and refused.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from sandbox.aws.http import HttpRequest

_SCOPE = re.compile(r"Credential=(?P<key>[^/,\s]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class Signature:
    """The credential scope of one request: access key id, region and *signing* name of the service."""

    key: str
    region: str
    service: str


def read(request: HttpRequest) -> Signature | None:
    """The signature in the Authorization header or, for a presigned URL, in the query string; None without one."""
    match = _SCOPE.search(request.headers.get("authorization", ""))
    if match is None and "X-Amz-Credential" in request.query:
        credential = parse_qs(request.query).get("X-Amz-Credential", [""])[0]
        match = _SCOPE.search(f"Credential={credential}")
    if match is None:
        return None
    return Signature(match["key"], match["region"], match["service"].lower())
