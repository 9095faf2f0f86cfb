"""Cloudflare: the provider of a stack, and the zone that it works in."""

from dataclasses import dataclass

import pulumi
import pulumi_cloudflare as cloudflare

from infra.lookup import looked_up


def cloudflare_provider() -> cloudflare.Provider:
    """Takes its token from CLOUDFLARE_API_TOKEN: no setting is a secret."""
    return cloudflare.Provider("cloudflare")


@dataclass(frozen=True)
class Zone:
    """The zone of the settings' domain."""

    id: pulumi.Input[str]
    account_id: pulumi.Input[str]


def zone(domain: str, provider: cloudflare.Provider) -> Zone:
    """Looks the zone up by its name; see `looked_up` for what a failure means."""
    options = pulumi.InvokeOptions(provider=provider)

    def find() -> tuple[str, str]:
        found = cloudflare.get_zone(filter={"name": domain, "match": "all"}, opts=options)
        return str(found.zone_id or found.id), str(found.account.id)

    both = pulumi.Output.from_input(looked_up(f"the zone {domain} at Cloudflare", find))
    return Zone(id=both.apply(lambda pair: pair[0]), account_id=both.apply(lambda pair: pair[1]))
