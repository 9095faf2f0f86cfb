"""Who is told what: tiers of people and systems, and the severities that each listens to."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from infra.settings.frozen import Frozen

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""Critical and high wake somebody; medium is for the next working day, low for a review."""
Protocol = Literal["email", "https", "sms"]
PROTOCOLS: tuple[Protocol, ...] = ("email", "https", "sms")

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Https = Annotated[str, Field(pattern=r"^https://[^\s]+$")]
Sms = Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]


class Tier(Frozen):
    """One tier of support, and how it is reached."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)]
    severities: Annotated[tuple[Severity, ...], Field(min_length=1)]
    email: tuple[Email, ...] = ()
    https: tuple[Https, ...] = ()
    """Such as a paging service: it is what repeats and escalates, since a topic tells everybody once."""
    sms: tuple[Sms, ...] = ()

    def endpoints(self) -> Iterator[tuple[Protocol, str]]:
        for protocol in PROTOCOLS:
            for endpoint in getattr(self, protocol):
                yield protocol, endpoint


class NotificationSettings(Frozen):
    """Without tiers the topics are there, and nobody listens."""

    tiers: tuple[Tier, ...] = ()

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """What contradicts something else: dotted key, what is wrong, what is allowed."""
        seen: set[str] = set()
        for index, tier in enumerate(self.tiers):
            key = f"notifications.tiers[{index}]"
            if tier.name in seen:
                yield f"{key}.name", f"{tier.name!r} is there twice", "a name of its own for each tier"
            seen.add(tier.name)
            if not list(tier.endpoints()):
                yield key, f"{tier.name!r} is reached by nothing", "at least one of email, https, sms"
        heard = {severity for tier in self.tiers for severity in tier.severities}
        if self.tiers and "critical" not in heard:
            yield "notifications.tiers", "nobody listens to critical", "a tier with severities: [critical, …]"
