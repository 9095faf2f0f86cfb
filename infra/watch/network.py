"""Alarms on the ways out of a site.

Metrics: Amazon VPC, "NAT gateway metrics and dimensions", read 2026-11.
"""

from collections.abc import Mapping

import pulumi

from infra.alarm import Alarm, Metric

NAMESPACE = "AWS/NATGateway"
PAGE = "network"


def alarms(gateways: Mapping[str, pulumi.Output[str]]) -> dict[str, Alarm]:
    """`gateways`: zone → NAT gateway."""
    found = {}
    for zone, gateway in gateways.items():
        own = {"NatGatewayId": gateway}
        found[f"nat-{zone}"] = Alarm(
            severity="high",
            says=f"The NAT gateway of zone {zone} runs out of ports or drops packets.",
            page=PAGE,
            heading="nat",
            metrics={
                "ports": Metric(NAMESPACE, "ErrorPortAllocation", own, "Sum"),
                "dropped": Metric(NAMESPACE, "PacketsDropCount", own, "Sum"),
            },
            expression="FILL(ports,0)+FILL(dropped,0)",
            threshold=100,
        )
    return found
