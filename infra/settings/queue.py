"""Queues: one for each service that needs one, with its dead-letter queue."""

from typing import Annotated

from pydantic import Field

from infra.settings.frozen import Frozen


class QueueSettings(Frozen):
    """Holds for every queue. Times in seconds."""

    visibility_seconds: Annotated[int, Field(ge=1, le=43200)] = 120
    """How long a worker may take for a message before another one gets it."""
    retention_seconds: Annotated[int, Field(ge=60, le=1209600)] = 345600
    """Four days by default; the dead-letter queue keeps for the longest that there is, fourteen."""
    attempts: Annotated[int, Field(ge=1, le=1000)] = 5
    """Deliveries before a message is put aside."""
    oldest_seconds: Annotated[int, Field(ge=60, le=86400)] = 300
    """A message that waits longer raises the alarm."""
