"""How long the buckets keep what is in them."""

from typing import Annotated

from pydantic import Field

from infra.settings.frozen import Frozen


class ObjectStoreSettings(Frozen):
    """Documents, audit records and access logs. Times in days."""

    archive_after_days: Annotated[int, Field(ge=30, le=3650)] = 90
    """After that a document is moved to the infrequent-access class."""
    noncurrent_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """How long a version that was replaced or deleted can be had back."""
    audit_days: Annotated[int, Field(ge=1, le=36500)] = 2192
    """How long an audit record is kept, and locked while protection is on: six years by default."""
    access_log_days: Annotated[int, Field(ge=1, le=3650)] = 400
