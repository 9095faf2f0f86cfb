"""The record by which the edge finds a site: made by the site itself, so that it needs no other stack."""

from typing import TypedDict

import pulumi
import pulumi_cloudflare as cloudflare

from infra.component import Component


class OriginArgs(TypedDict):
    zone_id: pulumi.Input[str]
    """Cloudflare's zone."""
    host: pulumi.Input[str]
    """`origin-<site>.<domain>`."""
    target: pulumi.Input[str]
    """DNS name of the site's load balancer."""


class Origin(Component):
    """`origin-<site>` as a CNAME of the load balancer."""

    host: pulumi.Output[str]

    def __init__(self, name: str, args: OriginArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        record = cloudflare.DnsRecord(
            f"{name}-record",
            zone_id=args["zone_id"],
            name=args["host"],
            type="CNAME",
            content=args["target"],
            # The pool connects straight to the origin; a proxied record would send the edge through itself.
            # The load balancer's security group keeps everyone else out.
            proxied=False,
            ttl=60,
            opts=self.child(),
        )
        self.host = record.name
        self.register_outputs({"host": record.name})
