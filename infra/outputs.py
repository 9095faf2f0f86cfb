"""The stacks' outputs: for people and dashboards. No stack reads another's, so none is load-bearing."""

from collections.abc import Mapping
from typing import TypedDict

import pulumi


class SiteOutputs(TypedDict):
    """What the stack of a site shows."""

    site: str
    region: str
    vpc_id: pulumi.Input[str]
    database_arn: pulumi.Output[str]
    database_endpoint: pulumi.Output[str]
    """Leads to the writer; at a standby to nowhere, until it is promoted."""
    database_reader_endpoint: pulumi.Output[str]
    ecs_cluster_arn: pulumi.Output[str]
    load_balancer_dns_name: pulumi.Output[str]
    origin_host: pulumi.Output[str]
    """The host by which the edge finds the site."""
    queue_urls: dict[str, pulumi.Output[str]]
    """By the service that works the queue off."""
    cache_endpoint: pulumi.Output[str] | None
    """None where no service needs the cache."""
    service_arns: dict[str, pulumi.Output[str]]
    """ECS services by name, Lifeline's own among them."""
    topic_arns: dict[str, pulumi.Output[str]]
    """Where alarms speak, by severity."""
    dashboard_name: pulumi.Output[str]
    """The site's CloudWatch dashboard."""


class SpanningOutputs(TypedDict):
    """What the stack `global` shows."""

    edge_host: pulumi.Output[str]
    """Where users reach the service."""
    dnssec_ds: pulumi.Output[str] | None
    """What the registrar has to be told; None where the zone is not signed here."""
    control_table_name: pulumi.Output[str]
    global_cluster_identifier: pulumi.Output[str]
    certificate_arns: dict[str, pulumi.Input[str]]
    """By site."""
    pool_ids: dict[str, pulumi.Output[str]]
    """Cloudflare's pools, by site."""
    secret_arns: dict[str, pulumi.Output[str]]
    """The primary copies, by short name; never a value."""
    topic_arns: dict[str, pulumi.Output[str]]
    """Where budgets and what spans the sites speak, by severity."""
    dashboard_names: dict[str, pulumi.Output[str]]
    """CloudWatch dashboards over both sites: `all`, and `epic-<n>` for each epic."""
    canary_names: dict[str, pulumi.Output[str]]
    """Journeys of the settings → canaries in the witness region."""
    budget_names: dict[str, pulumi.Output[str]]
    """AWS Budgets: `total`, `epic-<n>`, `unit-<business unit>`."""
    bucket_names: dict[str, dict[str, pulumi.Output[str]]]
    """By site and purpose."""
    repository_urls: dict[str, dict[str, pulumi.Output[str]]]
    """Where to push, by site and repository; what is pushed at one site is copied to the other."""


def export(outputs: SiteOutputs | SpanningOutputs) -> None:
    """Hand the outputs to the engine."""
    values: Mapping[str, object] = outputs
    for key, value in values.items():
        pulumi.export(key, value)
