"""The cache of a site: rebuilt from nothing, never replicated."""

from typing import Annotated

from pydantic import Field

from infra.settings.frozen import Frozen


class CacheSettings(Frozen):
    """Valkey. It is there if a service needs it."""

    valkey_version: Annotated[str, Field(pattern=r"^([89]|\d{2,})\.\d+$")] = "8.0"
    node_type: Annotated[str, Field(pattern=r"^cache\.[a-z0-9]+\.[a-z0-9]+$")] = "cache.t4g.small"
    nodes: Annotated[int, Field(ge=1, le=6)] = 2
    """Each in a zone of its own as far as there are zones; a pilot standby has one."""
    response_seconds: Annotated[int, Field(ge=0, le=86400)] = 60
    """How long a service may answer from the cache; told to it as CACHE_TTL_SECONDS, 0 turns it off."""
