"""What is watched from outside and how well it has to do. Pure, like all settings."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from infra.settings.frozen import Frozen
from infra.settings.notifications import Https

WITNESS = "witness"
"""Names what stands in the witness region; no site may be called so."""


class Objectives(Frozen):
    """Service level objectives. From 94 %: below, 14.4 times the budget would be more than everything."""

    availability: Annotated[float, Field(ge=94, lt=100)] = 99.99
    """Per cent of requests that the service must not fail."""
    latency_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """A request that takes longer is slow."""
    latency_share: Annotated[float, Field(ge=94, lt=100)] = 99.0
    """Per cent of requests that must not be slow."""
    minimum_requests: Annotated[int, Field(ge=1)] = 100
    """Fewer in a window say nothing: one failure in ten would burn a month's budget in a blink."""


class CanaryStep(Frozen):
    """One request of a canary, and what makes it a success. `{run}` in a text is a name of the run, such as
    `canary-orders-<uuid>`: what one step submits by that name, the next can read back."""

    path: Annotated[str, Field(pattern=r"^/[^\s#]*$")]
    method: Literal["GET", "POST"] = "GET"
    body: str | None = None
    """Sent as JSON. Synthetic data only: it is kept in plain text in the canary's settings and artifacts."""
    status: Annotated[int, Field(ge=100, le=599)] = 200
    contains: str | None = None
    """A text that the answer must have."""


class CanarySettings(Frozen):
    """A journey through the service as a user takes it, from the witness region."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=12)]
    epic: Annotated[int, Field(ge=1)] | None = None
    minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """Between two runs."""
    steps: Annotated[tuple[CanaryStep, ...], Field(min_length=1)]


class ObservabilitySettings(Frozen):
    """Alarms stand without any of it; what is here are the numbers that differ between services."""

    runbooks: Https = "https://runbooks.example.com"
    """Where `docs/runbooks/` is published: every alarm's message leads there."""
    objectives: Objectives = Objectives()
    database_connections: Annotated[int, Field(ge=1)] = 800
    """More open connections than that are an alarm; PostgreSQL's own limit follows from the instance class."""
    database_free_mib: Annotated[int, Field(ge=64)] = 1536
    """Less free memory than that on an instance is an alarm."""
    replication_lag_seconds: Annotated[int, Field(ge=1)] = 60
    """A copy further behind than that is an alarm: it is what a failover would lose."""
    canary_runtime: Annotated[str, Field(pattern=r"^syn-python-[a-z]+-\d+\.\d+$")] = "syn-python-selenium-5.1"
    """AWS retires runtimes: see "CloudWatch Synthetics runtime versions" for what is current."""
    canaries: tuple[CanarySettings, ...] = ()

    def problems(self, sites: list[str], epics: set[int]) -> Iterator[tuple[str, str, str]]:
        """What contradicts something else: dotted key, what is wrong, what is allowed."""
        if WITNESS in sites:
            yield f"sites.{WITNESS}", f"{WITNESS!r} names what stands in the witness region", "another name"
        seen: set[str] = set()
        for index, canary in enumerate(self.canaries):
            key = f"observability.canaries[{index}]"
            if canary.name in seen:
                yield f"{key}.name", f"{canary.name!r} is there twice", "a name of its own for each canary"
            seen.add(canary.name)
            if canary.epic is not None and canary.epic not in epics:
                known = ", ".join(map(str, sorted(epics))) or "none"
                yield f"{key}.epic", f"no service belongs to epic {canary.epic}", f"one of {known}, or leave it out"
