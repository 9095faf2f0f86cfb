"""What Cloudflare does in front of both sites. Times in seconds."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from infra.settings.frozen import Frozen

Prefix = Annotated[str, Field(pattern=r"^/[^\s?#*]*$")]
Extension = Annotated[str, Field(pattern=r"^[a-z0-9]{1,8}$")]


Method = Annotated[str, Field(pattern=r"^[A-Z]{3,16}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
HostName = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class LogPush(Frozen):
    """Cloudflare's logs into a bucket: an Enterprise plan has it, no other."""

    destination: Annotated[str, Field(pattern=r"^(s3|r2|gs|azure)://\S+$")]
    """Such as s3://bucket/path?region=us-east-2&sse=AES256. No credentials: settings are no secret."""
    ownership_challenge: str
    """What Cloudflare wrote into the bucket when it was asked to; see its documentation of Logpush."""


class CdnSettings(Frozen):
    """Security and caching at the edge."""

    zone: Literal["managed", "external"] = "managed"
    """`external`: somebody else configures the zone (another environment in it, say); only traffic is ours then."""
    hsts_seconds: Annotated[int, Field(ge=0)] = 31536000
    hsts_subdomains: bool = False
    """Whether HSTS covers the zone's other names too: a promise that cannot be taken back for as long."""
    static: tuple[Extension, ...] = ("css", "js", "mjs", "map", "woff2", "svg", "png", "jpg", "webp", "ico")
    """Endings of files that never hold a patient's data."""
    static_seconds: Annotated[int, Field(ge=0)] = 86400
    cached: tuple[Prefix, ...] = ()
    """Paths of API responses that are the same for everybody, such as value sets. None by default."""
    cached_seconds: Annotated[int, Field(ge=0)] = 60
    bypass: tuple[Prefix, ...] = ("/fhir",)
    """Paths that are never cached, whatever else matches."""
    requests_per_minute: Annotated[int, Field(ge=10)] = 600
    """From one address; more are refused for a minute. A clinic may have one address for all its people."""
    managed_rules: bool = True
    """Cloudflare's managed WAF rules and OWASP's core rules: a Pro plan or above has them."""
    browser_check: bool = True
    """Turn away requests with headers that only bots send, or without any user agent: a program that calls the
    service has to say who it is."""
    methods: Annotated[tuple[Method, ...], Field(min_length=1)] = (
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
    )
    """What a client may ask for; every other method is refused at the edge."""
    countries: tuple[Country, ...] = ()
    """Country codes (ISO 3166) that requests may come from; empty: from everywhere."""
    authorities: tuple[HostName, ...] = ("amazon.com",)
    """Who may issue certificates for names of the zone (CAA). Amazon signs the sites' own; Cloudflare adds those that
    it uses for the edge itself. A zone with other hosts names their authorities too; empty: no CAA record is ours."""
    dnssec: bool = True
    """Sign the zone. The output `dnssec_ds` goes to the registrar; until it is there, Cloudflare says "pending"."""
    mail: Literal["none", "external"] = "external"
    """`none`: the domain sends no mail, and says so (SPF, DMARC, null MX), so that nobody believes what is forged;
    `external`: others keep the zone's records about mail."""
    log_push: LogPush | None = None
    """Requests."""
    event_push: LogPush | None = None
    """What the firewall did; another path than that of the requests."""

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """What contradicts something else: dotted key, what is wrong, what is allowed."""
        for index, prefix in enumerate(self.cached):
            inside = [each for each in self.bypass if prefix == each or prefix.startswith(f"{each.rstrip('/')}/")]
            if inside:
                yield f"cdn.cached[{index}]", f"{prefix!r} lies in {inside[0]!r}, which is never cached", "another path"
