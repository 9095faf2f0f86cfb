"""The network that a site stands in: its own, or one that was there before; and the private ways to the AWS APIs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from infra.components.endpoints import Endpoints
from infra.components.network import Network
from infra.found import Found
from infra.naming import Naming, tags
from infra.settings import Settings

PRIVATE_APIS = ("ecr.api", "ecr.dkr", "guardduty-data", "kms", "logs", "monitoring", "secretsmanager", "ssm", "sts")
"""What a task needs in order to start, and the warden to speak: none of it should hang on NAT.

GuardDuty's is here because GuardDuty would otherwise make one by itself, which nobody declared and nothing destroys.
"""
BY_NEED = {"llm": ("bedrock-runtime",), "queue": ("sqs",)}
"""Need of a service → what else it reaches."""


@dataclass(frozen=True)
class Premises:
    """Where a site's parts go."""

    vpc_id: pulumi.Input[str]
    public_subnet_ids: Sequence[pulumi.Input[str]]
    private_subnet_ids: Sequence[pulumi.Input[str]]
    isolated_subnet_ids: Sequence[pulumi.Input[str]]
    nat_gateway_ids: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Zone → NAT gateway; empty where the network was there before."""


def private_apis(settings: Settings) -> list[str]:
    """The AWS services that the site's tasks call, but for S3 and DynamoDB."""
    needs = {need for service in settings.services for need in service.needs}
    return sorted({*PRIVATE_APIS, *(api for need in needs for api in BY_NEED.get(need, ()))})


def premises(
    name: str, settings: Settings, found: Found, log_key_arn: pulumi.Input[str], options: pulumi.ResourceOptions
) -> Premises:
    """Declare the network, unless the settings name an existing one, and what is missing of the endpoints.

    Raises ProgramError where the region has too few zones.
    """
    existing = settings.site.existing.network
    tables: Sequence[pulumi.Input[str]]
    if existing:
        place = Premises(
            existing.vpc_id, existing.public_subnet_ids, existing.private_subnet_ids, existing.isolated_subnet_ids
        )
        tables = existing.private_route_table_ids
    else:
        network = _network(name, settings, found, log_key_arn, options)
        place = Premises(
            network.vpc_id,
            network.public_subnet_ids,
            network.private_subnet_ids,
            network.isolated_subnet_ids,
            network.nat_gateway_ids,
        )
        tables = network.private_route_table_ids
    services = private_apis(settings) if existing is None or existing.interface_endpoints else []
    if services or tables:
        Endpoints(
            f"{name}-endpoints",
            {
                "region": settings.region,
                "account_id": settings.account_id,
                "vpc_id": place.vpc_id,
                "cidr": settings.site.cidr,
                "subnet_ids": place.private_subnet_ids,
                "route_table_ids": tables,
                "services": services,
                "tags": tags(settings),
            },
            options,
        )
    return place


def _network(
    name: str, settings: Settings, found: Found, log_key_arn: pulumi.Input[str], options: pulumi.ResourceOptions
) -> Network:
    naming = Naming.of(settings)
    return Network(
        f"{name}-network",
        {
            "region": settings.region,
            "account_id": settings.account_id,
            "cidr": settings.site.cidr,
            "zones": found.zones(),
            "nat_per_zone": settings.network.nat == "zone",
            "flow_log_group": naming.log_group(settings.scope, "network"),
            "flow_log_role": naming.role(settings.scope, "network-flows"),
            "log_key_arn": log_key_arn,
            "log_days": settings.log_days,
            "tags": tags(settings),
        },
        options,
    )
