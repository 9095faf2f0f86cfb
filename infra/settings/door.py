"""What stands between the edge and a site's load balancer."""

from typing import Annotated, Literal

from pydantic import Field

from infra.settings.frozen import Frozen
from infra.settings.log_days import LogDays

Pem = Annotated[str, Field(pattern=r"^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n-]+-----END CERTIFICATE-----\s*$")]
ManagedRule = Annotated[
    str,
    Field(pattern=r"^(CommonRuleSet|KnownBadInputsRuleSet|SQLiRuleSet|AmazonIpReputationList|AnonymousIpList)/\w+$"),
]


class WafSettings(Frozen):
    """The web application firewall of each load balancer."""

    requests: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests of one client in five minutes; above it the client is blocked until it slows down."""
    counted: tuple[ManagedRule, ...] = ("CommonRuleSet/SizeRestrictions_BODY",)
    """Rules of AWS's managed groups that only count: `<group>/<rule>`. A FHIR bundle is larger than the 8 KB that
    this one allows; and of a larger body only the first 8 KB are looked at."""
    address_lists: Literal["count", "block"] = "count"
    """The groups of bad and of anonymous addresses. They judge the connection's address, which is Cloudflare's."""
    log_days: LogDays = 2192
    """How long it is known who was turned away: six years, like every audit record. Taking an event in costs about
    sixteen times what a month of keeping it does (us-east-1: 0.50 against 0.03 US dollars for a gigabyte)."""


class DoorSettings(Frozen):
    """The same at both sites."""

    mutual_tls: Literal["verify", "off"] = "verify"
    """`verify`: only a client with a certificate of `client_ca` gets through the handshake. Turn authenticated origin
    pulls on at the edge first, or nobody gets in."""
    client_ca: Pem | None = None
    """Your own authority's certificate, where the zone has its own client certificate; otherwise Cloudflare's, which
    signs for every zone there."""
    waf: WafSettings = WafSettings()
