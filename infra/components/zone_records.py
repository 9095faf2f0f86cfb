"""What a zone says about itself: who may issue its certificates, that it sends no mail, that its answers are signed."""

from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_cloudflare as cloudflare

from infra.component import Component

SECONDS = 3600
"""How long resolvers keep these records."""


class ZoneRecordsArgs(TypedDict):
    zone_id: pulumi.Input[str]
    """Cloudflare's zone."""
    domain: pulumi.Input[str]
    """The zone's name."""
    authorities: Sequence[str]
    """Plain, since they decide what exists: host names of the authorities that may issue certificates."""
    mail: bool
    """Plain, since it decides what exists: False where the domain sends no mail, and is to say so."""
    dnssec: bool
    """Plain, since it decides what exists: sign the zone."""
    protection: bool
    """Plain, as Pulumi's `protect`: a zone that is signed no more while its registrar says it is cannot be reached."""


class ZoneRecords(Component):
    """CAA records, the records of a domain without mail, and DNSSEC."""

    ds: pulumi.Output[str] | None
    """The DS record for the registrar; None where the zone is not signed here."""

    def __init__(self, name: str, args: ZoneRecordsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        domain = args["domain"]
        for authority in args["authorities"]:
            issues = {"flags": 0, "tag": "issue", "value": authority}
            self._record(f"caa-{authority.replace('.', '-')}", "CAA", domain, data=issues)
        if not args["mail"]:
            self._record("spf", "TXT", domain, content='"v=spf1 -all"')
            dmarc = pulumi.Output.concat("_dmarc.", domain)
            self._record("dmarc", "TXT", dmarc, content='"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"')
            # RFC 7505: no mail is taken here either.
            self._record("mx", "MX", domain, content=".", priority=0)
        self.ds = self._signed() if args["dnssec"] else None
        self.register_outputs({"ds": self.ds})

    def _record(self, suffix: str, type: str, name: pulumi.Input[str], **said: Any) -> None:
        cloudflare.DnsRecord(
            f"{self._name}-{suffix}",
            zone_id=self._args["zone_id"],
            name=name,
            type=type,
            ttl=SECONDS,
            proxied=False,
            opts=self.child(),
            **said,
        )

    def _signed(self) -> pulumi.Output[str]:
        signed = cloudflare.ZoneDnssec(
            f"{self._name}-dnssec",
            zone_id=self._args["zone_id"],
            status="active",
            opts=self.child(protect=self._args["protection"]),
        )
        ds: pulumi.Output[str] = signed.ds
        return ds
