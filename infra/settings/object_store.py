"""How long the buckets keep what is in them, and how firmly."""

from typing import Annotated, Literal

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
    audit_lock: Literal["governance", "compliance"] = "governance"
    """`governance`: a role with `s3:BypassGovernanceRetention`, which Lifeline gives to none, can end it. `compliance`
    can be ended by nobody, AWS included, before the days are over: a mistake is paid for as long."""
    access_log_days: Annotated[int, Field(ge=1, le=3650)] = 400
